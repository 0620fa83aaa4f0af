import type { ImageRecord, ImageTableRecord } from '../../core/items.ts';
import { requireParents } from '../../core/plan/increment-parents.ts';
import { type Base, newestBases } from '../../core/plan/newest-bases.ts';
import type { BackupRequest } from '../contracts/fields.ts';

export interface BackupBases {
  /** Of each table the image whose bytes may be listed again. */
  readonly bases: ReadonlyMap<string, Base>;
  /** Of an increment: what each table follows on. Without an entry a table is taken full. */
  readonly parents: ReadonlyMap<string, Base>;
}

/**
 * What a backup rests on, by the records that were read.
 * @throws NoFullBackup for an increment of tables that have nothing to follow on
 */
export function backupBases(
  request: BackupRequest,
  { images, rows }: { readonly images: readonly ImageRecord[]; readonly rows: readonly ImageTableRecord[] },
): BackupBases {
  const newest = newestBases(images, rows, request.source);
  if (!('type' in request)) return { bases: request.standalone ? new Map() : newest, parents: new Map() };
  // Each image is whole by itself: what a parent followed on may be deleted by now.
  requireParents(request, newest);
  return { bases: newest, parents: newest };
}
