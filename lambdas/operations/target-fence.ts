import { TargetBusy } from '../../core/errors/image-errors.ts';
import type { LeftRestore, TargetRecord } from '../../core/items.ts';
import type { RestoreRequest } from '../contracts/restore-request.ts';
import type { Clock } from '../ports/clock.ts';
import type { Executions } from '../ports/executions.ts';
import type { RestoreTargets } from '../ports/pins.ts';
import type { RunPorts } from './run-entry.ts';

/** A claim's life; steps extend it. Long, because a claim whose execution has ended is taken over at once. */
export const CLAIM_MS = 24 * 3_600_000;

interface Fence {
  readonly targets: RestoreTargets;
  readonly clock: Clock;
}

/** Of a step that writes in a target. */
export interface TargetPorts extends RunPorts, Fence {}

export function targetRecords(request: RestoreRequest, state: TargetRecord['state'], clock: Clock): TargetRecord[] {
  return request.tables.map(({ target, snapshot }) => ({
    target: request.target,
    root: request.root,
    table: target,
    restoreId: request.run,
    executionArn: request.executionArn,
    snapshot,
    state,
    expiresAt: clock.now() + CLAIM_MS,
  }));
}

/** To be noted before the record is closed: from the closing on no step begins to write, and those in flight end. */
export const leftBehind = (record: TargetRecord, clock: Clock, config: { STEP_LIFE_SECONDS: number }): LeftRestore => ({
  target: record.target,
  root: record.root,
  restoreId: record.restoreId,
  notBefore: clock.now() + config.STEP_LIFE_SECONDS * 1_000,
});

/**
 * Whether nobody works on the record any more. An execution that Step Functions does not know may be one that it does
 * not show (yet, or after 90 days): then the lease decides.
 */
export async function hasEnded(
  executions: Pick<Executions, 'status'>,
  record: TargetRecord,
  nowMs: number,
): Promise<boolean> {
  const execution = await executions.status(record.executionArn);
  return execution === undefined ? record.expiresAt < nowMs : execution.status !== 'RUNNING';
}

export function busy(record: TargetRecord, holder: TargetRecord | undefined): TargetBusy {
  const isOther = holder !== undefined && holder.restoreId !== record.restoreId;
  return new TargetBusy(
    isOther
      ? `${record.table} of ${record.target} is being restored by ${holder.restoreId}`
      : `this restore no longer holds ${record.table} of ${record.target}`,
    isOther ? `wait for ${holder.executionArn}, or stop it` : 'start it again',
    { target: record.target, table: record.table, holder: holder?.restoreId, executionArn: holder?.executionArn },
  );
}

/**
 * Step entry of what writes where others could see it: every record is still this restore's, and not ended. A step
 * that wakes up after its restore failed finds FAILED and stops.
 * @throws TargetBusy
 */
export async function holdTargets(ports: Fence, request: RestoreRequest): Promise<void> {
  for (const record of targetRecords(request, 'RESTORING', ports.clock)) await hold(ports, record);
}

/** The same for the table of one snapshot. @throws TargetBusy */
export async function holdTargetOf(ports: Fence, request: RestoreRequest, snapshot: string): Promise<void> {
  for (const record of targetRecords(request, 'RESTORING', ports.clock)) {
    if (record.snapshot === snapshot) await hold(ports, record);
  }
}

async function hold(ports: Fence, record: TargetRecord): Promise<void> {
  const now = await ports.targets.get(record.target, record.table);
  const isHeld = now?.restoreId === record.restoreId && now.state === 'RESTORING';
  if (!isHeld || !(await ports.targets.update(record))) throw busy(record, now);
}
