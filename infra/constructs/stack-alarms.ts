import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { Alarms } from './alarms.ts';

const PERIOD = Duration.minutes(5);

export interface StackAlarmsProps {
  readonly topicArn: string | undefined;
  readonly fullBackupArn: string;
  readonly cleanUpArn: string;
  readonly sweep: IFunction;
  /** Where starts go that a schedule could not make. */
  readonly failedStarts: IQueue;
}

/** What is wrong with the parts that run by themselves. Of a repair the roots' own alarms tell: one that was refused is none. */
export class StackAlarms extends Construct {
  constructor(scope: Construct, id: string, props: StackAlarmsProps) {
    super(scope, id);
    const alarms = new Alarms(this, props.topicArn);
    alarms.add('BackupFailed', {
      says: 'a full backup was refused, failed, timed out or was stopped',
      metric: withoutSuccess(props.fullBackupArn),
      threshold: 1,
      periods: 1,
      missing: 'good',
    });
    alarms.add('CleanUpFailed', {
      says: 'the clean-up does not get its list done',
      metric: withoutSuccess(props.cleanUpArn),
      threshold: 1,
      periods: 1,
      missing: 'good',
    });
    alarms.add('SweepFailed', {
      says: 'the sweep, which measures the roots and starts repairs, could not look at every root',
      metric: props.sweep.metricErrors({ period: PERIOD, statistic: 'Sum' }),
      threshold: 1,
      periods: 2,
      missing: 'good',
    });
    alarms.add('StartFailed', {
      says: 'a schedule could not start what it is for',
      metric: props.failedStarts.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic: 'Maximum' }),
      threshold: 1,
      periods: 1,
      missing: 'good',
    });
  }
}

/** Executions of a machine that ended, and not with success. */
function withoutSuccess(stateMachineArn: string): IMetric {
  const ended = (metricName: string) =>
    new Metric({
      namespace: 'AWS/States',
      metricName,
      dimensionsMap: { StateMachineArn: stateMachineArn },
      statistic: 'Sum',
      period: PERIOD,
    });
  return new MathExpression({
    expression: 'FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)',
    usingMetrics: {
      failed: ended('ExecutionsFailed'),
      timedOut: ended('ExecutionsTimedOut'),
      aborted: ended('ExecutionsAborted'),
    },
    label: 'ended without success',
    period: PERIOD,
  });
}
