import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

export interface AlarmProps {
  /** What has happened, in a sentence; the runbook's page is added. */
  readonly says: string;
  readonly metric: IMetric;
  /** Fires when the metric is at least this. */
  readonly threshold: number;
  /** In so many periods in turn. */
  readonly periods: number;
  /** What a period without data means. */
  readonly missing: 'good' | 'bad';
}

/** Alarms of one scope. Their names are headings of docs/runbook.md. */
export class Alarms {
  readonly #scope: Construct;
  readonly #topicArn: string | undefined;

  /** @param topicArn notified if given */
  constructor(scope: Construct, topicArn: string | undefined) {
    this.#scope = scope;
    this.#topicArn = topicArn;
  }

  add(name: string, { says, metric, threshold, periods, missing }: AlarmProps): void {
    const alarm = new Alarm(this.#scope, name, {
      alarmDescription: `${name}: ${says}. docs/runbook.md, "${name}"`,
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: missing === 'bad' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    const topicArn = this.#topicArn;
    if (topicArn !== undefined) alarm.addAlarmAction({ bind: () => ({ alarmActionArn: topicArn }) });
  }
}
