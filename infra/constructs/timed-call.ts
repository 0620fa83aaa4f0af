import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import type { Grant } from '../grants.ts';
import type { Schedules } from './schedules.ts';

export interface TimedCall {
  readonly description: string;
  readonly expression: string;
  readonly timezone: string;
  /** What is started: the ARN of an alias of a state machine, or of a version of a function. */
  readonly targetArn: string;
  readonly grant: Grant;
  /** JSON. May hold the scheduler's context attributes (`<aws.scheduler.…>`). */
  readonly input: object;
  /** Below the period: a start that comes later than the next one is worth nothing. */
  readonly maximumAgeSeconds: number;
}

/** One schedule. Its execution cannot be named by it: `execution-id` is per attempt and `scheduled-time` holds `:`. */
export function addSchedule(scope: Construct, id: string, schedules: Schedules, call: TimedCall): CfnSchedule {
  return new CfnSchedule(scope, id, {
    description: call.description,
    groupName: schedules.group.ref,
    scheduleExpression: call.expression,
    scheduleExpressionTimezone: call.timezone,
    flexibleTimeWindow: { mode: 'OFF' },
    state: 'ENABLED',
    target: {
      arn: call.targetArn,
      roleArn: schedules.role(id, call.grant).roleArn,
      input: JSON.stringify(call.input),
      deadLetterConfig: { arn: schedules.deadLetters.queueArn },
      retryPolicy: { maximumEventAgeInSeconds: call.maximumAgeSeconds, maximumRetryAttempts: 10 },
    },
  });
}
