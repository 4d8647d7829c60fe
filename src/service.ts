import path from 'node:path';

import { pino } from 'pino';

import { AccountService, ServiceNumberService, TokenService } from './accounts/index.js';
import { type ApiServer, buildServer, Metrics } from './api/index.js';
import { InboundHandler, PlanCatalogue, PlanRunner, PlanService } from './callplan/index.js';
import type { Settings } from './config/index.js';
import {
  BranchlineError,
  type Clock,
  coreErrors,
  delay,
  findIsdnd,
  loadNativeAddon,
  type Logger,
  type Native,
  startNative,
  type SteppedClock,
  stepTogether,
} from './core/index.js';
import { EventLog } from './delivery/index.js';
import { makeDemo } from './demo.js';
import { logCallEvents, logOutOfService, logRecordings, logTrunkEvents, schedulerEvents } from './event-wiring.js';
import { HealthService } from './health/index.js';
import { startHousekeeping } from './housekeeping.js';
import { AnalogueLine } from './lines/analogue/analogue-line.js';
import { CardSpans } from './lines/card-spans.js';
import { type IsdnCard, IsdnLine } from './lines/isdn/isdn-line.js';
import { VirtualCard } from './lines/virtual-card/virtual-card.js';
import { DahdiCard } from './lines/dahdi-card.js';
import { SipLine } from './lines/sip/sip-line.js';
import { AnalogueLineTests } from './lines/maintenance/analogue-tests.js';
import { BearerLineTests } from './lines/maintenance/bearer-tests.js';
import { NativeCard } from './lines/card/native-card.js';
import { Announcer, AudioLibrary, completeUnfinished, enginesOf, NativeMedia, sayAsPrompts, Speech } from './media/index.js';
import { readBootId, Scheduler } from './scheduler/index.js';
import { openStore, type Store } from './store/index.js';
import {
  CallRegistry,
  type CardPort,
  defaultSpanSettings,
  dialPlanOf,
  InboundCalls,
  type LineHealthParts,
  type LineMaintenance,
  type LinePort,
  LineTests,
  type LineWatch,
  LiveLegs,
  ExtensionDirectory,
  type ExtensionPort,
  SpanDirectory,
  TrunkDialler,
  TrunkDirectory,
  type VirtualCardPort,
  watchLines,
} from './telephony/index.js';

const NORMAL_CLEARING = 16;
/** Fits into the 5 s of a stop even where the scheduler takes all its time. */
const LAST_CALLS_MS = 1_000;

export interface ServiceOptions {
  readonly settings: Settings;
  readonly version: string;
  readonly clock: Clock;
  /** The clock, where whole scenarios run in virtual time: the engine moves with it, and there is no SIP, which keeps real time. */
  readonly stepped?: SteppedClock;
  /** Where `board/prompts` lies. */
  readonly packageRoot: string;
  /** Told the API token of the very first start, before it is kept: one that was kept and never shown would lock everybody out. */
  readonly announceToken?: (token: string) => void;
}

/** A service that runs. */
export interface Service {
  readonly urls: readonly string[];
  /** The API token made at the very first start; null later. */
  readonly firstToken: string | null;
  /** Ends calls politely and everything after them, in the reverse order of the start. */
  stop(): Promise<void>;
}

