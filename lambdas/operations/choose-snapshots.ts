import { z } from 'zod';
import { canonicalJson } from '../../core/canonical-json.ts';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { chosenSnapshotsKey } from '../../core/stack-layout.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TableSnapshot, TableSnapshots, WantedTables } from '../ports/table-snapshots.ts';
import { readWorkJson } from './read-work-json.ts';

/** Table → snapshot. */
const chosenSnapshots = z.record(z.string(), z.string());

/** A step that runs again plans the same snapshots, though newer ones were taken meanwhile (I10). */
export async function chooseOnce(
  ports: { readonly objects: ObjectStore; readonly snapshots: TableSnapshots },
  { bucket, work }: { readonly bucket: string; readonly work: string },
  request: WantedTables & { readonly source: string },
): Promise<readonly TableSnapshot[]> {
  const source = parseS3Uri(request.source, 'source');
  const key = chosenSnapshotsKey(work);
  const before = await ports.objects.get(bucket, key, 64 * 1024 * 1024);
  if (before === undefined) {
    const chosen = await ports.snapshots.choose(source, request);
    const names = Object.fromEntries(chosen.map(({ table, snapshot }) => [table, snapshot]));
    const { decision } = await ports.objects.putOnce(bucket, key, Buffer.from(canonicalJson(names)));
    if (decision === 'CREATED') return chosen;
  }
  const stored = before ?? (await ports.objects.get(bucket, key, 64 * 1024 * 1024));
  if (stored === undefined) throw new UnknownAnswer(`s3://${bucket}/${key} came and went`, 'start the backup again');
  const snapshots = readWorkJson(chosenSnapshots, stored.bytes, { bucket, key, next: 'start the backup again' });
  return ports.snapshots.choose(source, { tables: Object.keys(snapshots), snapshots });
}
