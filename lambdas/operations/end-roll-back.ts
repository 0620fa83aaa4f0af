import { Superseded } from '../../core/errors/flag-errors.ts';
import { UnknownOutcome } from '../../core/errors/unknown-outcome.ts';
import type { CleanUpEntry, FailureReason } from '../../core/items.ts';
import type { Clock } from '../ports/clock.ts';
import type { SystemTable } from '../ports/system-table.ts';

interface Input {
  readonly root: string;
  readonly sessionId: string;
  readonly epoch: number;
  readonly execution: { readonly arn: string };
  readonly reason: FailureReason;
}

const TRIES = 3;

/**
 * {@link endRollBackContract}: the flag goes last (I6). The clean-up entry points at the session's intents and says
 * the outcome, so that what a late step still writes is found (I12, †rememberFailed, †byOutcome).
 * @throws Superseded when another run holds the session by now
 */
export const endRollBack =
  (ports: { table: SystemTable; clock: Clock }, config: { STEP_LIFE_SECONDS: number }) =>
  async (input: Input): Promise<{ snapshotKey: string; notBefore: number }> => {
    const { root, sessionId, reason } = input;
    const runId = input.execution.arn;
    const now = ports.clock.now();
    const notBefore = now + config.STEP_LIFE_SECONDS * 1_000;
    const cleanUp: CleanUpEntry = {
      entryId: `${sessionId}-rolled-back`,
      root,
      sessionId,
      outcome: 'ROLLED_BACK',
      createdAt: now,
      notBefore,
    };
    let snapshotKey = '';
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const { epoch, flag } = await ports.table.readControl(root);
      if (flag?.sessionId !== sessionId || epoch !== input.epoch) {
        const session = await ports.table.getSession(root, sessionId);
        if (session?.state === 'FAILED' && session.rolledBackBy === runId) return { snapshotKey, notBefore };
        throw new Superseded(`${sessionId} is held by another run now`, `holdfast progress ${root}`, {
          sessionId,
          holder: flag?.runId,
        });
      }
      snapshotKey = flag.activeSnapshot;
      try {
        const held = { root, activeSnapshot: flag.activeSnapshot, epoch };
        const outcome = await ports.table.endRollBack({ ...held, runId, sessionId, endedAt: now, reason, cleanUp });
        if (outcome.decision === 'APPLIED') return { snapshotKey, notBefore };
      } catch (error) {
        if (!(error instanceof UnknownOutcome)) throw error;
      }
    }
    throw new UnknownOutcome(`it stayed unknown whether the roll-back of ${sessionId} has ended`, { sessionId });
  };
