import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { Alarms } from './alarms.ts';

const PERIOD = Duration.minutes(5);

export interface StackAlarmsProps {
  readonly topicArn: string | undefined;
  /** State machines that make backups. */
  readonly backupArns: readonly string[];
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
      says: 'a backup was refused, failed, timed out or was stopped',
      metric: withoutSuccess(props.backupArns),
      threshold: 1,
      periods: 1,
      missing: 'good',
    });
    alarms.add('CleanUpFailed', {
      says: 'the clean-up does not get its list done',
      metric: withoutSuccess([props.cleanUpArn]),
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

const ENDS = { failed: 'ExecutionsFailed', timedOut: 'ExecutionsTimedOut', aborted: 'ExecutionsAborted' };

/** Executions of these machines that ended, and not with success. */
function withoutSuccess(stateMachineArns: readonly string[]): IMetric {
  const usingMetrics: Record<string, IMetric> = {};
  for (const [i, stateMachineArn] of stateMachineArns.entries()) {
    for (const [id, metricName] of Object.entries(ENDS)) {
      usingMetrics[`${id}${i}`] = new Metric({
        namespace: 'AWS/States',
        metricName,
        dimensionsMap: { StateMachineArn: stateMachineArn },
        statistic: 'Sum',
        period: PERIOD,
      });
    }
  }
  return new MathExpression({
    expression: Object.keys(usingMetrics)
      .map((id) => `FILL(${id}, 0)`)
      .join(' + '),
    usingMetrics,
    label: 'ended without success',
    period: PERIOD,
  });
}
