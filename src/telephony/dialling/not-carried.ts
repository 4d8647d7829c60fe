import type { LineKind } from '../leg.js';
import type { Destination } from '../ports/dialling.js';

/** What of a destination a kind of line cannot carry: recorded with each try, not hidden (DESIGN.md §6.8). */
export function notCarried(kind: LineKind, destination: Destination): readonly string[] {
  const diversion = destination.diversion === undefined ? [] : ['diversion'];
  switch (kind) {
    case 'sip':
      return [];
    case 'isdn':
      return ['networkCli', ...diversion];
    case 'analogue':
      return ['networkCli', 'presentationCli', ...diversion];
  }
}
