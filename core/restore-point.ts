import type { BackupId } from './backup-id.ts';
import { ImageNotFound } from './errors/image-errors.ts';
import { isSealed, newestFirst, type SealedRecord } from './image-choice.ts';
import type { ImageRecord, ImageTableRecord } from './items.ts';

/** What an image restores tables to. */
export interface RestorePoint {
  readonly image: SealedRecord;
  /** Of the tables wanted; of all that the image has, if none was named. */
  readonly tables: readonly ImageTableRecord[];
  /** The next one behind the time: the latest position of its tables, epoch ms. */
  readonly next: { readonly image: BackupId; readonly position: number } | undefined;
  /** Tables that another image has as of a later moment, which is not behind the time either. */
  readonly newer: readonly { readonly table: string; readonly image: BackupId; readonly position: number }[];
}

interface Candidate {
  readonly image: SealedRecord;
  readonly tables: readonly ImageTableRecord[];
  readonly from: number;
  readonly to: number;
}

/**
 * The newest COMPLETE image that has all of the tables, each as of that time or before.
 * @param untilMs epoch ms, inclusive
 * @throws ImageNotFound that names the oldest one
 */
export function restorePointUntil(
  { images, rows }: { readonly images: readonly ImageRecord[]; readonly rows: readonly ImageTableRecord[] },
  untilMs: number,
  wanted: readonly string[] | undefined,
  root: string,
): RestorePoint {
  const rowsOf = Map.groupBy(rows, ({ id }) => id);
  const candidates = images.filter(isSealed).flatMap((image): Candidate[] => {
    const tables = (rowsOf.get(image.id) ?? []).filter(({ table }) => wanted?.includes(table) ?? true);
    if (tables.length === 0 || tables.length < (wanted?.length ?? 0)) return [];
    const positions = tables.map(({ position }) => position);
    return [{ image, tables, from: Math.min(...positions), to: Math.max(...positions) }];
  });
  const [best] = candidates
    .filter(({ to }) => to <= untilMs)
    .sort((a, b) => b.from - a.from || b.to - a.to || newestFirst(a.image, b.image));
  const [next] = candidates.filter(({ to }) => to > untilMs).sort((a, b) => a.to - b.to);
  if (best === undefined) throw noneUntil(untilMs, wanted, root, next);
  const newer = best.tables.flatMap(({ table, position }) => {
    const later = rows.filter((row) => row.table === table && row.position > position && row.position <= untilMs);
    const newest = later.reduce<ImageTableRecord | undefined>(
      (found, row) => (found === undefined || row.position > found.position ? row : found),
      undefined,
    );
    return newest === undefined ? [] : [{ table, image: newest.id, position: newest.position }];
  });
  return {
    ...{ image: best.image, tables: best.tables, newer },
    next: next && { image: next.image.id, position: next.to },
  };
}

function noneUntil(untilMs: number, wanted: readonly string[] | undefined, root: string, oldest?: Candidate) {
  const at = (ms: number) => new Date(ms).toISOString();
  const what = wanted === undefined ? 'a COMPLETE image' : `an image of ${wanted.join(', ')}`;
  const has = oldest ? `; the oldest is ${oldest.image.id}, as of ${at(oldest.to)}` : '';
  return new ImageNotFound(
    `${root} does not have ${what} up to ${at(untilMs)}${has}`,
    oldest ? `give a later time, or ${oldest.image.id} itself` : `holdfast history -p ${root}`,
    { root, untilMs, ...(oldest && { oldest: oldest.image.id, position: oldest.to }) },
  );
}
