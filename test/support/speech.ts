import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { EngineSettings } from '../../src/media/index.js';

/** The defaults of the engines, but for what is given. */
export function speechSettings(more: Partial<EngineSettings> = {}): EngineSettings {
  return {
    'speech.engine': 'espeak-ng',
    'speech.timeoutSeconds': 30,
    'speech.espeakProgram': 'espeak-ng',
    'speech.piperProgram': 'piper',
    'speech.piperModel': '',
    'speech.httpUrl': '',
    'speech.httpToken': '',
    ...more,
  };
}

/** A program in place of an engine's: a shell script. Its path. */
export function scriptAs(folder: string, name: string, script: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}
