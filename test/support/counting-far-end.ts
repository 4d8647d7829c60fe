import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** How the far end treats a call, by the number that was called. */
export type FarEndManner =
  | { readonly do: 'refuse'; readonly status: number; readonly afterMs: number }
  /** Rings, answers, and hangs up itself. */
  | { readonly do: 'answer'; readonly ringMs: number; readonly talkMs: number };

/** What was seen of one INVITE dialog. */
export interface SeenCall {
  readonly number: string;
  readonly lineCallId: string;
  readonly at: number;
  /** From, To, P-Asserted-Identity and Privacy as they came. */
  readonly headers: Readonly<Record<string, string>>;
  released: 'refused' | 'cancelled' | 'byUs' | 'byPeer' | null;
}

interface Message {
  readonly start: string;
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

interface Dialog {
  readonly seen: SeenCall;
  readonly invite: Message;
  readonly peer: RemoteInfo;
  readonly tag: string;
  lastAnswer: string;
  timer: NodeJS.Timeout | null;
}

/**
 * A SIP far end that does nothing but count: each Call-ID it is invited with is one attempt to reach the number. Bare UDP, no audio; it answers
 * OPTIONS, INVITE, CANCEL and BYE as RFC 3261 asks of a user agent, as far as a test needs it.
 */
export class CountingFarEnd {
  readonly port: number;
  readonly calls: SeenCall[] = [];
  /** Hears nothing and says nothing, as a far end whose network is gone. */
  deaf = false;
  readonly #socket: Socket;
  readonly #manner: (number: string) => FarEndManner;
  readonly #dialogs = new Map<string, Dialog>();

  private constructor(socket: Socket, manner: (number: string) => FarEndManner) {
    this.#socket = socket;
    this.#manner = manner;
    this.port = socket.address().port;
    socket.on('message', (bytes, peer) => this.#onMessage(bytes.toString('utf8'), peer));
  }

  static async start(manner: (number: string) => FarEndManner): Promise<CountingFarEnd> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new CountingFarEnd(socket, manner);
  }

