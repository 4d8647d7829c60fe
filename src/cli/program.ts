import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

import { optionName, SETTINGS, type SettingKey } from '../config/index.js';
import { BranchlineError, type Clock } from '../core/index.js';
import { DEFAULT_COUNTRY } from '../telephony/index.js';
import { call } from './call.js';
import { applyCards, type CardPorts, detectCards, showCards } from './card.js';
import { doctor, type DoctorPorts } from './doctor.js';
import { testLine } from './line.js';
import type { Output } from './output.js';
import { validatePlanFile } from './plan.js';

/** What the commands need from the composition root. */
export interface ProgramPorts {
  readonly version: string;
  readonly clock: Clock;
  readonly output: Output;
  /** Runs the service until it is told to stop; resolves with the exit code. */
  readonly serve: (options: Readonly<Partial<Record<SettingKey, string>>>) => Promise<number>;
  readonly doctor: DoctorPorts;
  readonly cards: CardPorts;
}

const DONE = 0;
const FAILED = 1;
const WRONG_WORDS = 2;

/** The `branchline` command. Resolves with the exit code: 0 done, 1 failed, 2 wrong words. Never rejects. */
export async function runProgram(words: readonly string[], ports: ProgramPorts): Promise<number> {
  let exitCode = DONE;
  const program = new Command('branchline')
    .description('Call plans and Scheduled Calls on the branch’s own lines')
    .version(ports.version)
    .exitOverride();
  program.configureOutput({ writeOut: (text) => ports.output.line(text.trimEnd()), writeErr: (text) => ports.output.error(text.trimEnd()) });
  const finish = async (work: Promise<number>): Promise<void> => {
    exitCode = await work;
  };
  addServe(program, (options) => finish(ports.serve(options)));
  addCall(program, ports, finish);
  addLine(program, ports, finish);
  addDoctor(program, ports, finish);
  addPlan(program, ports, finish);
  addCard(program, ports, finish);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    return exitCodeOf(error, ports.output);
  }
}

function addServe(program: Command, action: (options: Partial<Record<SettingKey, string>>) => Promise<void>): void {
  const serve = program.command('serve').description('run the appliance').exitOverride();
  for (const key of Object.keys(SETTINGS) as SettingKey[]) {
    const row = SETTINGS[key];
    if (!('secret' in row)) serve.addOption(new Option(`--${optionName(key)} <value>`, `${row.means} (default: ${String(row.default)})`));
  }
  serve.action(async (given: Record<string, string>) => action(bySettingKey(given)));
}

