import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import { type Durations, histogramText } from './durations.js';

/** What the box counts, as `main.ts` collects it from the rooms; read at each scrape. */
export interface MetricSources {
  readonly engine: () => {
    readonly frames: number;
    readonly lateFrames: number;
    readonly skippedFrames: number;
    readonly prefetchUnderruns: number;
    readonly recordOverruns: number;
    readonly eventsLost: number;
    readonly legs: number;
    readonly players: number;
    readonly recorders: number;
    readonly bridges: number;
    readonly worstLatenessMicroseconds: number;
    readonly frameLateness: Durations;
    readonly frameTime: Durations;
    readonly lockWait: Durations;
  };
  readonly store: () => {
    readonly commits: number;
    readonly commands: number;
    readonly commitP99Ms: number;
    readonly queued: number;
    readonly failed: number;
  };
  readonly liveCalls: () => number;
  readonly openRequests: () => number;
  readonly trunks: () => readonly { readonly name: string; readonly up: boolean; readonly inUse: number }[];
  readonly lines: () => readonly { readonly channel: number; readonly usable: boolean; readonly inUse: boolean; readonly calls: number }[];
  readonly spans: () => readonly { readonly span: number; readonly alarms: readonly string[]; readonly slips: number }[];
}

const SPAN_ALARMS = ['red', 'yellow', 'blue', 'loopback', 'removed'];

/** The Prometheus registry (`/metrics`), and the instruments that rooms' events feed. */
export class Metrics {
  readonly registry = new Registry();
  readonly attempts = new Counter({
    name: 'branchline_attempts_total',
    help: 'Scheduled Call attempts that ended, by outcome',
    labelNames: ['outcome'],
    registers: [this.registry],
  });
  readonly calls = new Counter({
    name: 'branchline_calls_total',
    help: 'Calls that ended, by origin',
    labelNames: ['origin'],
    registers: [this.registry],
  });
  readonly lateness = new Histogram({
    name: 'branchline_scheduled_call_lateness_seconds',
    help: 'Due moment to the line being seized',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
    registers: [this.registry],
  });

  readonly #sources: MetricSources;

  constructor(sources: MetricSources) {
    this.#sources = sources;
    collectDefaultMetrics({ register: this.registry });
    this.#gauge('branchline_live_calls', 'Calls now', sources.liveCalls);
    this.#gauge('branchline_open_requests', 'Scheduled Call requests without a final state', sources.openRequests);
    for (const name of [
      'frames',
      'lateFrames',
      'skippedFrames',
      'prefetchUnderruns',
      'recordOverruns',
      'eventsLost',
      'legs',
      'players',
      'recorders',
      'bridges',
    ] as const) {
      this.#gauge(`branchline_audio_${snake(name)}`, `Audio engine: ${name}`, () => sources.engine()[name]);
    }
    for (const name of ['commits', 'commands', 'queued', 'failed'] as const)
      this.#gauge(`branchline_store_${name}`, `Store: ${name}`, () => sources.store()[name]);
    this.#gauge('branchline_store_commit_p99_seconds', 'Store: p99 of the last 1,000 commits', () => sources.store().commitP99Ms / 1000);
    this.#trunks(sources);
    this.#lines(sources);
    this.#spans(sources);
  }

  /** All of it, in the Prometheus text format. */
  async text(): Promise<string> {
    return `${await this.registry.metrics()}\n${this.#audioThread()}`;
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  #audioThread(): string {
    const { frameLateness, frameTime, lockWait } = this.#sources.engine();
    return [
      histogramText('branchline_audio_frame_lateness_seconds', 'Audio thread: how late frames of 20 ms began', frameLateness),
      histogramText('branchline_audio_frame_time_seconds', 'Audio thread: how long the work of a frame of 20 ms took', frameTime),
      histogramText('branchline_audio_lock_wait_seconds', 'Audio thread: how long it waited for a mutex of PJMEDIA, where it had to', lockWait),
    ].join('\n');
  }

  #trunks(sources: MetricSources): void {
    this.#labelled('branchline_trunk_up', 'Whether the trunk can be used', ['trunk'], () =>
      sources.trunks().map(({ name, up }) => [{ trunk: name }, Number(up)]),
    );
    this.#labelled('branchline_trunk_calls', 'Calls on the trunk now', ['trunk'], () =>
      sources.trunks().map(({ name, inUse }) => [{ trunk: name }, inUse]),
    );
  }

  #lines(sources: MetricSources): void {
    const of = (read: (line: ReturnType<MetricSources['lines']>[number]) => number) => () =>
      sources.lines().map((line) => [{ line: String(line.channel) }, read(line)] as const);
    this.#labelled(
      'branchline_line_up',
      'Whether calls can be made on the line',
      ['line'],
      of(({ usable }) => Number(usable)),
    );
    this.#labelled(
      'branchline_line_in_use',
      'Whether the line is in use',
      ['line'],
      of(({ inUse }) => Number(inUse)),
    );
    this.#labelled(
      'branchline_line_calls',
      'Calls that the line has had',
      ['line'],
      of(({ calls }) => calls),
    );
  }

  #spans(sources: MetricSources): void {
    this.#labelled('branchline_span_alarm', 'Whether the span has the alarm', ['span', 'alarm'], () =>
      sources.spans().flatMap(({ span, alarms }) => SPAN_ALARMS.map((alarm) => [{ span: String(span), alarm }, Number(alarms.includes(alarm))])),
    );
    this.#labelled('branchline_span_slips', 'Slips of the span since its driver started', ['span'], () =>
      sources.spans().map(({ span, slips }) => [{ span: String(span) }, slips]),
    );
  }

  /** A gauge whose values are read anew at each scrape. */
  #labelled(name: string, help: string, labelNames: string[], read: () => readonly (readonly [Record<string, string>, number])[]): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [labels, value] of read()) this.set(labels, value);
      },
    });
  }
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}
