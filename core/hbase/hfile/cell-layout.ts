import type { CellLayout } from './block-cells.ts';
import { type FileInfo, integerOf } from './file-info.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';
import type { HFileTrailer } from './trailer.ts';

/** What FixedFileTrailer maps to the one order of user tables, whole names: the trailer has no checksum. */
const COMPARATORS = new Set(
  [
    'KeyValue$KVComparator',
    'KeyValue$KeyComparator',
    'CellComparator',
    'CellComparatorImpl',
    'InnerStoreCellComparator',
  ]
    .map((name) => `org.apache.hadoop.hbase.${name}`)
    .concat('org.apache.hudi.io.storage.HoodieHBaseKVComparator'),
);
const META_COMPARATORS = new Set(
  ['KeyValue$MetaComparator', 'CellComparatorImpl$MetaCellComparator', 'MetaCellComparator'].map(
    (name) => `org.apache.hadoop.hbase.${name}`,
  ),
);

const ENCODINGS = new Set(['NONE', 'PREFIX', 'DIFF', 'FAST_DIFF', 'ROW_INDEX_V1']);

/** Whether the cells of this DATA_BLOCK_ENCODING can be read. */
export function isReadEncoding(name: string): boolean {
  return ENCODINGS.has(name);
}

/** How the cells of a file are laid out. @throws HFileCorrupt if the file info does not say it */
export function cellLayoutOf(trailer: HFileTrailer, info: FileInfo): CellLayout {
  const { comparator, fileInfoOffset } = trailer;
  const isMeta = META_COMPARATORS.has(comparator);
  if (!isMeta && !COMPARATORS.has(comparator)) {
    throw new HFileCorrupt('trailer', fileInfoOffset, `comparator ${JSON.stringify(comparator)} is unknown`);
  }
  const hasMvcc = integerOf(info, 'KEY_VALUE_VERSION', 4, fileInfoOffset) === 1n;
  const maxMvcc = integerOf(info, 'MAX_MEMSTORE_TS_KEY', 8, fileInfoOffset);
  if (hasMvcc && maxMvcc === undefined) {
    throw new HFileCorrupt('file info block', fileInfoOffset, 'KEY_VALUE_VERSION without MAX_MEMSTORE_TS_KEY');
  }
  return {
    hasTags: info.has('hfile.MAX_TAGS_LEN'),
    hasCompressedTags: (info.get('hfile.TAGS_COMPRESSED')?.[0] ?? 0) !== 0,
    mvcc: !hasMvcc ? 'none' : maxMvcc! > 0n ? 'vint' : 'zero',
    isOrdered: !isMeta,
  };
}
