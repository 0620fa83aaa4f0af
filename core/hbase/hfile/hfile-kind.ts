import { Buffer } from 'node:buffer';
import type { BloomType } from './bloom-writer.ts';
import { type CellFacts, int64 } from './cell-facts.ts';
import type { FileInfo } from './file-info.ts';

/**
 * What a file is written for; never mixed up. `store-file`: named in a snapshot's manifest. HBase keeps the mvcc of its
 * cells and orders it by MAX_SEQ_ID_KEY, as long as nothing in it says that it was bulk loaded: BULKLOAD_TIMESTAMP makes
 * HBase give every cell one id, SKIP_RESET_SEQ_ID the id -1. `bulk-load-file`: for completebulkload, which gives it an id.
 */
export type HFileKind =
  | { readonly kind: 'store-file'; readonly isMob: boolean }
  | { readonly kind: 'bulk-load-file'; readonly sourceTask: string };

const TRUE = Buffer.from([0xff]);
const FALSE = Buffer.from([0]);

/** The file info of a finished file; keys of HFileInfo, HStoreFile, StoreFileWriter and HFileOutputFormat2. */
export function fileInfoFor(
  kind: HFileKind,
  facts: CellFacts,
  file: {
    readonly lastKey: Buffer | undefined;
    readonly lastBloomKey: Buffer | undefined;
    readonly bloom: BloomType;
    readonly bloomPrefixBytes?: number | undefined;
    readonly hasTags: boolean;
    readonly createdAtMs: number;
  },
): FileInfo {
  const info = new Map<string, Buffer>([
    ['hfile.AVG_KEY_LEN', average(facts.keyBytes, facts.cells)],
    ['hfile.AVG_VALUE_LEN', average(facts.valueBytes, facts.cells)],
    ['hfile.CREATE_TIME_TS', int64(BigInt(file.createdAtMs))],
    ['KEY_VALUE_VERSION', int32(1)],
    ['MAX_MEMSTORE_TS_KEY', int64(BigInt(facts.maxMvcc))],
    ['TIMERANGE', facts.timeRange()],
    ['EARLIEST_PUT_TS', facts.earliestPut()],
    ['DELETE_FAMILY_COUNT', int64(BigInt(facts.deleteFamilies))],
  ]);
  if (file.lastKey !== undefined) info.set('hfile.LASTKEY', file.lastKey);
  if (file.hasTags) {
    info.set('hfile.MAX_TAGS_LEN', int32(facts.maxTagBytes));
    info.set('hfile.TAGS_COMPRESSED', FALSE);
  }
  if (file.lastBloomKey !== undefined) {
    info.set('BLOOM_FILTER_TYPE', Buffer.from(file.bloom));
    info.set('LAST_BLOOM_KEY', file.lastBloomKey);
    if (file.bloom === 'ROWPREFIX_FIXED_LENGTH') info.set('BLOOM_FILTER_PARAM', int32(file.bloomPrefixBytes ?? 0));
  }
  if (kind.kind === 'store-file') {
    info.set('MAX_SEQ_ID_KEY', int64(BigInt(facts.maxMvcc)));
    info.set('MAJOR_COMPACTION_KEY', FALSE);
    // No reference to a MOB file, said by one zero byte: a file that says nothing stops the table's MOB cleaner.
    if (kind.isMob) info.set('MOB_FILE_REFS', FALSE);
  } else {
    info.set('BULKLOAD_TIMESTAMP', int64(BigInt(file.createdAtMs)));
    info.set('BULKLOAD_SOURCE_TASK', Buffer.from(kind.sourceTask));
    info.set('MAJOR_COMPACTION_KEY', TRUE);
    info.set('EXCLUDE_FROM_MINOR_COMPACTION', FALSE);
  }
  return info;
}

function average(total: number, count: number): Buffer {
  return int32(count === 0 ? 0 : Math.floor(total / count));
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}
