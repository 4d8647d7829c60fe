import { describe, expect, it } from 'vitest';

import type { LegEnd } from '../leg.js';
import { causeOfSipStatus, causeRow, causeText, mayTryNext, outcomeOfEnd, sipStatusOfCause, sipStatusRow } from './index.js';

function end(of: Partial<LegEnd>): LegEnd {
  return { q850: 31, inferred: false, sipStatus: 0, by: 'peer', sent: true, responded: true, detail: '', at: 0, ...of };
}

describe('the cause table', () => {
  it.each([
    [1, 'unobtainable', 404, false],
    [2, 'unobtainable', 404, true],
    [3, 'unobtainable', 404, false],
    [17, 'busy', 486, false],
    [18, 'noAnswer', 408, false],
    [19, 'noAnswer', 480, false],
    [20, 'noAnswer', 480, false],
    [21, 'rejected', 603, false],
    [22, 'unobtainable', 410, false],
    [27, 'unobtainable', 502, true],
    [28, 'unobtainable', 484, false],
    [31, 'failed', 480, false],
    [34, 'congestion', 503, true],
    [38, 'failed', 503, true],
    [41, 'failed', 503, true],
    [42, 'congestion', 503, true],
    [44, 'congestion', 503, true],
    [47, 'congestion', 503, true],
    [58, 'congestion', 503, true],
    [88, 'failed', 503, false],
    [102, 'failed', 504, false],
    [127, 'failed', 500, false],
  ])('says that cause %i means %s, is SIP %i, and whether it is a line refusal: %s', (q850, outcome, status, line) => {
    expect(causeRow(q850)).toMatchObject({ outcome, sipStatus: status, lineRefusal: line });
    expect(sipStatusOfCause(q850)).toBe(status);
  });

  it('answers for each of the 127 causes, an unknown one by its class', () => {
    for (let q850 = 1; q850 <= 127; q850 += 1) expect(causeText(q850)).not.toBe('');
    expect(causeRow(35)).toMatchObject({ q850: 35, outcome: 'congestion' });
    expect(causeRow(9)).toMatchObject({ q850: 9, outcome: 'failed' });
    expect(causeRow(120)).toMatchObject({ q850: 120, sipStatus: 500 });
  });
});

describe('the SIP status table', () => {
  it.each([
    [403, 21, 'rejected', false],
    [404, 1, 'unobtainable', false],
    [407, 21, 'failed', true],
    [408, 102, 'noAnswer', false],
    [410, 22, 'unobtainable', false],
    [480, 18, 'noAnswer', false],
    [484, 28, 'unobtainable', false],
    [486, 17, 'busy', false],
    [487, 16, 'cancelled', false],
    [488, 88, 'failed', false],
    [500, 41, 'failed', true],
    [502, 38, 'failed', true],
    [503, 41, 'congestion', true],
    [504, 102, 'failed', false],
    [600, 17, 'busy', false],
    [603, 21, 'rejected', false],
    [604, 1, 'unobtainable', false],
    [607, 21, 'rejected', false],
  ])('says that status %i is cause %i, means %s, and whether it is a line refusal: %s', (status, q850, outcome, line) => {
    expect(sipStatusRow(status)).toEqual({ status, q850, outcome, lineRefusal: line });
    expect(causeOfSipStatus(status)).toBe(q850);
  });

  it('judges a status that it lacks by its class', () => {
    expect(sipStatusRow(499).outcome).toBe('failed');
    expect(sipStatusRow(599).q850).toBe(41);
    expect(sipStatusRow(699).outcome).toBe('rejected');
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
