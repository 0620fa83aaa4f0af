import { BackupInProgress, RepairRequired } from '../../core/errors/flag-errors.ts';
import type { Flag } from '../../core/items.ts';
import type { Executions } from '../ports/executions.ts';

/** What is known of who holds a root. */
export interface Owner {
  readonly isRunning: boolean;
  /** A sentence on how the owner ended, for messages and for the history. */
  readonly end: string;
}

/** The execution that holds the flag now: the session's own, or the run that took over. */
export async function ownerOf(executions: Pick<Executions, 'status'>, flag: Flag): Promise<Owner> {
  const state = await executions.status(flag.runId);
  if (state?.status === 'RUNNING') return { isRunning: true, end: 'is running' };
  if (!state) return { isRunning: false, end: 'its execution is unknown to Step Functions (older than 90 days?)' };
  const at = state.stoppedAt === undefined ? '' : ` at ${new Date(state.stoppedAt).toISOString()}`;
  const verb = {
    ABORTED: 'was stopped',
    TIMED_OUT: 'timed out',
    FAILED: 'failed',
    SUCCEEDED: 'ended',
    PENDING_REDRIVE: 'waits for a redrive',
  };
  // The first line of the cause says what the session itself failed with, when its roll-back failed too.
  const cause = state.cause?.split('\n')[0]?.slice(0, 1_500);
  const why = state.error ? ` (${state.error}${cause ? `: ${cause}` : ''})` : '';
  return { isRunning: false, end: `${verb[state.status as keyof typeof verb] ?? state.status}${at}${why}` };
}

export const startedText = (flag: Flag): string =>
  `${flag.sessionId} (${flag.operation}, started ${new Date(flag.startedAt).toISOString()})`;

export const inProgress = (root: string, flag: Flag): BackupInProgress =>
  new BackupInProgress(
    `${startedText(flag)} is ${flag.phase === 'WORK' ? 'running' : 'being rolled back'} on ${root}`,
    `holdfast progress ${root} --follow        (${flag.phase === 'WORK' ? `or: holdfast cancel ${root}` : 'then the same command again'})`,
    { sessionId: flag.sessionId, operation: flag.operation, executionArn: flag.runId },
  );

export const repairRequired = (root: string, flag: Flag, owner: Owner): RepairRequired =>
  new RepairRequired(
    flag.phase === 'ROLLING_BACK'
      ? `the roll-back of ${startedText(flag)} on ${root} ${owner.end}; its owner is gone`
      : `${startedText(flag)} on ${root} ${owner.end}; its owner is gone`,
    `holdfast repair ${root}        (--dry-run shows what it would do)`,
    { sessionId: flag.sessionId, operation: flag.operation, executionArn: flag.executionArn, phase: flag.phase },
  );
