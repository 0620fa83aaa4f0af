import { METRICS_NAMESPACE, ROOT_DIMENSION, ROOT_METRICS, type RootMetric } from '../../core/root-metrics.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Clients } from './clients.ts';

/**
 * Metrics as lines of the log, from which CloudWatch makes them: CloudWatch embedded metric format, specification 1.
 * No call, so no right and no failure of its own.
 */
export const embeddedMetrics = ({ clock, writeLine }: Pick<Clients, 'clock' | 'writeLine'>): Metrics => ({
  put(root, values) {
    const names = Object.keys(values) as RootMetric[];
    const directive = {
      Namespace: METRICS_NAMESPACE,
      Dimensions: [[ROOT_DIMENSION]],
      Metrics: names.map((Name) => ({ Name, Unit: ROOT_METRICS[Name] })),
    };
    const line = {
      _aws: { Timestamp: clock.now(), CloudWatchMetrics: [directive] },
      [ROOT_DIMENSION]: root,
      ...values,
    };
    writeLine?.(JSON.stringify(line));
  },
});
