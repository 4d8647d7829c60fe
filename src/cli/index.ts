export { cardsOfMachine } from './card-machine.js';
export { type DoctorPorts } from './doctor.js';
export { type Output, terminal } from './output.js';
export { type ProgramPorts, runProgram } from './program.js';
