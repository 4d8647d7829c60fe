import type { Metrics } from './api/index.js';
import type { EventLog } from './delivery/index.js';
import type { NativeMedia } from './media/index.js';
import type { EventPort, SchedulerEvent } from './scheduler/index.js';
import type { Call, CallRegistry, LinePort, OutOfService } from './telephony/index.js';

/** The scheduler's events go into the event log, in the commits of what they tell; attempts are counted on the way. */
export function schedulerEvents(eventLog: EventLog, metrics: () => Metrics): EventPort {
  return {
    prepare: (event) => {
      const record = eventLog.record(event);
      return {
        command: eventLog.command(record),
        publish: () => {
          eventLog.publish(record);
          countAttempt(event, metrics());
        },
      };
    },
  };
}

function countAttempt({ type, data }: SchedulerEvent, metrics: Metrics): void {
  if (type === 'attempt.ended') metrics.attempts.inc({ outcome: typeof data['outcome'] === 'string' ? data['outcome'] : 'none' });
}

/** What happens to calls and legs goes into the event log. */
export function logCallEvents(calls: CallRegistry, eventLog: EventLog, metrics: Metrics): void {
  calls.events.on('callStarted', ({ call }) => {
    const { origin, serviceNumber } = call.identity;
    eventLog.emit({ ...identityOf(call), type: 'call.started', data: { origin, serviceNumber } });
  });
  calls.events.on('legAdded', ({ call, leg, callType }) => {
    leg.events.on('answered', ({ at }) => {
      eventLog.emit({ ...identityOf(call), legId: leg.id, type: 'leg.answered', data: { callType, answeredAt: new Date(at).toISOString() } });
    });
  });
  calls.events.on('legEnded', ({ call, leg, end }) => {
    const { q850, inferred, sipStatus, by, detail } = end;
    eventLog.emit({ ...identityOf(call), legId: leg.id, type: 'leg.ended', data: { q850, inferred, sipStatus, by, detail } });
  });
  calls.events.on('callEnded', ({ call }) => {
    metrics.calls.inc({ origin: call.identity.origin });
    eventLog.emit({ ...identityOf(call), type: 'call.ended', data: { origin: call.identity.origin } });
  });
}

/** A recording that could not go on is told in the event log and in the trace of its call. */
export function logRecordings(media: Pick<NativeMedia, 'events'>, calls: Pick<CallRegistry, 'live'>, eventLog: Pick<EventLog, 'emit'>): void {
  media.events.on('recordingFailed', ({ leg, end: { file, recordedMs, detail } }) => {
    const call = calls.live().find(({ legs }) => legs.includes(leg));
    if (call === undefined) return;
    const data = { file, recordedMs, detail };
    call.trace('recording.failed', { legId: leg.id, ...data });
    eventLog.emit({ ...identityOf(call), legId: leg.id, type: 'recording.failed', data });
  });
}

function identityOf(call: Call) {
  const { id, accountId, requestId } = call.identity;
  return { accountId, callId: id, requestId };
}

/** Trunks that come up and go down go into the event log of the root account. */
export function logTrunkEvents(lines: readonly LinePort[], eventLog: EventLog, rootAccountId: string): void {
  for (const line of lines) {
    line.onTrunkState(({ trunkId, state, detail }) => {
      if (state !== 'unknown')
        eventLog.emit({ accountId: rootAccountId, type: state === 'up' ? 'trunk.cameUp' : 'trunk.wentDown', data: { trunkId, detail } });
    });
  }
}

/** Who took a line out of service, or gave it back, and why. */
export function logOutOfService(outOfService: OutOfService, eventLog: EventLog, rootAccountId: string): void {
  outOfService.events.on('changed', ({ channel, record, by }) => {
    const type = record === null ? 'line.wentInService' : 'line.wentOutOfService';
    eventLog.emit({ accountId: rootAccountId, type, data: { line: channel, by, ...(record === null ? {} : { reason: record.reason }) } });
  });
}
