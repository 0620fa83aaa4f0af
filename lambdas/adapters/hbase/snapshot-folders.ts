import { SNAPSHOTS_PATH } from '../../../core/hbase/layout.ts';
import { isSnapshotName } from '../../../core/hbase/snapshot-name.ts';
import type { S3Uri } from '../../../core/s3-uri.ts';
import type { ListedObject, ObjectStore } from '../../ports/object-store.ts';

/** A folder below `.hbase-snapshot/`, as far as it says whether the snapshot is complete. */
export interface SnapshotFolder {
  readonly name: string;
  info?: ListedObject;
  manifest?: ListedObject;
}

/** Every completed or half-written snapshot of a root, by name; those in `.tmp` are being taken. One listing. */
export async function listSnapshotFolders(
  objects: Pick<ObjectStore, 'list'>,
  source: S3Uri,
): Promise<Map<string, SnapshotFolder>> {
  const prefix = `${source.prefix}/${SNAPSHOTS_PATH}/`;
  const folders = new Map<string, SnapshotFolder>();
  for await (const object of objects.list(source.bucket, prefix)) {
    const [name = '', file, ...deeper] = object.key.slice(prefix.length).split('/');
    if (name === '.tmp' || file === undefined || deeper.length > 0) continue;
    if (file !== '.snapshotinfo' && file !== 'data.manifest') continue;
    // HBase cannot have made it, and the name goes into messages.
    if (!isSnapshotName(name)) continue;
    const folder = folders.get(name) ?? { name };
    folders.set(name, folder);
    if (file === '.snapshotinfo') folder.info = object;
    else folder.manifest = object;
  }
  return folders;
}
