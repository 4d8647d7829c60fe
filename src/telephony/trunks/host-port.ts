import { isIP } from 'node:net';

/** Where a SIP peer is: a name or an IP literal (IPv6 without brackets), and a port. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** RFC 1123 §2.1 names: labels of letters, digits and hyphens; the last one not only digits, so that a broken IPv4 address is no name. */
const HOST_NAME = /^(?=.{1,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*(?!\d+$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** Reads "host", "host:port", "192.0.2.7:5070" or "[2001:db8::1]:5060"; null where it is none of them. `defaultPort` where none is given. */
export function parseHostPort(text: string, defaultPort: number): HostPort | null {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text);
  if (bracketed !== null) return isIP(bracketed[1] ?? '') === 6 ? withPort(bracketed[1] ?? '', bracketed[2], defaultPort) : null;
  if (isIP(text) === 6) return { host: text, port: defaultPort };
  const plain = /^([^:]+)(?::(\d{1,5}))?$/.exec(text);
  const host = plain?.[1] ?? '';
  return isIP(host) === 4 || HOST_NAME.test(host) ? withPort(host, plain?.[2], defaultPort) : null;
}

function withPort(host: string, port: string | undefined, defaultPort: number): HostPort | null {
  const number = port === undefined ? defaultPort : Number(port);
  return number >= 1 && number <= 65_535 ? { host, port: number } : null;
}
