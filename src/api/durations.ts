/** Counts by duration, as native code keeps them: by bucket, not cumulative, the last one over the last bound. */
export interface Durations {
  readonly boundsSeconds: readonly number[];
  readonly counts: readonly number[];
  readonly sumSeconds: number;
}

/** The histogram in Prometheus' text format 0.0.4: prom-client has no way to take one that was counted elsewhere. */
export function histogramText(name: string, help: string, durations: Durations): string {
  let count = 0;
  const buckets = durations.counts.map((inBucket, index) => {
    count += inBucket;
    return `${name}_bucket{le="${durations.boundsSeconds[index] ?? '+Inf'}"} ${count}`;
  });
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...buckets, `${name}_sum ${durations.sumSeconds}`, `${name}_count ${count}`];
  return `${lines.join('\n')}\n`;
}