/**
 * Starts the rooms in the order of their dependence and wires their ports: the only place that knows concrete adapters. What has been started is
 * stopped again, in reverse, when a later part can't.
 *
 * @throws BranchlineError that says what to mend.
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const stops: (() => Promise<void> | void)[] = [];
  const stopAll = async (): Promise<void> => {
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop();
  };
  try {
    return await start(options, stops, stopAll);
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function start(options: ServiceOptions, stops: (() => Promise<void> | void)[], stopAll: () => Promise<void>): Promise<Service> {
  const { settings, clock, stepped, version } = options;
  const logger: Logger = pino({ level: settings.logLevel, serializers: { error: pino.stdSerializers.err } });
  const health = new HealthService();
  const addon = loadNativeAddon();
  const store = await openStore({ directory: settings.stateDir, logger: logger.child({ room: 'store' }), clock });
  stops.push(() => store.close());
  const accounts = new AccountService(store, clock);
  const tokens = new TokenService(store, accounts, clock, logger);
  const root = await accounts.ensureRoot({ name: 'Branchline', country: settings.country, features: { scheduledCall: true, customCli: true } });
  // Before there are lines: nobody waits for it, and nothing records yet.
  await completeUnfinished(settings.stateDir, logger.child({ room: 'media' }));
  const eventLog = new EventLog(store, clock, logger);

  const native = startNative(
    addon,
    { stepped: stepped !== undefined, realtimePriority: true, maxHandles: 4096, country: lineCountry(settings.country, addon.countries, logger) },
    clock,
    (error) => logger.error({ err: error }, 'an adapter failed on an event of the add-on'),
  );
  stops.push(() => native.engine.close());
  if (stepped !== undefined) stops.push(stepTogether(stepped, native.engine));
  const lines = startLines(options, native, logger, store);
  watchCard(lines.dahdi, health, stops);
  const media = new NativeMedia(native, logger);

  const live = new LiveLegs();
  const trunks = new TrunkDirectory({ store, clock, logger, lines: lines.ports, live, country: settings.country });
  const calls = new CallRegistry({ store, clock, logger, live });
  const dialler = new TrunkDialler({ trunks, clock, logger });
  const lineHealth = watchLines({ store, clock, logger, live, lines: lines.ports, card: lines.card });
  // Before anything is waited for: who calls while the rest starts is refused, not left ringing.
  const inbound = new InboundCalls({ registry: calls, store, lines: lines.ports, clock, logger, maxCalls: settings['sip.maxCalls'] });
  await calls.closeOrphans();

  const catalogue = new PlanCatalogue(store);
  const audio = new AudioLibrary({
    store,
    clock,
    logger,
    stateDirectory: settings.stateDir,
    usage: { plansPlaying: (accountId, slug) => plans.plansPlaying(accountId, slug) },
  });
  await audio.start();
  const speech = new Speech({
    engines: enginesOf(settings, clock),
    cacheFolder: path.resolve(settings.stateDir, 'speech'),
    cacheBytes: settings['speech.cacheMegabytes'] * 1_000_000,
    atOnce: 2,
    clock,
    logger: logger.child({ room: 'media' }),
  });
  await speech.start();
  const announcer = new Announcer({ speech, audio, language: settings['speech.language'] });
  const plans = new PlanService({ store, catalogue, audio, clock });
  const runner = new PlanRunner({ store, catalogue, media, dialler, audio, announcer, clock, logger });
  const serviceNumbers = new ServiceNumberService(store, accounts, clock);

  lineHealth.outOfService.start();
  trunks.start();
  lineHealth.spans.start();
  stops.push(() => lineHealth.spans.stop());
  if (settings.demo) {
    const promptFolder = path.join(options.packageRoot, 'board', 'prompts', 'en-GB');
    await makeDemo(
      {
        store,
        accounts,
        serviceNumbers,
        plans,
        audio,
        trunks,
        stateDir: settings.stateDir,
        promptFolder,
        fxoChannels: lines.fxoChannels,
        isdnSpans: [...(lines.isdn?.bearers().keys() ?? [])],
      },
      root,
    );
  }

  const scheduler = new Scheduler({
    store,
    clock,
    logger: logger.child({ room: 'scheduler' }),
    stateDirectory: settings.stateDir,
    bootId: readBootId(),
    dialler,
    trunks,
    ports: { plans, runs: runner, calls, events: schedulerEvents(eventLog, () => metrics) },
  });
  const metrics = new Metrics({
    engine: () => native.engine.counters(),
    store: () => store.statistics(),
    liveCalls: () => calls.live().length,
    openRequests: () => store.scheduledCalls.countOpen(store.accounts.subtreeIds(root.id)),
    trunks: () => trunks.list().map(({ id, name }) => ({ name, up: trunks.state(id)?.state !== 'down', inUse: live.ofTrunk(id) })),
    lines: () => lineFigures(lineHealth.watch),
    spans: () => lineHealth.spans.list(),
  });
  logCallEvents(calls, eventLog, metrics);
  logRecordings(media, calls, eventLog);
  logTrunkEvents(lines.ports, eventLog, root.id);
  logOutOfService(lineHealth.outOfService, eventLog, root.id);
  addHealthChecks(health, { store, scheduler, trunks, lineHealth });
  health.add(() => ({ name: 'speech', state: speech.finding === '' ? 'ok' : 'degraded', detail: speech.finding }));
  watchStore(health, store, logger);

  const handler = new InboundHandler({ store, plans, runner, logger });
  stops.push(() => endCalls(calls, clock));
  await scheduler.start();
  stops.push(() => scheduler.stop());
  inbound.onInboundCall((call, leg) => void handler.handle(call, leg));
  stops.push(() => inbound.onInboundCall(null));

  stops.push(startHousekeeping({ store, clock, logger }));

  const lineTests = new LineTests({ ...lineHealth, clock, logger, maintenance: lines.maintenance, callOn: (channel) => callOn(calls, channel) });
  stops.push(() => lineTests.stop());

  const server = await buildServer({
    version,
    clock,
    logger: logger.child({ room: 'api' }),
    store,
    health,
    metrics,
    eventLog,
    accounts,
    tokens,
    serviceNumbers,
    plans,
    audio,
    speech,
    speechLanguage: settings['speech.language'],
    sayAsPrompts: sayAsPrompts(),
    scheduler,
    calls,
    trunks,
    lines: lineHealth,
    lineTests,
    spans: new SpanDirectory({ store, port: new CardSpans({ native, clock, lines: lines.ports, isdn: lines.isdn }) }),
    extensions: new ExtensionDirectory({ store, port: lines.extensions }),
    virtualCard: lines.virtualCard,
  });
  const firstToken = await tokens.bootstrap(root.id, settings.bootstrapToken === '' ? null : settings.bootstrapToken, options.announceToken);
  const url = await listen(server, settings);
  stops.push(() => server.close());
  stops.push(() => health.markStopping());
  health.markStarted();
  logger.info({ url, stateDir: settings.stateDir }, 'ready');
  return { urls: [url], firstToken, stop: stopAll };
}

/** The country whose tones and ringing the lines have. Numbers are read for more countries than there are tables of tones. */
function lineCountry(country: string, known: readonly string[], logger: Logger): string {
  if (known.includes(country.toUpperCase())) return country.toUpperCase();
  logger.warn({ country, known }, `The tones of ${country} are not known: the lines are taken for British ones`);
  return 'GB';
}

