// What arrived of RTP streams: who lost what, and what there was to hear.
import { linearOf, type RtpPacket, type RtpPeer } from './rtp-peer.js';

const PCMA = 8;
const SAMPLES = 160;

/** Packets of a peer by the port they came from: one stream a call. */
export function streamsOf(peer: RtpPeer): ReadonlyMap<number, readonly RtpPacket[]> {
  const streams = new Map<number, RtpPacket[]>();
  for (const packet of peer.packets) {
    const stream = streams.get(packet.from.port);
    if (stream === undefined) streams.set(packet.from.port, [packet]);
    else stream.push(packet);
  }
  return streams;
}

export interface Continuity {
  readonly packets: number;
  /** Sequence numbers between the first and the last that never came. */
  readonly lost: number;
  /** Longest time between two packets. */
  readonly longestGapMs: number;
}

/** How whole a stream is. */
export function continuity(packets: readonly RtpPacket[]): Continuity {
  const first = packets[0];
  if (first === undefined) return { packets: 0, lost: 0, longestGapMs: Infinity };
  const offsets = new Set(packets.map(({ sequence }) => signed16(sequence - first.sequence)));
  const all = [...offsets];
  const span = Math.max(...all) - Math.min(...all) + 1;
  let longestGapMs = 0;
  for (let n = 1; n < packets.length; n += 1) longestGapMs = Math.max(longestGapMs, (packets[n]?.atMs ?? 0) - (packets[n - 1]?.atMs ?? 0));
  return { packets: packets.length, lost: span - offsets.size, longestGapMs };
}

/** What was heard, each packet where its timestamp puts it; silence where none came. Full scale ±1. */
export function signalOf(packets: readonly RtpPacket[]): Float64Array {
  const voice = packets.filter(({ payloadType, payload }) => payloadType === PCMA && payload.length === SAMPLES);
  const first = voice[0];
  if (first === undefined) return new Float64Array();
  const places = voice.map((packet) => ({ packet, at: (packet.timestamp - first.timestamp) | 0 })).filter(({ at }) => at >= 0);
  const signal = new Float64Array(Math.max(...places.map(({ at }) => at)) + SAMPLES);
  for (const { packet, at } of places) packet.payload.forEach((byte, n) => (signal[at + n] = linearOf(byte) / 32_768));
  return signal;
}

function signed16(value: number): number {
  return (value << 16) >> 16;
}