/** Commander names options in camel case ("httpPort"); settings have their keys ("http.port"). */
function bySettingKey(given: Readonly<Record<string, string>>): Partial<Record<SettingKey, string>> {
  const options: Partial<Record<SettingKey, string>> = {};
  for (const key of Object.keys(SETTINGS) as SettingKey[]) {
    const value = given[optionName(key).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
    if (value !== undefined) options[key] = value;
  }
  return options;
}

interface CallWords {
  readonly url: string;
  readonly token: string;
  readonly serviceNumber: string;
  readonly at?: string;
  readonly presentationNumber?: string;
  readonly ringSeconds?: string;
  readonly json?: boolean;
}

function addCall(program: Command, ports: ProgramPorts, finish: (work: Promise<number>) => Promise<void>): void {
  program
    .command('call')
    .description('ask for a Scheduled Call and follow it to its end')
    .argument('<first-party>', 'number to call: E.164, national form, ext:201 or sip:…')
    .requiredOption('--service-number <number>', 'service number whose call plan the First Party goes through')
    .addOption(new Option('--token <token>', 'API token').env('BRANCHLINE_TOKEN').makeOptionMandatory())
    .addOption(new Option('--url <url>', 'where the service listens').env('BRANCHLINE_URL').default('http://127.0.0.1:8080'))
    .option('--at <time>', 'ISO 8601 with offset; absent: now')
    .option('--presentation-number <number>', 'number the called party is shown')
    .option('--ring-seconds <seconds>', 'how long it may ring, 1 to 60')
    .option('--json', 'print the request as JSON when it has ended')
    .action(async (firstParty: string, words: CallWords) => {
      const { ringSeconds, json, ...rest } = words;
      await finish(
        call(
          { ...rest, firstParty, json: json === true, ...(ringSeconds === undefined ? {} : { ringSeconds: Number(ringSeconds) }) },
          ports.clock,
          ports.output,
        ),
      );
    })
    .exitOverride();
}

interface LineTestWords {
  readonly url: string;
  readonly token: string;
  readonly seconds?: string;
  readonly json?: boolean;
}

function addLine(program: Command, ports: ProgramPorts, finish: (work: Promise<number>) => Promise<void>): void {
  program
    .command('line')
    .description("the card's lines")
    .command('test')
    .description('test a line that carries no call, and wait for the result; exit 1 when it fails')
    .argument('<line>', 'its channel, as /lines shows it')
    .argument('<test>', 'dialTone, tone, ring, loopback or bitError, as the line can')
    .addOption(new Option('--token <token>', 'API token').env('BRANCHLINE_TOKEN').makeOptionMandatory())
    .addOption(new Option('--url <url>', 'where the service listens').env('BRANCHLINE_URL').default('http://127.0.0.1:8080'))
    .option('--seconds <seconds>', 'how long to ring, to send, to count')
    .option('--json', 'print the result as JSON')
    .action(async (line: string, test: string, words: LineTestWords) => {
      const { seconds, json, ...rest } = words;
      const options = { ...rest, line, test, json: json === true, ...(seconds === undefined ? {} : { seconds: Number(seconds) }) };
      await finish(testLine(options, ports.clock, ports.output));
    })
    .exitOverride();
}

function addDoctor(program: Command, ports: ProgramPorts, finish: (work: Promise<number>) => Promise<void>): void {
  program
    .command('doctor')
    .description('check the machine, the settings and the service, and say what to mend')
    .option('--settings', 'show each setting, its value and where it came from')
    .option('--json', 'print as JSON')
    .action(async (words: { readonly settings?: boolean; readonly json?: boolean }) =>
      finish(doctor({ settings: words.settings === true, json: words.json === true }, ports.doctor, ports.output)),
    )
    .exitOverride();
}

function addPlan(program: Command, ports: ProgramPorts, finish: (work: Promise<number>) => Promise<void>): void {
  program
    .command('plan')
    .description('call plans')
    .command('validate')
    .description('check a call plan document; exit 1 when it has errors')
    .argument('<file>', 'the plan as JSON; - for standard input')
    .option('--no-scheduled-call', 'check it for an account without the Scheduled Call feature')
    .option('--json', 'print the findings as JSON')
    .action(async (file: string, words: { readonly scheduledCall: boolean; readonly json?: boolean }) =>
      finish(Promise.resolve(validatePlanFile(file, { scheduledCall: words.scheduledCall, json: words.json === true }, ports.output))),
    )
    .exitOverride();
}

interface ApplyWords {
  readonly country: string;
  readonly network: string;
  readonly echoCanceller: string;
  readonly file: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

function addCard(program: Command, ports: ProgramPorts, finish: (work: Promise<number>) => Promise<void>): void {
  const run = async (work: () => number): Promise<void> => finish(Promise.resolve().then(work));
  const card = program.command('card').description('telephony cards, by DAHDI').exitOverride();
  card
    .command('detect')
    .description('which cards there are, and how they would be set up; exit 1 when there is none')
    .option('--json', 'print as JSON')
    .action(async (words: { readonly json?: boolean }) => run(() => detectCards({ json: words.json === true }, ports.cards, ports.output)))
    .exitOverride();
  card
    .command('show')
    .description('spans and channels as they run; exit 1 when there is none')
    .option('--json', 'print as JSON')
    .action(async (words: { readonly json?: boolean }) => run(() => showCards({ json: words.json === true }, ports.cards, ports.output)))
    .exitOverride();
  card
    .command('apply')
    .description('write system.conf for the cards that are there and apply it; tells first what it interrupts')
    .option('--country <code>', 'whose lines and tones: ISO 3166', DEFAULT_COUNTRY)
    .option('--network <spans>', 'ISDN spans that are the network’s side, as 2,4', '')
    .option('--echo-canceller <name>', 'DAHDI’s name of one, or none; absent: what the cards’ templates say', '')
    .option('--file <path>', 'DAHDI’s configuration', '/etc/dahdi/system.conf')
    .option('--dry-run', 'only show it')
    .option('--yes', 'do it, whatever it interrupts')
    .option('--json', 'print as JSON')
    .action(async ({ network, dryRun, yes, json, ...words }: ApplyWords) =>
      run(() =>
        applyCards(
          { ...words, network: spanNumbers(network), dryRun: dryRun === true, yes: yes === true, json: json === true },
          ports.cards,
          ports.output,
        ),
      ),
    )
    .exitOverride();
}

/** @throws InvalidArgumentError: exit code 2. */
function spanNumbers(text: string): readonly number[] {
  const parts = text === '' ? [] : text.split(',');
  if (parts.every((part) => /^[1-9]\d{0,2}$/.test(part))) return parts.map(Number);
  throw new InvalidArgumentError(`--network takes spans as 2,4, not "${text}"`);
}

function exitCodeOf(error: unknown, output: Output): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : WRONG_WORDS;
  output.error(
    error instanceof BranchlineError ? error.message : `Unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return FAILED;
}