function watchCard(card: DahdiCard | undefined, health: HealthService, stops: (() => void)[]): void {
  if (card === undefined) return;
  stops.push(() => card.stop());
  health.add(() => ({ name: 'card', state: card.finding === '' ? 'ok' : 'degraded', detail: card.finding }));
}

interface Lines {
  readonly ports: readonly LinePort[];
  readonly fxoChannels: readonly number[];
  /** Null where the card has no ISDN spans. */
  readonly isdn: IsdnLine | null;
  /** Null where the box has no analogue lines. */
  readonly extensions: ExtensionPort | null;
  readonly virtualCard: VirtualCardPort | null;
  /** Null where there is no card. */
  readonly card: CardPort | null;
  readonly maintenance: readonly LineMaintenance[];
  readonly dahdi?: DahdiCard;
}

type LineParts = ConstructorParameters<typeof SipLine>[0];

function startLines({ settings, clock, stepped }: ServiceOptions, native: Native, logger: Logger, store: Store): Lines {
  const parts = { native, clock, logger: logger.child({ room: 'lines' }), country: settings.country };
  const sip = stepped === undefined ? [startSip(parts, settings)] : [];
  const card = startCard(parts, settings, store);
  return { ...card, ports: [...sip, ...card.ports] };
}

function startSip(parts: LineParts, settings: Settings): LinePort {
  const sip = new SipLine(parts);
  const ports = startListening(() => sip.start(sipOptions(settings)));
  parts.logger.info({ host: settings['sip.host'], ...ports }, 'SIP listens');
  return sip;
}

