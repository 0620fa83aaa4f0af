import type { RootMetric } from '../../core/root-metrics.ts';

/** Where measurements go. Best effort: a lost one shows as missing data, which the alarms count as bad. */
export interface Metrics {
  put(root: string, values: Readonly<Partial<Record<RootMetric, number>>>): void;
}
