import { readFileSync } from 'node:fs';

/** The kernel's id of this boot: a new one after each power cut or reboot. "" where there is none. */
export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}
