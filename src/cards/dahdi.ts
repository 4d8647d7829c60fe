/** What DAHDI says of the machine's cards, read from its files in sysfs. */

export interface DahdiChannel {
  /** DAHDI's number, as `system.conf` names it. */
  readonly channel: number;
  /** Place in its span, from 1. */
  readonly position: number;
  readonly name: string;
  /** How it is configured: "FXSKS", "Clear", "Unconfigured" … */
  readonly signalling: string;
  /** What it can be configured as. */
  readonly capabilities: readonly string[];
  /** A program has it open. */
  readonly inUse: boolean;
  /** Name of the echo canceller that is attached; "" none. */
  readonly echoCanceller: string;
}

export interface DahdiSpan {
  readonly span: number;
  readonly name: string;
  readonly description: string;
  /** "E1", "T1", "BRI_NT", "FXO" … */
  readonly type: string;
  /** "HDB3/CCS/CRC4"; "" not configured, or analogue. */
  readonly lineConfig: string;
  /** What its line can be configured as: "HDB3", "CCS" … */
  readonly lineCapabilities: readonly string[];
  /** As DAHDI's bits: 8 red, 4 yellow, 16 blue, 2 loopback, 32 not open. */
  readonly alarms: number;
  /** The span whose clock it follows; 0: none. */
  readonly syncSource: number;
  readonly channels: readonly DahdiChannel[];
}

export interface DahdiDevice {
  readonly manufacturer: string;
  readonly type: string;
  readonly location: string;
  readonly hardwareId: string;
}

export interface DahdiCards {
  readonly devices: readonly DahdiDevice[];
  readonly spans: readonly DahdiSpan[];
}

/** A look into a file system: names in a folder (none where there is no such folder), first line of a file ("" where there is none). */
export interface FileTree {
  list(folder: string): readonly string[];
  line(file: string): string;
}

const SPANS = '/sys/bus/dahdi_spans/devices';
const CHANNELS = '/sys/bus/dahdi_channels/devices';
const DEVICES = '/sys/bus/dahdi_devices/devices';

/** Reads what the driver has now; nothing where it is not loaded. Spans in order of their numbers. */
export function readDahdi(files: FileTree): DahdiCards {
  const channels = files.list(CHANNELS).flatMap((name) => readChannel(files, name));
  const spans = files.list(SPANS).flatMap((name) => readSpan(files, name, channels));
  return {
    devices: files
      .list(DEVICES)
      .toSorted()
      .map((name) => readDevice(files, `${DEVICES}/${name}`)),
    spans: spans.toSorted((a, b) => a.span - b.span),
  };
}

function readDevice(files: FileTree, folder: string): DahdiDevice {
  return {
    manufacturer: files.line(`${folder}/manufacturer`),
    type: files.line(`${folder}/type`),
    location: files.line(`${folder}/location`),
    hardwareId: files.line(`${folder}/hardware_id`),
  };
}

function readSpan(files: FileTree, name: string, channels: readonly (DahdiChannel & { readonly span: number })[]): DahdiSpan[] {
  const number = /^span-(\d+)$/.exec(name)?.[1];
  if (number === undefined) return [];
  const span = Number(number);
  const folder = `${SPANS}/${name}`;
  return [
    {
      span,
      name: files.line(`${folder}/name`),
      description: files.line(`${folder}/desc`),
      type: files.line(`${folder}/spantype`),
      lineConfig: files.line(`${folder}/lineconfig`),
      lineCapabilities: words(files.line(`${folder}/linecompat`)),
      alarms: Number(files.line(`${folder}/alarms`)) || 0,
      syncSource: Number(files.line(`${folder}/syncsrc`)) || 0,
      channels: channels
        .filter((channel) => channel.span === span)
        .map(({ span: _span, ...channel }) => channel)
        .toSorted((a, b) => a.position - b.position),
    },
  ];
}

/** "dahdi!chan!001!016": span and place. */
function readChannel(files: FileTree, name: string): (DahdiChannel & { readonly span: number })[] {
  const place = /^dahdi!chan!(\d+)!(\d+)$/.exec(name);
  if (place === null) return [];
  const folder = `${CHANNELS}/${name}`;
  return [
    {
      span: Number(place[1]),
      position: Number(place[2]),
      channel: Number(files.line(`${folder}/channo`)),
      name: files.line(`${folder}/name`),
      signalling: files.line(`${folder}/sig`),
      capabilities: capabilities(files.line(`${folder}/sigcap`)),
      inUse: files.line(`${folder}/in_use`) === '1',
      echoCanceller: files.line(`${folder}/ec_factory`),
    },
  ];
}

/** One of DAHDI's names has a blank in it. */
function capabilities(text: string): readonly string[] {
  const hardware = text.includes(HARDWARE_HDLC);
  return [...words(text.replace(HARDWARE_HDLC, '')), ...(hardware ? [HARDWARE_HDLC] : [])];
}

export const HARDWARE_HDLC = 'Hardware-assisted HDLC';

function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}
