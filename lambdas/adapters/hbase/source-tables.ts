import { formatTableName, tableName } from '../../../core/hbase/table-name.ts';
import { MOST_TABLES } from '../../../core/plan/most-tables.ts';
import type { S3Uri } from '../../../core/s3-uri.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

/** HBase's own tables (meta, namespace, acl …) are made by a cluster for itself and restored by nobody. */
const SYSTEM_NAMESPACE = 'hbase';

/** Every user table that has a descriptor below `data/`. Ends early with more than {@link MOST_TABLES}. @throws InvalidTableName for a folder that HBase cannot have made */
export async function listSourceTables(
  objects: Pick<ObjectStore, 'list' | 'listFolders'>,
  source: S3Uri,
): Promise<string[]> {
  const tables: string[] = [];
  const data = `${source.prefix}/data/`;
  for await (const namespace of objects.listFolders(source.bucket, data)) {
    if (namespace === SYSTEM_NAMESPACE || namespace === '') continue;
    for await (const qualifier of objects.listFolders(source.bucket, `${data}${namespace}/`)) {
      if (qualifier === '' || !(await hasDescriptor(objects, source, `${data}${namespace}/${qualifier}/`))) continue;
      tables.push(formatTableName(tableName(namespace, qualifier)));
      if (tables.length > MOST_TABLES) return tables;
    }
  }
  return tables;
}

/** More than a backup may have. Folders alone settle it for all but the largest sources: one request a namespace. */
export async function hasTooManyTables(
  objects: Pick<ObjectStore, 'list' | 'listFolders'>,
  source: S3Uri,
): Promise<boolean> {
  let folders = 0;
  const data = `${source.prefix}/data/`;
  for await (const namespace of objects.listFolders(source.bucket, data)) {
    if (namespace === SYSTEM_NAMESPACE || namespace === '') continue;
    for await (const _ of objects.listFolders(source.bucket, `${data}${namespace}/`)) {
      if (++folders > MOST_TABLES) return (await listSourceTables(objects, source)).length > MOST_TABLES;
    }
  }
  return false;
}

async function hasDescriptor(objects: Pick<ObjectStore, 'list'>, source: S3Uri, table: string): Promise<boolean> {
  for await (const { key } of objects.list(source.bucket, `${table}.tabledesc/`)) {
    if (/\/\.tableinfo(\.[^/]+)?$/.test(key)) return true;
  }
  return false;
}