  /** How many attempts each number got. */
  attempts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { number } of this.calls) counts.set(number, (counts.get(number) ?? 0) + 1);
    return counts;
  }

  async close(): Promise<void> {
    for (const { timer } of this.#dialogs.values()) if (timer !== null) clearTimeout(timer);
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  #onMessage(text: string, peer: RemoteInfo): void {
    const message = parse(text);
    if (message === null || this.deaf) return;
    const [method = ''] = message.start.split(' ', 1);
    switch (method) {
      case 'OPTIONS':
        this.#send(answer(message, 200, 'OK', 'options'), peer);
        break;
      case 'INVITE':
        this.#onInvite(message, peer);
        break;
      case 'CANCEL':
        this.#onCancel(message, peer);
        break;
      case 'BYE':
        this.#onBye(message, peer);
        break;
      default:
    }
  }

  #onInvite(invite: Message, peer: RemoteInfo): void {
    const lineCallId = header(invite, 'call-id');
    const known = this.#dialogs.get(lineCallId);
    if (known !== undefined) {
      this.#send(known.lastAnswer, peer);
      return;
    }
    const number = /^INVITE sips?:([^@;>]+)/.exec(invite.start)?.[1] ?? '';
    const headers = Object.fromEntries(['from', 'to', 'p-asserted-identity', 'privacy'].map((name) => [name, header(invite, name)]));
    const seen: SeenCall = { number, lineCallId, at: Date.now(), headers, released: null };
    const dialog: Dialog = { seen, invite, peer, tag: `far${this.calls.length}`, lastAnswer: '', timer: null };
    this.calls.push(seen);
    this.#dialogs.set(lineCallId, dialog);
    this.#behave(dialog, this.#manner(number));
  }

  #behave(dialog: Dialog, manner: FarEndManner): void {
    this.#answer(dialog, 180, 'Ringing');
    if (manner.do === 'refuse') {
      this.#later(dialog, manner.afterMs, () => {
        dialog.seen.released = 'refused';
        this.#answer(dialog, manner.status, 'Refused');
      });
      return;
    }
    this.#later(dialog, manner.ringMs, () => {
      this.#answer(dialog, 200, 'OK', this.#sdp());
      this.#later(dialog, manner.talkMs, () => this.#hangUp(dialog));
    });
  }

  #hangUp(dialog: Dialog): void {
    dialog.seen.released = 'byUs';
    const { invite, peer, tag, seen } = dialog;
    const target = /<([^>]+)>/.exec(header(invite, 'contact'))?.[1] ?? 'sip:unknown';
    const lines = [
      `BYE ${target} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.port};branch=z9hG4bK${tag}${seen.at}`,
      'Max-Forwards: 70',
      `From: ${header(invite, 'to')};tag=${tag}`,
      `To: ${header(invite, 'from')}`,
      `Call-ID: ${seen.lineCallId}`,
      'CSeq: 1 BYE',
    ];
    this.#send(`${lines.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`, peer);
  }

  #onCancel(cancel: Message, peer: RemoteInfo): void {
    this.#send(answer(cancel, 200, 'OK', 'cancel'), peer);
    const dialog = this.#dialogs.get(header(cancel, 'call-id'));
    if (dialog === undefined || dialog.seen.released !== null) return;
    this.#stop(dialog);
    dialog.seen.released = 'cancelled';
    this.#answer(dialog, 487, 'Request Terminated');
  }

  #onBye(bye: Message, peer: RemoteInfo): void {
    this.#send(answer(bye, 200, 'OK', 'bye'), peer);
    const dialog = this.#dialogs.get(header(bye, 'call-id'));
    if (dialog === undefined) return;
    this.#stop(dialog);
    dialog.seen.released ??= 'byPeer';
  }

  #later(dialog: Dialog, milliseconds: number, action: () => void): void {
    dialog.timer = setTimeout(action, milliseconds);
  }

  #stop(dialog: Dialog): void {
    if (dialog.timer !== null) clearTimeout(dialog.timer);
    dialog.timer = null;
  }

  #answer(dialog: Dialog, status: number, reason: string, body = ''): void {
    const extra = [`Contact: <sip:far@127.0.0.1:${this.port}>`, ...(body === '' ? [] : ['Content-Type: application/sdp'])];
    dialog.lastAnswer = answer(dialog.invite, status, reason, dialog.tag, extra, body);
    this.#send(dialog.lastAnswer, dialog.peer);
  }

  #sdp(): string {
    // The audio port is our own SIP port's neighbour in name only: nobody listens, as with a far end that is silent.
    return ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', 'm=audio 9 RTP/AVP 8', 'a=rtpmap:8 PCMA/8000', ''].join('\r\n');
  }

  #send(text: string, peer: RemoteInfo): void {
    this.#socket.send(text, peer.port, peer.address);
  }
}

function parse(text: string): Message | null {
  const [head = ''] = text.split('\r\n\r\n', 1);
  const [start = '', ...lines] = head.split('\r\n');
  if (!/^[A-Z]+ \S+ SIP\/2\.0$/.test(start)) return null;
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = LONG_NAMES[line.slice(0, colon).trim().toLowerCase()] ?? line.slice(0, colon).trim().toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  return { start, headers };
}

/** RFC 3261 §7.3.3. */
const LONG_NAMES: Readonly<Record<string, string>> = { v: 'via', f: 'from', t: 'to', i: 'call-id', m: 'contact' };

function header(message: Message, name: string): string {
  return message.headers.get(name)?.[0] ?? '';
}

function answer(request: Message, status: number, reason: string, tag: string, extra: readonly string[] = [], body = ''): string {
  const to = header(request, 'to');
  const lines = [
    `SIP/2.0 ${status} ${reason}`,
    ...(request.headers.get('via') ?? []).map((via) => `Via: ${via}`),
    ...(request.headers.get('record-route') ?? []).map((route) => `Record-Route: ${route}`),
    `From: ${header(request, 'from')}`,
    `To: ${/;tag=/.test(to) ? to : `${to};tag=${tag}`}`,
    `Call-ID: ${header(request, 'call-id')}`,
    `CSeq: ${header(request, 'cseq')}`,
    ...extra,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
