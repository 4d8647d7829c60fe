import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { createServer } from 'node:net';

import { BranchlineError, coreErrors } from './errors.js';

/** A state folder that is held; nobody else gets it until `release`, or until the process ends, however it ends. */
export interface StateLock {
  release(): Promise<void>;
}

/**
 * Holds a state folder for this process, by listening on a socket named after it in Linux's abstract name space (unix(7)): the kernel gives it
 * up with the process, so that no stale lock outlives a power cut or kill −9.
 *
 * @throws BranchlineError `stateInUse` where another process holds the folder.
 */
export function holdState(folder: string): Promise<StateLock> {
  const name = `\0branchline-${createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 32)}`;
  const server = createServer((connection) => connection.destroy());
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const inUse = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
      const message = inUse ? `Another Branchline uses ${folder}: stop it, or give this one its own --state-dir` : `${folder} cannot be held: ${cause.message}`;
      reject(new BranchlineError(coreErrors.stateInUse, message, { cause }));
    });
    server.listen(name, () => resolve({ release: () => new Promise((done) => server.close(() => done())) }));
  });
}
