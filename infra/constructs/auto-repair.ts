import { Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { CONTRACT } from '../../lambdas/contracts/step-contract.ts';
import type { Schedules } from './schedules.ts';
import { addSchedule } from './timed-call.ts';

export interface AutoRepairProps {
  readonly schedules: Schedules;
  /** Version of the function that looks for flags whose owner has ended. */
  readonly sweepArn: string;
  /** State machines that hold flags; exact, since a map's children have ends too. */
  readonly machineArns: readonly string[];
  /** Off: the sweep measures the roots and starts nothing. */
  readonly repairs: boolean;
}

/**
 * Measures each root every five minutes, which the alarms read. A flag whose owner's execution has ended starts the repair: found by a sweep every five minutes, and faster by the
 * event of the execution's end. Events are best effort; lost, doubled and late ones are harmless, since the function
 * reads everything anew.
 */
export class AutoRepair extends Construct {
  constructor(scope: Construct, id: string, props: AutoRepairProps) {
    super(scope, id);
    const input = { contract: CONTRACT };
    addSchedule(this, 'Sweep', props.schedules, {
      description: 'Measures the backup roots; starts the repair of flags whose owner has ended',
      expression: 'rate(5 minutes)',
      timezone: 'UTC',
      targetArn: props.sweepArn,
      grant: { actions: ['lambda:InvokeFunction'], resources: [props.sweepArn] },
      input,
      maximumAgeSeconds: 240,
    });
    if (!props.repairs) return;
    const rule = new Rule(this, 'OwnerEnded', {
      description: 'An execution that may hold a flag has ended without success',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'], stateMachineArn: [...props.machineArns] },
      },
      targets: [{ bind: () => ({ arn: props.sweepArn, input: RuleTargetInput.fromObject(input) }) }],
    });
    new CfnPermission(this, 'MayInvoke', {
      action: 'lambda:InvokeFunction',
      functionName: props.sweepArn,
      principal: 'events.amazonaws.com',
      sourceArn: rule.ruleArn,
    });
  }
}
