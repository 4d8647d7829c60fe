// The far end's RTP: sends and receives G.711 A-law and telephone-events, and measures what it hears.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

const PACKET_MS = 20;
const SAMPLES = 160;
const LATE_MS = 5;
const PCMA = 8;
/** Payload type of telephone-event in the scenarios of test/data/sipp. */
const TELEPHONE_EVENT = 101;
const EVENTS = '0123456789*#ABCD';

export interface RtpPacket {
  readonly atMs: number;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Buffer;
  readonly from: RemoteInfo;
}

/** One A-law byte of a linear sample (ITU-T G.711). */
export function alawOf(sample: number): number {
  const magnitude = Math.min(32_767, Math.abs(Math.round(sample))) >> 3;
  const sign = sample >= 0 ? 0x80 : 0;
  let exponent = 7;
  while (exponent > 0 && (magnitude & (0x20 << (exponent - 1))) === 0 && magnitude < 0x20 << (exponent - 1)) exponent -= 1;
  const mantissa = exponent < 2 ? (magnitude >> 1) & 0x0f : (magnitude >> exponent) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

/** The linear sample of an A-law byte. */
export function linearOf(alaw: number): number {
  const byte = alaw ^ 0x55;
  const exponent = (byte >> 4) & 0x07;
  const mantissa = byte & 0x0f;
  const magnitude = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
  return (byte & 0x80) === 0 ? -magnitude : magnitude;
}

/** Level of a sine of `hertz` in `samples` (8 kHz), in dBm0: a full-scale sine is +3.14 (G.711). */
export function toneLevel(samples: readonly number[], hertz: number): number {
  let re = 0;
  let im = 0;
  samples.forEach((sample, n) => {
    re += sample * Math.cos((2 * Math.PI * hertz * n) / 8000);
    im += sample * Math.sin((2 * Math.PI * hertz * n) / 8000);
  });
  return 20 * Math.log10(((2 * Math.hypot(re, im)) / Math.max(1, samples.length) + 1e-9) / 32_768) + 3.14;
}

export class RtpPeer {
  readonly packets: RtpPacket[] = [];
  private target: { address: string; port: number } | undefined;
  private sequence = 1000;
  private timestamp = 160_000;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  private constructor(
    private readonly socket: Socket,
    readonly port: number,
  ) {
    socket.on('message', (message, from) => this.take(message, from));
  }

  static async open(): Promise<RtpPeer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new RtpPeer(socket, socket.address().port);
  }

  /** Sends to `port` from now on; else to where packets come from. */
  sendTo(port: number): void {
    this.target = { address: '127.0.0.1', port };
  }

  /** Speaks a sine of `hertz` at `dbm0` until stopped. */
  speak(hertz: number, dbm0 = -10): void {
    this.stopSpeaking();
    const amplitude = 32_768 * 10 ** ((dbm0 - 3.14) / 20);
    let n = 0;
    this.timer = setInterval(() => {
      const payload = Buffer.alloc(SAMPLES);
      for (let i = 0; i < SAMPLES; i += 1, n += 1) payload[i] = alawOf(amplitude * Math.sin((2 * Math.PI * hertz * n) / 8000));
      this.send(PCMA, this.timestamp, payload);
      this.timestamp += SAMPLES;
    }, PACKET_MS);
  }

  /**
   * Says these samples (linear, full scale ±1) once, paced by the clock: what a late timer missed is sent at once. Answers, when all are sent, where in
   * them it was late by more than a jitter buffer should be asked to hide, in ms.
   */
  async say(samples: ArrayLike<number>): Promise<number[]> {
    this.stopSpeaking();
    const lateAtMs: number[] = [];
    const started = performance.now();
    for (let at = 0; at < samples.length && !this.closed; at += SAMPLES) {
      const dueMs = started + (at / SAMPLES) * PACKET_MS - performance.now();
      if (dueMs < -LATE_MS) lateAtMs.push((at / SAMPLES) * PACKET_MS);
      if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
      if (this.closed) break;
      const payload = Buffer.alloc(SAMPLES, alawOf(0));
      for (let i = 0; i < SAMPLES && at + i < samples.length; i += 1) payload[i] = alawOf((samples[at + i] ?? 0) * 32_768);
      this.send(PCMA, this.timestamp, payload);
      this.timestamp += SAMPLES;
    }
    return lateAtMs;
  }

  stopSpeaking(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Keys a digit by RFC 4733: updates of 20 ms, the end packet three times. `loseEnds`: without end packets. */
  async key(digit: string, durationMs = 100, loseEnds = false): Promise<void> {
    const event = EVENTS.indexOf(digit);
    const started = this.timestamp;
    const packet = (milliseconds: number, end: boolean) =>
      Buffer.from([event, (end ? 0x80 : 0) | 10, (milliseconds * 8) >> 8, (milliseconds * 8) & 0xff]);
    for (let at = PACKET_MS; at <= durationMs; at += PACKET_MS) {
      this.send(TELEPHONE_EVENT, started, packet(at, false));
      await new Promise((resolve) => setTimeout(resolve, PACKET_MS));
    }
    if (!loseEnds) for (let i = 0; i < 3; i += 1) this.send(TELEPHONE_EVENT, started, packet(durationMs, true));
    this.timestamp += durationMs * 8 + SAMPLES;
  }

  /** The samples heard so far, from packet `from` on; packets lost are left out. */
  heard(from = 0): number[] {
    return this.packets
      .slice(from)
      .filter((packet) => packet.payloadType === PCMA)
      .flatMap((packet) => [...packet.payload].map(linearOf));
  }

  /** The digits heard by RFC 4733, each once, with the duration of its end packet. */
  digits(payloadType = TELEPHONE_EVENT): { digit: string; durationMs: number }[] {
    const presses = new Map<number, { digit: string; durationMs: number }>();
    for (const packet of this.packets) {
      if (packet.payloadType !== payloadType || packet.payload.length < 4 || ((packet.payload[1] ?? 0) & 0x80) === 0) continue;
      presses.set(packet.timestamp, { digit: EVENTS[packet.payload[0] ?? 0] ?? '?', durationMs: packet.payload.readUInt16BE(2) / 8 });
    }
    return [...presses.values()];
  }

  close(): void {
    this.closed = true;
    this.stopSpeaking();
    this.socket.close();
  }

  private send(payloadType: number, timestamp: number, payload: Buffer): void {
    if (this.target === undefined) return;
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = payloadType;
    header.writeUInt16BE(this.sequence & 0xffff, 2);
    header.writeUInt32BE(timestamp >>> 0, 4);
    header.writeUInt32BE(0x0b1c_0b1c, 8);
    this.sequence += 1;
    this.socket.send(Buffer.concat([header, payload]), this.target.port, this.target.address);
  }

  private take(message: Buffer, from: RemoteInfo): void {
    if (message.length < 12) return;
    this.target ??= { address: from.address, port: from.port };
    this.packets.push({
      atMs: performance.now(),
      payloadType: (message[1] ?? 0) & 0x7f,
      sequence: message.readUInt16BE(2),
      timestamp: message.readUInt32BE(4),
      marker: ((message[1] ?? 0) & 0x80) !== 0,
      payload: message.subarray(12),
      from,
    });
  }
}
