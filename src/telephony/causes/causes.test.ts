import { describe, expect, it } from 'vitest';

import { readCauseTable } from '../../../test/support/cause-table.js';
import type { LegEnd } from '../leg.js';
import { allSipStatuses, causeOfSipStatus, causeRow, causeText, mayTryNext, outcomeOfEnd, sipStatusOfCause, sipStatusRow } from './index.js';

/** Q.850 §2.2.5: first and last value of a class, and its unspecified cause. */
const CLASSES = [
  [1, 31, 31],
  [32, 47, 47],
  [48, 63, 63],
  [64, 79, 79],
  [80, 95, 95],
  [96, 111, 111],
  [112, 127, 127],
] as const;

function end(of: Partial<LegEnd>): LegEnd {
  return { q850: 31, inferred: false, sipStatus: 0, by: 'peer', sent: true, responded: true, detail: '', at: 0, ...of };
}

const TABLE = readCauseTable();

describe('the table of causes', () => {
  it('has each cause from 1 to 127 once, in order', () => {
    expect(TABLE.causes.map(({ q850 }) => q850)).toEqual(Array.from({ length: 127 }, (_, index) => index + 1));
  });

  it.each(TABLE.causes)('cause $q850 ($text) means $outcome, is SIP $sipStatus and reads back as $readsBackAs', ({ readsBackAs, ...row }) => {
    expect(causeRow(row.q850)).toEqual(row);
    expect(causeText(row.q850)).toBe(row.text);
    expect(sipStatusOfCause(row.q850)).toBe(row.sipStatus);
    expect(causeOfSipStatus(row.sipStatus)).toBe(readsBackAs);
  });

  it('judges a cause that Q.850 does not define by its class', () => {
    for (const [first, last, unspecified] of CLASSES) {
      const judged = TABLE.causes.filter(({ q850, text }) => q850 >= first && q850 <= last && text.startsWith('Cause '));
      for (const { q850 } of judged) expect(causeRow(q850)).toMatchObject({ ...causeRow(unspecified), q850, text: expect.any(String) as string });
    }
  });

  it('lets no party that was reached, and no wrong number, come back as a refusal of the line', () => {
    for (const q850 of [1, 17, 18, 19, 20, 21, 22, 28]) {
      const back = sipStatusRow(sipStatusOfCause(q850));
      expect(back.lineRefusal, `cause ${q850}`).toBe(false);
      expect(causeRow(back.q850).lineRefusal, `cause ${q850}`).toBe(false);
    }
  });
});

describe('the table of SIP statuses', () => {
  const named = new Map(TABLE.statuses.map((row) => [row.status, row]));

  it('answers for each final status from 300 to 699, by its class where it has no row', () => {
    for (let status = 300; status <= 699; status += 1) {
      const row = named.get(status) ?? named.get(`${Math.floor(status / 100)}xx`);
      expect(row).toBeDefined();
      expect(sipStatusRow(status)).toEqual({ status, q850: row?.q850, outcome: row?.outcome, lineRefusal: row?.lineRefusal });
      expect(causeOfSipStatus(status)).toBe(row?.q850);
    }
  });

  it.each(TABLE.statuses)('SIP $status stands for cause $q850, which is refused with $refusedWith', ({ q850, refusedWith }) => {
    expect(sipStatusOfCause(q850)).toBe(refusedWith);
  });

  it('has a row for each status that the code names', () => {
    expect(TABLE.statuses.flatMap(({ status }) => (typeof status === 'number' ? [status] : []))).toEqual(
      allSipStatuses().map(({ status }) => status),
    );
  });
});

describe('what the end of a leg means', () => {
  it.each([
    ['a bare 486', end({ sipStatus: 486, q850: 17, inferred: true }), 'busy', false],
    ['a bare 480', end({ sipStatus: 480, q850: 18, inferred: true }), 'noAnswer', false],
    ['a bare 503', end({ sipStatus: 503, q850: 41, inferred: true }), 'congestion', true],
    ['a bare 500', end({ sipStatus: 500, q850: 41, inferred: true }), 'failed', true],
    ['a 480 whose Reason says 1', end({ sipStatus: 480, q850: 1 }), 'unobtainable', false],
    ['a 503 whose Reason says 17', end({ sipStatus: 503, q850: 17 }), 'busy', false],
    ['a 603 whose Reason says 34', end({ sipStatus: 603, q850: 34 }), 'congestion', false],
    ['a final response that came first of all', end({ sipStatus: 486, q850: 17, inferred: true, responded: false }), 'busy', false],
    ['the busy tone', end({ q850: 17, inferred: true, responded: false }), 'busy', false],
    ['the congestion tone', end({ q850: 34, inferred: true, responded: false }), 'congestion', true],
    ['a local failure to send', end({ q850: 38, by: 'line', sent: false, responded: false }), 'failed', true],
    ['no answer at all', end({ q850: 102, sipStatus: 408, by: 'line', responded: false, inferred: true }), 'failed', false],
    ['normal clearing before answer', end({ q850: 16 }), 'rejected', false],
    ['our ring time', end({ q850: 19, by: 'us' }), 'noAnswer', false],
    ['our cancelling', end({ q850: 16, by: 'us', sipStatus: 487 }), 'cancelled', false],
    ['our cancelling before it left', end({ q850: 16, by: 'us', sent: false }), 'cancelled', false],
  ])('%s', (_name, of, outcome, next) => {
    expect(outcomeOfEnd(of)).toBe(outcome);
    expect(mayTryNext(of, false)).toBe(next);
  });

  it('goes on after no answer at all only where the trunk says so', () => {
    const silence = end({ q850: 102, sipStatus: 408, by: 'line', responded: false, inferred: true });
    expect(mayTryNext(silence, true)).toBe(true);
    expect(mayTryNext(end({ sipStatus: 408, q850: 102, inferred: true }), true)).toBe(false);
  });
});
