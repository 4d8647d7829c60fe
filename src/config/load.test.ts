import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { BranchlineError } from '../core/index.js';
import { loadSettings, type Origins } from './load.js';

function load(origins: Partial<Origins>): ReturnType<typeof loadSettings> {
  return loadSettings({ options: {}, environment: {}, files: [], ...origins });
}

function fileWith(text: string): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'branchline-config-')), 'branchline.yaml');
  writeFileSync(file, text);
  return file;
}

function refusalOf(origins: Partial<Origins>): BranchlineError {
  try {
    load(origins);
  } catch (error) {
    if (error instanceof BranchlineError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('settings', () => {
  it('are the defaults where nothing else is said', () => {
    const { settings, sources } = load({});
    expect(settings['http.port']).toBe(8080);
    expect(sources['http.port']).toBe('default');
  });

  it('take the command line before the environment before the file', () => {
    const file = fileWith('http:\n  port: 1\n  host: 0.0.0.0\nlogLevel: warn\n');
    const { settings, sources } = load({
      options: { 'http.port': '3' },
      environment: { BRANCHLINE_HTTP_PORT: '2', BRANCHLINE_HTTP_HOST: '::1' },
      files: [file],
    });
    expect(settings).toMatchObject({ 'http.port': 3, 'http.host': '::1', logLevel: 'warn' });
    expect(sources).toMatchObject({ 'http.port': 'command line', 'http.host': 'environment BRANCHLINE_HTTP_HOST', logLevel: `file ${file}` });
  });

  it('take the state folder from systemd when nothing nearer names one', () => {
    expect(load({ environment: { STATE_DIRECTORY: '/var/lib/branchline:/other' } }).settings.stateDir).toBe('/var/lib/branchline');
  });

  it('refuse an unknown key of the file by name with a suggestion', () => {
    expect(refusalOf({ files: [fileWith('http:\n  prot: 1\n')] }).message).toContain('unknown setting http.prot; did you mean http.port?');
  });

  it('refuse an unknown variable of the environment by name with a suggestion', () => {
    expect(refusalOf({ environment: { BRANCHLINE_HTTP_PROT: '1' } }).message).toContain('did you mean BRANCHLINE_HTTP_PORT?');
  });

  it('tell every wrong value at once and what would be right', () => {
    const { message } = refusalOf({ environment: { BRANCHLINE_HTTP_PORT: '70000', BRANCHLINE_CARD: 'dadhi', BRANCHLINE_DEMO: 'perhaps' } });
    expect(message).toContain('from 0 to 65535');
    expect(message).toContain('one of virtual, dahdi, none');
    expect(message).toContain('give 1 or 0');
  });

  it('refuse a file that is not YAML', () => {
    expect(refusalOf({ files: [fileWith('a: [')] }).code.name).toBe('unreadable');
  });

  it('read a list of codecs and refuse one that is not known', () => {
    expect(load({ environment: { BRANCHLINE_SIP_CODECS: 'PCMU/8000, PCMA/8000' } }).settings['sip.codecs']).toEqual(['PCMU/8000', 'PCMA/8000']);
    expect(refusalOf({ environment: { BRANCHLINE_SIP_CODECS: 'G729/8000' } }).message).toContain('G729/8000');
  });
});
