import { Policy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Grant } from '../grants.ts';
import type { MachineArns } from '../machine-grants.ts';
import { policyStatement } from '../policy-statement.ts';

/** Longer than a repair with three repetitions of every state; an automation without it would wait for its own limit. */
const REPAIR_TIMEOUT_SECONDS = 6 * 3600;

/** The content of the Automation document; both ARNs may be CDK tokens. */
export const repairRunbook = (arns: { readonly role: string; readonly repair: string }) => ({
  schemaVersion: '0.3',
  description:
    'Repairs a Holdfast backup root whose last session left it locked: runs the state machine "repair" and waits for its end. ' +
    'Running it twice changes nothing. Cancelling it stops the repair; the sweep, or the next run, goes on from there.',
  assumeRole: arns.role,
  parameters: {
    Root: {
      type: 'String',
      description: 'The backup root, s3://bucket/prefix, as in the alarm or in "holdfast history"',
      allowedPattern: '^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[^"\\\\]{1,512}$',
    },
    StopOwner: {
      type: 'String',
      description: 'Whether an owner that still runs is stopped first',
      allowedValues: ['false', 'true'],
      default: 'false',
    },
  },
  mainSteps: [
    {
      name: 'Repair',
      action: 'aws:executeStateMachine',
      timeoutSeconds: REPAIR_TIMEOUT_SECONDS,
      onFailure: 'Abort',
      isEnd: true,
      inputs: {
        stateMachineArn: arns.repair,
        input: '{"root":"{{ Root }}","stopOwner":{{ StopOwner }}}',
      },
    },
  ],
});

export interface RepairRunbookProps {
  readonly name: string;
  readonly repairAliasArn: string;
  readonly repair: MachineArns;
}

/** `<stack>-Repair`: repair in one click, for who is on call. */
export class RepairRunbook extends Construct {
  constructor(scope: Construct, id: string, props: RepairRunbookProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const role = new Role(this, 'Role', {
      description: 'What the Automation document that repairs may do',
      assumedBy: new ServicePrincipal('ssm.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnLike: {
            'aws:SourceArn': stack.formatArn({ service: 'ssm', resource: 'automation-execution', resourceName: '*' }),
          },
        },
      }),
    });
    const grants: Grant[] = [
      { actions: ['states:StartExecution'], resources: [props.repair.machineArn] },
      { actions: ['states:DescribeExecution', 'states:StopExecution'], resources: [props.repair.executionsArn] },
    ];
    new Policy(this, 'Policy', { roles: [role], statements: grants.map(policyStatement) });
    new CfnDocument(this, 'Document', {
      name: props.name,
      documentType: 'Automation',
      documentFormat: 'JSON',
      updateMethod: 'NewVersion',
      content: repairRunbook({ role: role.roleArn, repair: props.repairAliasArn }),
    });
  }
}
