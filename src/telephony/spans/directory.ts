import { BranchlineError } from '../../core/index.js';
import type { Store } from '../../store/index.js';
import { telephonyErrors } from '../errors.js';
import type { SpanPort, SpanRun } from '../ports/spans.js';
import { changedSpanSettings, type SpanSettingsChange } from './settings.js';

export interface SpanDirectoryParts {
  readonly store: Pick<Store, 'spanSettings' | 'commit'>;
  readonly port: SpanPort;
}

/** The card's spans: how each is, and how each is to be run. */
export class SpanDirectory {
  readonly #parts: SpanDirectoryParts;

  constructor(parts: SpanDirectoryParts) {
    this.#parts = parts;
  }

  list(): readonly SpanRun[] {
    return this.#parts.port.spans();
  }

  get(span: number): SpanRun | null {
    return this.list().find((one) => one.span === span) ?? null;
  }

  /** Changes how an ISDN span is run; its calls end. Throws `spanUnknown` or `spanInvalid`. */
  async update(span: number, change: SpanSettingsChange): Promise<SpanRun> {
    const before = this.#known(span);
    if (before.kind === 'analogue' || before.settings === null)
      throw new BranchlineError(telephonyErrors.spanInvalid, `Span ${span} is analogue: only ISDN spans have settings of their own.`, {
        problems: [],
      });
    const settings = changedSpanSettings(before.kind, before.settings, change);
    await this.#parts.store.commit(this.#parts.store.spanSettings.put({ span, settings }));
    this.#parts.port.configure(span, settings);
    return this.#known(span);
  }

  #known(span: number): SpanRun {
    const state = this.get(span);
    if (state === null)
      throw new BranchlineError(telephonyErrors.spanUnknown, `The card has no span ${span}: see the list of spans.`, { context: { span } });
    return state;
  }
}
