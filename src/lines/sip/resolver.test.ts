import { beforeEach, describe, expect, it } from 'vitest';

import { SteppedClock, silentLogger } from '../../core/index.js';
import { PeerResolver } from './resolver.js';

let clock: SteppedClock;
let answers: Map<string, () => Promise<readonly string[]>>;
let resolver: PeerResolver;
let told: (string | null)[];

beforeEach(() => {
  clock = new SteppedClock();
  answers = new Map();
  told = [];
  resolver = new PeerResolver(clock, silentLogger, (name) => answers.get(name)?.() ?? Promise.reject(new Error('ENOTFOUND')));
});

const tell = (address: string | null): void => void told.push(address);

describe('resolving the names of peers', () => {
  it('passes IP literals at once', () => {
    resolver.watch('192.0.2.7', tell);
    expect(told).toEqual(['192.0.2.7']);
  });

  it('follows a name to its next address', async () => {
    answers.set('peer', () => Promise.resolve(['192.0.2.1']));
    resolver.watch('peer', tell);
    await clock.advance(0);
    answers.set('peer', () => Promise.resolve(['192.0.2.2']));
    await clock.advance(60_000);
    expect(told).toEqual(['192.0.2.1', '192.0.2.2']);
  });

  it('stays at an address that the name still has', async () => {
    answers.set('peer', () => Promise.resolve(['192.0.2.1', '192.0.2.2']));
    resolver.watch('peer', tell);
    await clock.advance(0);
    answers.set('peer', () => Promise.resolve(['192.0.2.2', '192.0.2.1']));
    await clock.advance(60_000);
    expect(told).toEqual(['192.0.2.1']);
  });

  it('keeps the last good address while the name server is dead', async () => {
    answers.set('peer', () => Promise.resolve(['192.0.2.1']));
    resolver.watch('peer', tell);
    await clock.advance(0);
    answers.delete('peer');
    await clock.advance(600_000);
    expect(told).toEqual(['192.0.2.1']);
  });

  it('says once that there is no address, and finds it later', async () => {
    resolver.watch('peer', tell);
    await clock.advance(30_000);
    expect(told).toEqual([null]);
    answers.set('peer', () => Promise.resolve(['192.0.2.1']));
    await clock.advance(10_000);
    expect(told).toEqual([null, '192.0.2.1']);
  });

  it('lets a name server that never answers hold up nobody', async () => {
    answers.set('dead', () => new Promise(() => undefined));
    answers.set('peer', () => Promise.resolve(['192.0.2.1']));
    const dead: (string | null)[] = [];
    resolver.watch('dead', (address) => void dead.push(address));
    resolver.watch('peer', tell);
    await clock.advance(0);
    expect(told).toEqual(['192.0.2.1']);
    await clock.advance(5000);
    expect(dead).toEqual([null]);
  });

  it('says nothing after it was stopped', async () => {
    answers.set('peer', () => Promise.resolve(['192.0.2.1']));
    resolver.watch('peer', tell)();
    await clock.advance(120_000);
    expect(told).toEqual([]);
  });
});