function startCard(parts: LineParts, settings: Settings, store: Store): Lines {
  switch (settings.card) {
    case 'dahdi': {
      const analogue = startAnalogue(parts, settings, store);
      const spans = settings['card.spans'].map(Number);
      const isdn = new IsdnLine(parts);
      const maintenance = lineTestsOf(parts, settings, analogue, isdn);
      const onChannels = (channels: IsdnCard['channels']): void => {
        analogue.useCard(channels);
        if (channels.some(({ kind }) => kind === 'bearer')) startIsdn(parts, channels, findIsdnd(), store, isdn);
      };
      const dahdi = new DahdiCard({ ...parts, spans, onChannels });
      dahdi.start();
      const card = new NativeCard(parts.native);
      return { ports: [analogue, isdn], fxoChannels: [], isdn, extensions: analogue, virtualCard: null, card, maintenance, dahdi };
    }
    case 'none':
      return { ports: [], fxoChannels: [], isdn: null, extensions: null, virtualCard: null, card: null, maintenance: [] };
    case 'virtual': {
      const analogue = startAnalogue(parts, settings, store);
      const isdnd = settings['card.e1'] + settings['card.bri'] > 0 ? findIsdnd() : null;
      const channels = analogue.startVirtual({
        fxo: settings['card.fxo'],
        fxs: settings['card.fxs'],
        ...(isdnd === null ? {} : { isdn: { e1: settings['card.e1'], bri: settings['card.bri'], isdnd, ...dialPlanOf(settings.country) } }),
      });
      const virtualCard = new VirtualCard({ ...parts, folder: path.join(settings.stateDir, 'far-end'), channels });
      const isdn = isdnd === null ? null : startIsdn(parts, channels, isdnd, store);
      const fxoChannels = channels.filter(({ kind }) => kind === 'fxo').map(({ channel }) => channel);
      return {
        ports: isdn === null ? [analogue] : [analogue, isdn],
        fxoChannels,
        isdn,
        extensions: analogue,
        virtualCard,
        card: new NativeCard(parts.native),
        maintenance: lineTestsOf(parts, settings, analogue, isdn),
      };
    }
  }
}

function lineTestsOf(parts: LineParts, settings: Settings, analogue: AnalogueLine, isdn: IsdnLine | null): readonly LineMaintenance[] {
  const tests = new AnalogueLineTests({ ...parts, lines: () => analogue.lines(), folder: settings.stateDir });
  return isdn === null ? [tests] : [tests, new BearerLineTests(parts.native, isdn)];
}

function startAnalogue(parts: LineParts, settings: Settings, store: Store): AnalogueLine {
  const extensionSettings = () => new Map(store.extensionSettings.all().map(({ channel, settings }) => [channel, settings]));
  const echo = { policy: settings['card.echo'], tailMs: Number(settings['card.echoTail']) };
  return new AnalogueLine({ ...parts, echo, extensionSettings });
}

/** The id of the call that is on a channel of the card. */
function callOn(calls: CallRegistry, channel: number): string | null {
  const call = calls.live().find(({ legs }) => legs.some((leg) => leg.details.channel === channel && leg.end === null));
  return call?.identity.id ?? null;
}

function lineFigures(watch: LineWatch): readonly { channel: number; usable: boolean; inUse: boolean; calls: number }[] {
  return watch.list().map(({ channel, state, outOfService, calls }) => ({
    channel,
    usable: state !== 'alarm' && state !== 'removed' && outOfService === null,
    inUse: state === 'ringing' || state === 'dialling' || state === 'talking',
    calls: calls.total,
  }));
}

function startIsdn(parts: LineParts, channels: IsdnCard['channels'], isdnd: string, store: Store, isdn = new IsdnLine(parts)): IsdnLine {
  const spans = parts.native.engine.cardSpans();
  const basic = spans.filter(({ kind }) => kind === 'basic');
  const stored = new Map(store.spanSettings.all().map(({ span, settings }) => [span, settings]));
  isdn.start({
    channels,
    spans,
    isdnd,
    settings: (one) => stored.get(one.span) ?? defaultSpanSettings(one.kind === 'analogue' ? 'e1' : one.kind, basic.indexOf(one) + 1),
  });
  return isdn;
}

