import { UnknownOutcome } from '../../core/errors/unknown-outcome.ts';
import type { FailureReason, SnapshotRef } from '../../core/items.ts';
import type { CleanUpList } from '../ports/clean-up-list.ts';
import type { Clock } from '../ports/clock.ts';
import type { SystemTable } from '../ports/system-table.ts';

interface Input {
  readonly root: string;
  readonly execution: { readonly arn: string };
  readonly sessionId: string | null;
  /** The epoch that a repair read. A Catch gives none: it takes over its own session only. */
  readonly epoch?: number | undefined;
}

type Decision =
  | { readonly decision: 'TAKEN'; readonly sessionId: string; readonly epoch: number; readonly snapshot: SnapshotRef }
  | { readonly decision: 'COMMITTED'; readonly sessionId: string; readonly summary: unknown }
  | { readonly decision: 'ROLLED_BACK'; readonly sessionId: string; readonly reason?: FailureReason }
  | { readonly decision: 'NOT_BEGUN' }
  | { readonly decision: 'SUPERSEDED'; readonly runId: string };

/** Unknown answers are read back; a control item that changes under us more often than this is somebody else's. */
const TRIES = 5;

/**
 * {@link takeOverContract}: fences everybody else off before anything is undone (†takeOver). Exactly one of commit and
 * take-over wins, and the control item decides (I6); its own run id in it is success.
 */
export const takeOver =
  (
    ports: { table: SystemTable; cleanUp: Pick<CleanUpList, 'add'>; clock: Clock },
    config: { STEP_LIFE_SECONDS: number },
  ) =>
  async (input: Input): Promise<Decision> => {
    if (input.sessionId === null) return { decision: 'NOT_BEGUN' };
    const { root, sessionId } = input;
    const runId = input.execution.arn;
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const { epoch, flag } = await ports.table.readControl(root);
      if (flag?.sessionId !== sessionId) return ended(ports, config, root, sessionId);
      if (flag.phase === 'ROLLING_BACK' && flag.runId === runId)
        return { decision: 'TAKEN', sessionId, epoch, snapshot: flag.snapshot };
      const isHandedOn = input.epoch === undefined ? flag.phase === 'WORK' : epoch === input.epoch;
      if (!isHandedOn) return { decision: 'SUPERSEDED', runId: flag.runId };
      try {
        await ports.table.takeOver({ root, activeSnapshot: flag.activeSnapshot, epoch }, runId);
      } catch (error) {
        if (!(error instanceof UnknownOutcome)) throw error;
      }
      // Applied, refused or unknown: the control item tells, at the top of the loop.
    }
    throw new UnknownOutcome(`it stayed unknown who holds ${root}`, { sessionId });
  };

type Ports = Parameters<typeof takeOver>[0];

async function ended(
  { table, cleanUp, clock }: Ports,
  config: { STEP_LIFE_SECONDS: number },
  root: string,
  sessionId: string,
): Promise<Decision> {
  const session = await table.getSession(root, sessionId);
  if (session?.state !== 'COMPLETE' && session?.state !== 'FAILED') return { decision: 'NOT_BEGUN' };
  const isComplete = session.state === 'COMPLETE';
  // A redriven execution gets here: what its map's children left since is remembered once more (I12). The session's
  // own entry may be off the list already; putting it there again costs one look.
  const createdAt = clock.now();
  await cleanUp.add({
    entryId: `${sessionId}-${isComplete ? 'committed' : 'rolled-back'}`,
    root,
    sessionId,
    outcome: isComplete ? 'COMMITTED' : 'ROLLED_BACK',
    createdAt,
    notBefore: createdAt + config.STEP_LIFE_SECONDS * 1_000,
  });
  if (isComplete) return { decision: 'COMMITTED', sessionId, summary: session.summary ?? {} };
  return { decision: 'ROLLED_BACK', sessionId, ...(session.reason ? { reason: session.reason } : {}) };
}
