// The native add-on with SIP on 127.0.0.1, for tests that speak to it directly.
import { createRequire } from 'node:module';
import path from 'node:path';

import type { Handle, NativeAddon, NativeEngine, NativeEvent, SipDialOptions, SipOptions, SipTrunkOptions } from '../../native/addon/addon.js';

type EventOf<T extends NativeEvent['type']> = Extract<NativeEvent, { type: T }>;

const ADDON = process.env['BRANCHLINE_ADDON'] ?? path.resolve(import.meta.dirname, '../../build/release/addon/branchline.node');

export const addon = createRequire(import.meta.url)(ADDON) as NativeAddon;

export const G711_FIRST = ['PCMA/8000', 'PCMU/8000', 'G722/16000', 'opus/48000'];

/** An engine that runs SIP, and what it told so far. */
export class NativeSip {
  readonly engine: NativeEngine;
  readonly events: NativeEvent[] = [];
  /** Called with each event as it comes. */
  onEvent: ((event: NativeEvent) => void) | undefined;
  private readonly waiters = new Set<() => void>();
  private dials = 0;

  constructor(options: Partial<SipOptions> = {}) {
    this.engine = addon.createEngine({ stepped: false, realtimePriority: true, maxHandles: 4096 }, (events) => {
      for (const event of events) {
        this.events.push(event);
        this.onEvent?.(event);
      }
      for (const wake of this.waiters) wake();
    });
    this.engine.sipStart({
      host: '127.0.0.1',
      port: 0,
      userAgent: 'Branchline test',
      maxCalls: 256,
      rtpPorts: [20_000, 29_999],
      codecs: G711_FIRST,
      logLevel: 0,
      ...options,
    });
  }

  trunk(port: number, options: Partial<SipTrunkOptions> = {}): Handle {
    const created = this.engine.sipAddTrunk({
      address: '127.0.0.1',
      port,
      domain: '127.0.0.1',
      transport: 'udp',
      optionsSeconds: 0,
      srtp: 'off',
      dtmf: 'automatic',
      refer: 'refuse',
      ...options,
    });
    if (created.status !== 0) throw new Error(`sipAddTrunk answered ${created.status}`);
    return created.handle;
  }

  dial(trunk: Handle, options: Partial<SipDialOptions> = {}): Handle {
    this.dials += 1;
    const created = this.engine.sipDial(trunk, {
      uri: 'sip:+447700900123@carrier.example',
      fromUri: 'sip:+441632960100@branch.example',
      fromName: '',
      callId: `call-${this.dials}@branch.example`,
      fromTag: `tag-${this.dials}`,
      ...options,
    });
    if (created.status !== 0) throw new Error(`sipDial answered ${created.status}`);
    return created.handle;
  }

  /** The first event of this type, of this leg where one is given, past or to come. */
  async event<T extends NativeEvent['type']>(type: T, leg?: Handle, timeoutMs = 10_000): Promise<EventOf<T>> {
    return this.eventWhere(type, (event) => leg === undefined || ('leg' in event && event.leg === leg), timeoutMs);
  }

  async eventWhere<T extends NativeEvent['type']>(type: T, matches: (event: EventOf<T>) => boolean, timeoutMs = 10_000): Promise<EventOf<T>> {
    const find = () => this.events.find((event): event is EventOf<T> => event.type === type && matches(event as EventOf<T>));
    await this.until(
      () => find() !== undefined,
      () => `${type}; so far: ${JSON.stringify(this.events.slice(-10))}`,
      timeoutMs,
    );
    return find() as EventOf<T>;
  }

  all<T extends NativeEvent['type']>(type: T, leg?: Handle): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type && (leg === undefined || ('leg' in event && event.leg === leg)));
  }

  /** Waits until `condition` holds, looking at each event and each 10 ms. */
  async until(condition: () => boolean, what: string | (() => string), timeoutMs = 10_000): Promise<void> {
    const limit = performance.now() + timeoutMs;
    while (!condition()) {
      if (performance.now() > limit) throw new Error(`not within ${timeoutMs} ms: ${typeof what === 'string' ? what : what()}`);
      await new Promise<void>((resolve) => {
        const { waiters } = this;
        const timer = setTimeout(done, 10);
        function done() {
          clearTimeout(timer);
          waiters.delete(done);
          resolve();
        }
        waiters.add(done);
      });
    }
  }

  async close(): Promise<void> {
    await this.engine.close();
  }
}
