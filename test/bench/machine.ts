// What the kernel says about processes and about everybody else on this machine.
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';

/** USER_HZ, which Linux has shown to programs as 100 on every architecture. */
const TICK_MS = 10;

/** User and system time of a process and its threads so far, ms; NaN once it is gone. `children`: with those it has waited for. */
export function cpuMsOf(pid: number | 'self', children = false): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, children ? 15 : 13).map(Number);
    return ticks.reduce((sum, value) => sum + value, 0) * TICK_MS;
  } catch {
    return NaN;
  }
}

/** Resident memory, MB (10^6 bytes). */
export function residentMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kilobytes) * 1024) / 1e6;
}

interface Snapshot {
  readonly atMs: number;
  readonly busyMs: number;
  readonly stolenMs: number;
  readonly ownMs: number;
}

function snapshot(): Snapshot {
  const [, ...values] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/\s+/);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = values.map((value) => Number(value) * TICK_MS);
  return { atMs: performance.now(), busyMs: user + nice + system + irq + softirq, stolenMs: steal, ownMs: cpuMsOf('self', true) };
}

/** How quiet the machine was while something was measured. */
export interface Company {
  /** CPU of processes that are none of the benchmark's, % of one core. */
  readonly othersPercent: number;
  /** Time the hypervisor took, % of one core. */
  readonly stolenPercent: number;
  readonly loadAverage: number;
  readonly cores: number;
}

/** Begins to watch; what it returns ends the watch, once the benchmark's own processes of this time have ended. */
export function watchCompany(): () => Company {
  const before = snapshot();
  return () => {
    const after = snapshot();
    const percent = (milliseconds: number): number => (100 * milliseconds) / (after.atMs - before.atMs);
    return {
      othersPercent: Math.max(0, percent(after.busyMs - before.busyMs - (after.ownMs - before.ownMs))),
      stolenPercent: percent(after.stolenMs - before.stolenMs),
      loadAverage: loadavg()[0] ?? NaN,
      cores: cpus().length,
    };
  };
}
