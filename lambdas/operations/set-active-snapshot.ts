import { BeginUnknown } from '../../core/errors/flag-errors.ts';
import { UnknownOutcome } from '../../core/errors/unknown-outcome.ts';
import { imagePrefix } from '../../core/image-layout.ts';
import type { Flag, Intent, SnapshotRef } from '../../core/items.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { ScheduledStart } from '../../core/schedule-claim.ts';
import { workPrefix } from '../../core/stack-layout.ts';
import type { Begin, SystemTable } from '../ports/system-table.ts';

interface Input {
  readonly root: string;
  readonly operation: string;
  readonly tables: readonly string[] | null;
  readonly execution: { readonly arn: string; readonly startTime: string };
  readonly sessionId: string;
  readonly version: number;
  readonly epoch: number;
  readonly snapshot: SnapshotRef;
  readonly schedule?: ScheduledStart | null | undefined;
}

type Answer =
  | { readonly outcome: 'BEGUN'; readonly sessionId: string; readonly epoch: number; readonly startedAt: number }
  | { readonly outcome: 'LOST' };

/**
 * {@link setActiveSnapshotContract}. Never deletes anything: who may have set the flag settles an unknown answer by
 * reading (I3, †beginReread).
 * @throws BeginUnknown when it is still open whether the flag will be set
 */
export const setActiveSnapshot =
  (ports: { table: SystemTable }, config: { WORK_BUCKET: string }) =>
  async (input: Input): Promise<Answer> => {
    const startedAt = Date.parse(input.execution.startTime);
    const begun: Answer = { outcome: 'BEGUN', sessionId: input.sessionId, epoch: input.epoch + 1, startedAt };
    try {
      const outcome = await ports.table.begin(beginOf(input, startedAt, config.WORK_BUCKET));
      if (outcome.decision === 'APPLIED') return begun;
    } catch (error) {
      if (!(error instanceof UnknownOutcome)) throw error;
    }
    // REFUSED may hide an earlier try of ours that was committed or rolled back since; unknown may be either.
    const { flag, version } = await ports.table.readControl(input.root);
    if (flag?.runId === input.execution.arn && flag.activeSnapshot === input.snapshot.key) return begun;
    const claimed = await ports.table.getSession(input.root, input.sessionId);
    const mine = claimed?.executionArn === input.execution.arn;
    if (!mine && (version !== input.version || claimed)) return { outcome: 'LOST' };
    // Put once for all: no transaction of this execution can begin any more.
    const claim = input.schedule ? await ports.table.getScheduleClaim(input.root, input.schedule) : undefined;
    if (claim && claim.executionArn !== input.execution.arn) return { outcome: 'LOST' };
    throw new BeginUnknown(
      mine
        ? `${input.sessionId} was begun and taken over by another run since`
        : `it stayed unknown whether ${input.sessionId} has set the flag of ${input.root}`,
      `holdfast progress ${input.root}; if the flag is set, it is repaired by itself or by holdfast repair`,
      { sessionId: input.sessionId, key: input.snapshot.key },
    );
  };

function beginOf(input: Input, startedAt: number, workBucket: string): Begin {
  const flag: Flag = {
    activeSnapshot: input.snapshot.key,
    snapshot: input.snapshot,
    phase: 'WORK',
    runId: input.execution.arn,
    sessionId: input.sessionId,
    operation: input.operation,
    executionArn: input.execution.arn,
    startedAt,
  };
  const root = parseS3Uri(input.root, 'root');
  const intents: Intent[] = [
    { name: 'destination', kind: 'destination', what: `s3://${root.bucket}/${imagePrefix(root, input.sessionId)}` },
    { name: 'temporary', kind: 'temporary', what: `s3://${workBucket}/${workPrefix(root.uri, input.sessionId)}` },
  ];
  return {
    root: input.root,
    version: input.version,
    epoch: input.epoch,
    flag,
    intents,
    ...(input.schedule && {
      schedule: { ...input.schedule, sessionId: input.sessionId, executionArn: input.execution.arn },
    }),
    session: {
      id: input.sessionId,
      root: input.root,
      operation: input.operation,
      state: 'RUNNING',
      epoch: input.epoch + 1,
      executionArn: input.execution.arn,
      startedAt,
      tables: input.tables ?? [],
    },
  };
}
