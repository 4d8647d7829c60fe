import {
  type Announcement,
  type AudioPart,
  PlanCatalogue,
  PlanRunner,
  PlanService,
  type PlanReference,
  type RunEnd,
  type RunRequest,
} from '../../../src/callplan/index.js';
import { silentLogger, SteppedClock } from '../../../src/core/index.js';
import type { Store } from '../../../src/store/index.js';
import { type Call, type CallIdentity, CallRegistry, type CliPair, LiveLegs, TrunkDialler, TrunkDirectory } from '../../../src/telephony/index.js';
import { MemoryTables } from '../memory-tables.js';
import { ScriptedLine, type ScriptedLeg } from '../scripted-line.js';
import { ScriptedMedia } from './scripted-media.js';

const SERVICE_NUMBER = '+441632960100';
const CALLER = '+447700900123';

/** Plans that rigs have made: their names are unique in the account. */
let plans = 0;

/** A run that was begun: the A-party's far end, its call, and how it ended once it has. */
export interface BegunRun {
  readonly a: ScriptedLeg;
  readonly call: Call;
  end(): RunEnd | null;
}

/**
 * Call plans over real plan storage, legs, calls and dialling; only the lines and the audio are scripted. Plans are kept in a real store; call
 * records go to memory, so that stepped time need not wait for a disk.
 */
export class PlanRig {
  readonly clock = new SteppedClock();
  readonly line = new ScriptedLine(this.clock);
  readonly media = new ScriptedMedia(this.clock);
  readonly tables = new MemoryTables();
  readonly audio = new Set<string>(['welcome', 'menu', 'invalid', 'no-input', 'goodbye', 'sales', 'support']);
  /** What is played for a value that is to be heard. */
  announce: (announcement: Announcement) => Promise<readonly AudioPart[] | null> = () => Promise.resolve(null);
  readonly registry: CallRegistry;
  readonly trunks: TrunkDirectory;
  readonly plans: PlanService;
  readonly catalogue: PlanCatalogue;
  readonly runner: PlanRunner;
  readonly store: Store;

  /** `store` has the account "acc_root"; several rigs may share it, one after the other. */
  constructor(store: Store) {
    const { clock } = this;
    const logger = silentLogger;
    this.store = store;
    const live = new LiveLegs();
    this.registry = new CallRegistry({ store: this.tables.store, clock, logger, live });
    this.trunks = new TrunkDirectory({ store: this.tables.store, clock, logger, lines: [this.line], live, country: 'GB' });
    const dialler = new TrunkDialler({ trunks: this.trunks, clock, logger });
    this.catalogue = new PlanCatalogue(this.store);
    const audio = { resolve: (_accountId: string, slug: string) => (this.audio.has(slug) ? `/audio/${slug}.wav` : null) };
    this.plans = new PlanService({ store: this.store, catalogue: this.catalogue, audio, clock });
    const announcer = { announce: (_accountId: string, announcement: Announcement) => this.announce(announcement) };
    this.runner = new PlanRunner({ store: this.store, catalogue: this.catalogue, media: this.media, dialler, audio, announcer, clock, logger });
  }

  trunk(): Promise<unknown> {
    return this.trunks.create({ name: 'carrier', kind: 'sip', address: '192.0.2.7:5070', priority: 1, maxCalls: 100, callsPerSecond: 100 });
  }

  /** Keeps and publishes a plan. Node 1 is Start, leading to node 2 by both branches, unless `nodes` has one. */
  async plan(nodes: readonly object[], more: object = {}): Promise<PlanReference> {
    plans += 1;
    const start = { id: 1, type: 'Start', settings: { scheduledCall: { enabled: true } }, branches: { Continue: 2, 'Scheduled Call': 2 } };
    const all = nodes.some((node) => 'id' in node && node.id === 1) ? nodes : [start, ...nodes];
    const { plan, version } = await this.plans.create('acc_root', { format: 1, name: `Plan ${plans}`, nodes: all, ...more });
    return { planId: plan.id, version };
  }

  /** Somebody calls the service number; the run begins with the caller not answered. */
  inbound(plan: PlanReference, options: { readonly cli?: CliPair; readonly accountId?: string } = {}): BegunRun {
    const network = { number: CALLER, presentation: 'allowed', screening: 'network' } as const;
    const a = this.line.call({ kind: 'number', e164: SERVICE_NUMBER }, { cli: options.cli ?? { network, presentation: network } });
    const call = this.registry.open(this.#identity('inbound'));
    call.addLeg(a.leg, 1);
    return this.begin({ plan, startBranch: 'Continue', call, aLeg: a.leg, variables: {} }, a);
  }

  /** A First Party has answered. */
  scheduled(plan: PlanReference, variables: Readonly<Record<string, string>> = {}): BegunRun {
    const cli = { number: SERVICE_NUMBER, presentation: 'allowed', screening: 'network' } as const;
    const leg = this.line.dial({
      legId: `leg_first${plans}`,
      trunk: { id: 'trk_first' } as never,
      to: { kind: 'number', e164: CALLER },
      cli: { network: cli, presentation: cli },
      identity: { callId: '', fromTag: '' },
    });
    const a = this.line.last;
    this.line.dialled.pop();
    const call = this.registry.open(this.#identity('scheduled'));
    call.addLeg(leg, 167);
    a.answer();
    return this.begin({ plan, startBranch: 'Scheduled Call', call, aLeg: leg, variables }, a);
  }

  begin(request: RunRequest, a: ScriptedLeg): BegunRun {
    let end: RunEnd | null = null;
    const run = async (): Promise<void> => {
      end = await this.runner.run(request);
    };
    void run();
    return { a, call: request.call, end: () => end };
  }

  /** A call's trace, as "type" or "type nodeId", in order. */
  trace(call: Call): readonly string[] {
    return this.tables.traceRows
      .filter((row) => row.callId === call.identity.id)
      .map((row) => ({ type: row.type, data: JSON.parse(row.data) as { nodeId?: number; branch?: string } }))
      .map(({ type, data }) => [type, data.nodeId, data.branch].filter((part) => part !== undefined).join(' '));
  }

  #identity(origin: 'inbound' | 'scheduled'): CallIdentity {
    const presentationNumber = origin === 'scheduled' ? '+441632960111' : null;
    const ids = { id: `call_${plans}_${this.registry.live().length}`, accountId: 'acc_root', serviceNumberId: 'num_1' };
    return { ...ids, origin, serviceNumber: SERVICE_NUMBER, requestId: null, attemptId: null, presentationNumber };
  }
}
