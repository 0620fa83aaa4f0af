import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { METRICS_NAMESPACE, ROOT_DIMENSION, type RootMetric } from '../../core/root-metrics.ts';
import { Alarms } from './alarms.ts';

const HOUR_SECONDS = 3_600;

export interface RootAlarmsProps {
  /** S3 URI of the backup root. */
  readonly root: string;
  readonly topicArn: string | undefined;
  readonly flagLimitHours: number;
  readonly backupLimitHours: number;
}

/** What is wrong with one backup root, as the sweep measures it. Data that is missing means that the sweep does not run. */
export class RootAlarms extends Construct {
  constructor(scope: Construct, id: string, props: RootAlarmsProps) {
    super(scope, id);
    const { root, topicArn, flagLimitHours, backupLimitHours } = props;
    const measured = (metricName: RootMetric) =>
      new Metric({
        namespace: METRICS_NAMESPACE,
        metricName,
        dimensionsMap: { [ROOT_DIMENSION]: root },
        statistic: 'Maximum',
        period: Duration.minutes(5),
      });
    const alarms = new Alarms(this, topicArn);
    // Three sweeps: what a repair that was just started heals does not page.
    alarms.add('RepairRequired', {
      says: `${root} is locked, and no repair is running or has helped`,
      metric: measured('OwnerGone'),
      threshold: 1,
      periods: 3,
      missing: 'good',
    });
    alarms.add('FlagTooOld', {
      says: `a session has held ${root} for ${flagLimitHours} hours, or the sweep does not run`,
      metric: measured('FlagAgeSeconds'),
      threshold: flagLimitHours * HOUR_SECONDS,
      periods: 3,
      missing: 'bad',
    });
    alarms.add('BackupTooOld', {
      says: `the newest COMPLETE backup in ${root} is ${backupLimitHours} hours old, or there is none, or the sweep does not run`,
      metric: measured('NewestBackupAgeSeconds'),
      threshold: backupLimitHours * HOUR_SECONDS,
      periods: 3,
      missing: 'bad',
    });
  }
}
