import type { ImageRecord, ImageTableRecord } from '../../core/items.ts';
import type { BackupPlan, PlannedBackupTable } from './backup-plan.ts';

/** Oldest and newest position of an image's tables. */
export const positionsOf = (tables: readonly { readonly position: number }[]) => ({
  positionFrom: tables.reduce((least, { position }) => Math.min(least, position), Number.MAX_SAFE_INTEGER),
  positionTo: tables.reduce((most, { position }) => Math.max(most, position), 0),
});

/** What a plan makes: an increment if a table of it follows on another image. */
export const typeOf = ({ parents }: Pick<BackupPlan, 'parents'>): ImageRecord['type'] =>
  parents.length > 0 ? 'INCREMENTAL' : 'FULL';

export const imageRecordOf = (plan: BackupPlan): ImageRecord => ({
  id: plan.sessionId,
  state: 'CREATING',
  type: typeOf(plan),
  epoch: plan.epoch,
  executionArn: plan.executionArn,
  source: plan.source,
  startedAt: plan.startedAt,
  tables: plan.tables.length,
  files: plan.files,
  bytes: plan.bytes,
  newFiles: plan.newFiles,
  newBytes: plan.newBytes,
  holders: plan.holders,
  parents: plan.parents.map(({ id }) => id),
  ...positionsOf(plan.tables),
});

export const tableRecordOf = (plan: BackupPlan, table: PlannedBackupTable): ImageTableRecord => ({
  id: plan.sessionId,
  table: table.table,
  index: table.index,
  snapshot: table.snapshot,
  position: table.position,
  files: table.files,
  bytes: table.bytes,
  newFiles: table.newFiles,
  newBytes: table.newBytes,
  kind: table.kind,
  parent: table.parent,
  ...(table.cells !== undefined && { cells: table.cells }),
  ...(table.snapshotEnd !== undefined && { snapshotEnd: table.snapshotEnd }),
});
