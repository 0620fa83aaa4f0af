import { Construct } from 'constructs';
import type { ScheduleConfig } from '../config.ts';
import type { Grant } from '../grants.ts';
import type { Schedules } from './schedules.ts';
import { addSchedule } from './timed-call.ts';

/** The scheduler's own words for "this schedule" and "the time this start was due" (EventBridge Scheduler, context attributes). */
const STATED = { arn: '<aws.scheduler.schedule-arn>', time: '<aws.scheduler.scheduled-time>' };

const DESCRIBED = { 'full-backup': 'Full', 'incremental-backup': 'Incremental' };

export interface BackupSchedulesProps {
  readonly schedules: Schedules;
  readonly configured: readonly ScheduleConfig[];
  readonly machines: Readonly<
    Record<ScheduleConfig['operation'], { readonly aliasArn: string; readonly grant: Grant }>
  >;
}

/**
 * The configured backups. Schedule and time go into the input; the begin of the session claims them, so that a start
 * which the scheduler delivers twice makes one backup.
 */
export class BackupSchedules extends Construct {
  constructor(scope: Construct, id: string, props: BackupSchedulesProps) {
    super(scope, id);
    for (const { name, expression, timezone, operation, input } of props.configured) {
      const { aliasArn, grant } = props.machines[operation];
      addSchedule(this, name, props.schedules, {
        description: `${DESCRIBED[operation]} backup of ${input.source} to ${input.root}`,
        expression,
        timezone,
        targetArn: aliasArn,
        grant,
        input: { ...input, schedule: STATED },
        maximumAgeSeconds: 3600,
      });
    }
  }
}
