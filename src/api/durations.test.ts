import { expect, it } from 'vitest';

import { histogramText } from './durations.js';

it('a histogram counted elsewhere is cumulative in the text, ends with +Inf and has its sum and count', () => {
  const text = histogramText('wait_seconds', 'How long', { boundsSeconds: [0.00001, 0.02], counts: [3, 0, 2], sumSeconds: 0.125 });
  expect(text).toBe(
    [
      '# HELP wait_seconds How long',
      '# TYPE wait_seconds histogram',
      'wait_seconds_bucket{le="0.00001"} 3',
      'wait_seconds_bucket{le="0.02"} 3',
      'wait_seconds_bucket{le="+Inf"} 5',
      'wait_seconds_sum 0.125',
      'wait_seconds_count 5',
      '',
    ].join('\n'),
  );
});
