import type { BackupId } from './backup-id.ts';
import { sha256 } from './digest.ts';

/** One start of a schedule: which, and for what time. The scheduler delivers it at least once. */
export interface ScheduledStart {
  /** ARN of the schedule. */
  readonly arn: string;
  /** The time that the start was due, as the scheduler states it. */
  readonly time: string;
}

/** In the history of a root: the session that a start made. Put with the flag, `attribute_not_exists`; never removed. */
export interface ScheduleClaim extends ScheduledStart {
  readonly sessionId: BackupId;
  readonly executionArn: string;
}

export const scheduleKey = ({ arn, time }: ScheduledStart): string => `schedule#${sha256(arn).slice(0, 20)}#${time}`;
