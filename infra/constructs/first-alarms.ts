import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface FirstAlarmsProps {
  readonly repairArn: string;
  /** Notified if given. */
  readonly topicArn: string | undefined;
}

/** A repair that failed leaves its root locked: a person is needed (docs/runbook.md, "RepairRequired"). */
export class FirstAlarms extends Construct {
  constructor(scope: Construct, id: string, props: FirstAlarmsProps) {
    super(scope, id);
    const alarm = new Alarm(this, 'RepairRequired', {
      alarmDescription:
        'RepairRequired: a repair has failed, its backup root stays locked. docs/runbook.md, "RepairRequired"',
      metric: new Metric({
        namespace: 'AWS/States',
        metricName: 'ExecutionsFailed',
        dimensionsMap: { StateMachineArn: props.repairArn },
        statistic: 'Sum',
        period: Duration.minutes(5),
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    const { topicArn } = props;
    if (topicArn !== undefined) alarm.addAlarmAction({ bind: () => ({ alarmActionArn: topicArn }) });
  }
}
