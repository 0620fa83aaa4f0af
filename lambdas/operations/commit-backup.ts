import { Fenced } from '../../core/errors/flag-errors.ts';
import { UnknownOutcome } from '../../core/errors/unknown-outcome.ts';
import type { CleanUpEntry, ImageRecord, SessionRecord } from '../../core/items.ts';
import type { BackupSummary } from '../contracts/commit-backup.contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { Outcome, SystemTable } from '../ports/system-table.ts';

interface Input {
  readonly root: string;
  readonly sessionId: string;
  readonly epoch: number;
  readonly execution: { readonly arn: string };
  readonly sealed: Pick<
    BackupSummary,
    'manifestSha256' | 'files' | 'bytes' | 'newFiles' | 'newBytes' | 'holders' | 'positionFrom' | 'positionTo'
  >;
}

/** Tries of a commit whose answer stays unknown; each is fenced, so that a late one cannot undo a take-over. */
const TRIES = 3;

/**
 * {@link commitBackupContract}: the point of no return. Run again after it took effect it answers the same.
 * @throws Fenced when a take-over won, UnknownOutcome when it stays open (the Catch's TakeOver decides it)
 */
export const commitBackup =
  (ports: { table: SystemTable; clock: Clock }, config: { STEP_LIFE_SECONDS: number }) =>
  async (input: Input): Promise<BackupSummary> => {
    for (let attempt = 1; ; attempt++) {
      const { epoch, flag } = await ports.table.readControl(input.root);
      const isHeld = flag?.sessionId === input.sessionId && epoch === input.epoch;
      if (!flag || !isHeld) return committedBefore(ports.table, input, epoch);
      const image = await ports.table.getImage(input.root, input.sessionId);
      const session = await ports.table.getSession(input.root, input.sessionId);
      if (!image || !session)
        throw new UnknownOutcome(`${input.sessionId} has no image record although it holds the flag`);
      const now = ports.clock.now();
      const complete: ImageRecord = { ...image, ...input.sealed, state: 'COMPLETE', completedAt: now };
      const summary = summaryOf(input.root, complete);
      const done: SessionRecord = { ...session, state: 'COMPLETE', endedAt: now, summary };
      const cleanUp: CleanUpEntry = {
        entryId: `${input.sessionId}-committed`,
        root: input.root,
        sessionId: input.sessionId,
        outcome: 'COMMITTED',
        createdAt: now,
        notBefore: now + config.STEP_LIFE_SECONDS * 1_000,
      };
      const held = { root: input.root, activeSnapshot: flag.activeSnapshot, epoch };
      const outcome = await settled(() => ports.table.commit({ ...held, image: complete, session: done, cleanUp }));
      if (outcome?.decision === 'APPLIED') return summary;
      if (attempt === TRIES)
        throw new UnknownOutcome(`it stayed unknown whether ${input.sessionId} was committed`, {
          sessionId: input.sessionId,
        });
    }
  };

async function settled(call: () => Promise<Outcome>): Promise<Outcome | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof UnknownOutcome) return undefined; // read again at the top of the loop
    throw error;
  }
}

async function committedBefore(table: SystemTable, input: Input, nowEpoch: number): Promise<BackupSummary> {
  const session = await table.getSession(input.root, input.sessionId);
  const image = await table.getImage(input.root, input.sessionId);
  const isOurs =
    session?.state === 'COMPLETE' && session.executionArn === input.execution.arn && session.epoch === input.epoch;
  if (isOurs && image?.completedAt !== undefined) return summaryOf(input.root, image);
  throw new Fenced(input.root, { sessionId: input.sessionId, epoch: input.epoch, nowEpoch });
}

const summaryOf = (root: string, image: ImageRecord): BackupSummary => ({
  id: image.id,
  root,
  type: image.type,
  parents: [...image.parents],
  tables: image.tables,
  files: image.files,
  bytes: image.bytes,
  newFiles: image.newFiles,
  newBytes: image.newBytes,
  holders: [...image.holders],
  positionFrom: image.positionFrom,
  positionTo: image.positionTo,
  manifestSha256: image.manifestSha256 ?? '',
  completedAt: image.completedAt ?? 0,
});
