import { describe, expect, it } from 'vitest';

import { changedSpanSettings, defaultSpanSettings } from './index.js';

describe('how a span is run', () => {
  it('is by default as most exchanges want it, by its kind', () => {
    expect(defaultSpanSettings('e1', 1)).toMatchObject({ access: 'primary', side: 'user', switchType: 'euroIsdn', selection: 'descending' });
    expect(defaultSpanSettings('t1', 1).switchType).toBe('ni2');
    expect([1, 2, 3].map((ordinal) => defaultSpanSettings('basic', ordinal).access)).toEqual([
      'pointToPoint',
      'pointToMultipoint',
      'pointToMultipoint',
    ]);
  });

  it('changes in what is named, and stays in the rest', () => {
    const before = defaultSpanSettings('e1', 1);
    expect(changedSpanSettings('e1', before, { side: 'network', overlap: undefined })).toEqual({ ...before, side: 'network' });
  });

  it.each([
    ['e1', { access: 'pointToPoint' }, '"primary"'],
    ['basic', { access: 'primary' }, '"pointToPoint" or "pointToMultipoint"'],
    ['basic', { access: 'pointToMultipoint', switchType: 'qsig' }, 'point to point'],
    ['e1', { ddiDigits: 6 }, 'overlap'],
    ['e1', { overlap: true, ddiDigits: 33 }, '0 to 32'],
    ['e1', { t309Seconds: -1 }, '0 to 255'],
  ] as const)('of a span of kind %s cannot be %j, and it is said what to change', (kind, change, words) => {
    expect(() => changedSpanSettings(kind, defaultSpanSettings(kind, 1), change)).toThrow(words);
  });
});
