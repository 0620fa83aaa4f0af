import { wrongWithRecorded } from '../../core/check/i03-recorded-snapshot.ts';
import { SystemSnapshotDamaged } from '../../core/errors/flag-errors.ts';
import type { Item, SnapshotRef } from '../../core/items.ts';
import { SystemSnapshotReader } from '../../core/system-snapshot.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** The items of a system snapshot, checked against its reference once they were all read (I3). @throws SystemSnapshotDamaged */
export async function* systemSnapshotItems(
  objects: Pick<ObjectStore, 'getStream'>,
  bucket: string,
  snapshot: SnapshotRef,
): AsyncIterable<Item> {
  const pieces = await objects.getStream(bucket, snapshot.key);
  const damaged = (why: string) =>
    new SystemSnapshotDamaged(
      `the system snapshot s3://${bucket}/${snapshot.key} ${why}; nothing was undone`,
      `put back the version of the object (the bucket keeps them) whose SHA-256 is ${snapshot.sha256}, then holdfast repair <root>`,
      { key: snapshot.key },
    );
  const reader = pieces && new SystemSnapshotReader(pieces);
  if (reader) yield* reader.items();
  const wrong = wrongWithRecorded(snapshot, reader?.result());
  if (wrong !== undefined) throw damaged(wrong);
}

/** Reads and verifies a whole system snapshot. @throws SystemSnapshotDamaged */
export async function readSystemSnapshot(
  objects: Pick<ObjectStore, 'getStream'>,
  bucket: string,
  snapshot: SnapshotRef,
): Promise<number> {
  let items = 0;
  for await (const _ of systemSnapshotItems(objects, bucket, snapshot)) items++;
  return items;
}
