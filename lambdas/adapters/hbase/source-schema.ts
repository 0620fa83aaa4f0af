import { HoldfastError } from '../../../core/errors/holdfast-error.ts';
import { SourceUnreadable } from '../../../core/errors/source-errors.ts';
import { tableInfosNewestFirst } from '../../../core/hbase/table-info-name.ts';
import { parseTableName, tablePath } from '../../../core/hbase/table-name.ts';
import { readTableInfoFile, type TableSchema } from '../../../core/hbase/table-schema.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { SourceTables } from '../../ports/source-tables.ts';

/** A descriptor of a thousand families is some hundred kB. */
const MAX_DESCRIPTOR = 16 * 1024 * 1024;

/** Descriptors as HBase's files in S3 have them. */
export function s3SourceTables(objects: Pick<ObjectStore, 'list' | 'get'>): SourceTables {
  return {
    async schema(source, table) {
      const directory = `${source.prefix}/data/${tablePath(parseTableName(table))}/.tabledesc/`;
      const sizes = new Map<string, number>();
      for await (const { key, size } of objects.list(source.bucket, directory)) {
        sizes.set(key.slice(directory.length), size);
      }
      for (const { name, leastBytes = 0 } of tableInfosNewestFirst(sizes.keys())) {
        // FSTableDescriptors: one that is shorter than its name says was not finished; the one before it holds.
        if (sizes.get(name)! < leastBytes) continue;
        const object = await objects.get(source.bucket, directory + name, MAX_DESCRIPTOR);
        // HBase removes the older ones as it writes a new one.
        if (object !== undefined) return parsed(object.bytes, `s3://${source.bucket}/${directory}${name}`);
      }
      return undefined;
    },
  };
}

function parsed(bytes: Uint8Array, where: string): TableSchema {
  try {
    return readTableInfoFile(bytes, where);
  } catch (error) {
    if (!(error instanceof HoldfastError) && !(error instanceof RangeError)) throw error;
    throw new SourceUnreadable(
      `${where} is no descriptor of a table: ${error.message}`,
      'find out what wrote it; back up from snapshots (--from-snapshot)',
      { where },
    );
  }
}
