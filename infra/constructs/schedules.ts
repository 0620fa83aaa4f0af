import { Policy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Grant } from '../grants.ts';
import { policyStatement } from '../policy-statement.ts';

/** The group of the stack's schedules and the queue of starts that failed for good. Made once a stack. */
export class Schedules extends Construct {
  readonly group: CfnScheduleGroup;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.group = new CfnScheduleGroup(this, 'Group');
    // It sees starts that failed, never executions that did.
    this.deadLetters = new Queue(this, 'FailedStarts', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
  }

  /** A role for one schedule: it may make one call, and leave what it could not start. */
  role(id: string, grant: Grant): Role {
    const stack = Stack.of(this);
    const role = new Role(this, `${id}Role`, {
      description: `What the schedule ${id} may start`,
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account, 'aws:SourceArn': this.group.attrArn },
        },
      }),
    });
    new Policy(this, `${id}Policy`, {
      roles: [role],
      statements: [grant, { actions: ['sqs:SendMessage'], resources: [this.deadLetters.queueArn] }].map(
        policyStatement,
      ),
    });
    return role;
  }
}
