import { BranchlineError } from '../../core/index.js';
import type { ExtensionSettings, Store } from '../../store/index.js';
import { telephonyErrors } from '../errors.js';
import type { Extension, ExtensionPort } from '../ports/extensions.js';
import { changedExtensionSettings, DEFAULT_EXTENSION_SETTINGS, type ExtensionSettingsChange } from './settings.js';

export interface ExtensionDirectoryParts {
  readonly store: Pick<Store, 'extensionSettings' | 'commit'>;
  /** Null: the box has no analogue lines. */
  readonly port: ExtensionPort | null;
}

export interface ExtensionView extends Extension {
  readonly settings: ExtensionSettings;
}

/** The telephones at the card's FXS ports, and how each is treated. */
export class ExtensionDirectory {
  readonly #parts: ExtensionDirectoryParts;

  constructor(parts: ExtensionDirectoryParts) {
    this.#parts = parts;
  }

  list(): readonly ExtensionView[] {
    const stored = new Map(this.#parts.store.extensionSettings.all().map(({ channel, settings }) => [channel, settings]));
    return (this.#parts.port?.extensions() ?? []).map((one) => ({ ...one, settings: stored.get(one.channel) ?? DEFAULT_EXTENSION_SETTINGS }));
  }

  get(extension: string): ExtensionView | null {
    return this.list().find((one) => one.extension === extension) ?? null;
  }

  /** Changes how an extension is treated. Throws `extensionUnknown` or `extensionInvalid`. */
  async update(extension: string, change: ExtensionSettingsChange): Promise<ExtensionView> {
    const before = this.get(extension);
    if (before === null)
      throw new BranchlineError(telephonyErrors.extensionUnknown, `There is no extension ${extension}: see the list of extensions.`, {
        context: { extension },
      });
    const settings = changedExtensionSettings(before.settings, change);
    await this.#parts.store.commit(this.#parts.store.extensionSettings.put({ channel: before.channel, settings }));
    this.#parts.port?.configure(before.channel, settings);
    return { ...before, settings };
  }
}
