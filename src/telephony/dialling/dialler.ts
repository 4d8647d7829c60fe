import type { Clock, Logger } from '../../core/index.js';
import type { Destination, DialResult, Dialler } from '../ports/dialling.js';
import type { TrunkDirectory } from '../trunks/index.js';
import { Effort } from './effort.js';

export interface DiallerParts {
  readonly trunks: TrunkDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Reaches destinations over the box's trunks (DESIGN.md §6.5). */
export class TrunkDialler implements Dialler {
  readonly #parts: DiallerParts;

  constructor(parts: DiallerParts) {
    this.#parts = parts;
  }

  dial(destination: Destination): Promise<DialResult> {
    return new Effort(this.#parts, destination).run();
  }
}