function sipOptions(settings: Settings) {
  const certificateFile = settings['sip.tlsCertificate'];
  return {
    host: settings['sip.host'],
    port: settings['sip.port'],
    ...(certificateFile === '' ? {} : { tls: { port: settings['sip.tlsPort'], certificateFile, keyFile: settings['sip.tlsKey'] } }),
    userAgent: 'Branchline',
    maxCalls: settings['sip.maxCalls'],
    rtpPorts: [settings['sip.rtpFirst'], settings['sip.rtpLast']] as const,
    codecs: settings['sip.codecs'],
    logLevel: settings['sip.logLevel'],
    logFile: path.join(settings.stateDir, 'sip.log'),
  };
}

/** Ends all calls. One whose line does not let go keeps nobody: the next start ends it in the records. */
async function endCalls(calls: CallRegistry, clock: Clock): Promise<void> {
  const patience = new AbortController();
  await Promise.race([calls.endAll(NORMAL_CLEARING), delay(clock, LAST_CALLS_MS, patience.signal).catch(() => undefined)]);
  patience.abort();
}

/** What the last stop did to the database, and what a check of it says, is told; a full check runs once the service is ready. */
function watchStore(health: HealthService, store: Store, logger: Logger): void {
  let finding = store.recovered.map(({ file, setAsideAs }) => `${file} was damaged and was set aside as ${setAsideAs}`).join('; ');
  if (finding !== '') logger.error({ recovered: store.recovered }, 'the database was damaged');
  health.add(() => ({ name: 'database', state: finding === '' ? 'ok' : 'degraded', detail: finding }));
  if (!store.uncleanStop) return;
  logger.warn({}, 'the last run did not end properly: the database is being checked');
  store.integrity().then(
    (result) => {
      finding = result === 'ok' ? finding : result;
      if (result !== 'ok') logger.error({ result }, 'the database is damaged: restore a backup');
      return result;
    },
    (error: unknown) => logger.error({ err: error }, 'the database could not be checked'),
  );
}

interface HealthNeeds {
  readonly store: Store;
  readonly scheduler: Scheduler;
  readonly trunks: TrunkDirectory;
  readonly lineHealth: LineHealthParts;
}

function addHealthChecks(health: HealthService, { store, scheduler, trunks, lineHealth }: HealthNeeds): void {
  health.add(() => {
    const { commits, writable } = store.statistics();
    return writable
      ? { name: 'store', state: 'ok', detail: `${commits} commits` }
      : { name: 'store', state: 'failed', detail: 'The database writer has stopped: restart the service' };
  });
  health.add(() => {
    const { running, clockDistrust } = scheduler.status;
    if (!running) return { name: 'scheduler', state: 'failed', detail: 'recovery has not ended' };
    return { name: 'scheduler', state: clockDistrust === null ? 'ok' : 'degraded', detail: clockDistrust ?? '' };
  });
  health.add(() => {
    const down = trunks.list().filter(({ id, enabled }) => enabled && trunks.state(id)?.state === 'down');
    return { name: 'trunks', state: down.length === 0 ? 'ok' : 'degraded', detail: down.map(({ name }) => name).join(', ') };
  });
  health.add(() => {
    const failing = [...lineHealth.spans.failing(), ...lineHealth.watch.failing()];
    return { name: 'lines', state: failing.length === 0 ? 'ok' : 'degraded', detail: failing.join('; ') };
  });
}

/** The stack's own words say what to change. */
function startListening<T>(start: () => T): T {
  try {
    return start();
  } catch (cause) {
    throw new BranchlineError(coreErrors.cannotListen, (cause as Error).message, { cause });
  }
}

async function listen(server: ApiServer, settings: Settings): Promise<string> {
  const [host, port] = [settings['http.host'], settings['http.port']];
  try {
    return await server.listen({ host, port });
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'another program has the port' : (cause as Error).message;
    throw new BranchlineError(
      coreErrors.cannotListen,
      `The API can't listen on ${host}:${port}: ${why}. Stop it, or choose another place (BRANCHLINE_HTTP_HOST, BRANCHLINE_HTTP_PORT)`,
      { cause },
    );
  }
}
