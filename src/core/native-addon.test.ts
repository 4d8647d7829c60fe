import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadNativeAddon } from './native-addon.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'branchline-addon-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('loading the native add-on', () => {
  it('says where it looked and how to build it, when it is not there', () => {
    const file = path.join(folder, 'absent.node');
    expect(() => loadNativeAddon(file)).toThrow(`The native add-on is not at ${file}. \`npm start\` builds it`);
  });

  it('says why a file cannot be loaded', () => {
    const file = path.join(folder, 'broken.node');
    writeFileSync(file, 'not a library');
    expect(() => loadNativeAddon(file)).toThrow('cannot be loaded');
  });

  it('refuses one that was built for another border', () => {
    const file = path.join(folder, 'old.cjs');
    writeFileSync(file, 'module.exports = { borderVersion: 0 };');
    expect(() => loadNativeAddon(file)).toThrow('has border version 0, this service wants 1. Build it again');
  });
});
