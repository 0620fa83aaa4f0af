/*
 * What HBase takes as the value of an attribute that it knows (TableDescriptorBuilder, ColumnFamilyDescriptorBuilder).
 * HBase checks none of it when a snapshot is cloned: a wrong value shows when no region of the table opens.
 */

/** What is wrong with a value; `undefined`: nothing. */
type Rule = (value: string) => string | undefined;

const MOST_INT = 2 ** 31 - 1;

const integer =
  (least: number, most = MOST_INT): Rule =>
  (value) =>
    /^-?\d{1,18}$/.test(value) && Number(value) >= least && Number(value) <= most
      ? undefined
      : `is a whole number from ${least} to ${most}`;
const oneOf =
  (...values: readonly string[]): Rule =>
  (value) =>
    values.includes(value) ? undefined : `is one of ${values.join(', ')}`;
const boolean = oneOf('true', 'false');
const text: Rule = (value) => (value === '' ? 'is a text' : undefined);
/** What the files that are restored say: another value would misread them, or only pretend. */
const fixed: Rule = () => 'cannot be changed by a restore: the files are written by it';

const compression = oneOf('NONE', 'GZ', 'SNAPPY', 'LZ4', 'LZO', 'ZSTD', 'BZIP2', 'LZMA', 'BROTLI');
const bytes = integer(1, Number.MAX_SAFE_INTEGER);

const TABLE: Readonly<Record<string, Rule>> = {
  COMPACTION_ENABLED: boolean,
  DURABILITY: oneOf('USE_DEFAULT', 'SKIP_WAL', 'ASYNC_WAL', 'SYNC_WAL', 'FSYNC_WAL'),
  ERASURE_CODING_POLICY: text,
  FLUSH_POLICY: text,
  IS_META: fixed,
  MAX_FILESIZE: bytes,
  MEMSTORE_FLUSHSIZE: bytes,
  MERGE_ENABLED: boolean,
  NORMALIZATION_ENABLED: boolean,
  NORMALIZER_TARGET_REGION_COUNT: integer(1),
  NORMALIZER_TARGET_REGION_SIZE: integer(1),
  NORMALIZER_TARGET_REGION_SIZE_MB: integer(1),
  OWNER: text,
  PRIORITY: integer(0),
  READONLY: boolean,
  REGION_MEMSTORE_REPLICATION: boolean,
  REGION_REPLICATION: integer(1, 32_767),
  SPLIT_ENABLED: boolean,
  SPLIT_POLICY: text,
};

const FAMILY: Readonly<Record<string, Rule>> = {
  BLOCKCACHE: boolean,
  BLOCKSIZE: integer(1),
  BLOOMFILTER: oneOf('NONE', 'ROW', 'ROWCOL', 'ROWPREFIX_FIXED_LENGTH'),
  CACHE_BLOOMS_ON_WRITE: boolean,
  CACHE_DATA_ON_WRITE: boolean,
  CACHE_INDEX_ON_WRITE: boolean,
  COMPRESSION: compression,
  COMPRESSION_COMPACT: compression,
  COMPRESSION_COMPACT_MAJOR: compression,
  COMPRESSION_COMPACT_MINOR: compression,
  COMPRESS_TAGS: boolean,
  DATA_BLOCK_ENCODING: oneOf('NONE', 'PREFIX', 'DIFF', 'FAST_DIFF', 'ROW_INDEX_V1'),
  DFS_REPLICATION: integer(0, 32_767),
  ENCRYPTION: fixed,
  ENCRYPTION_KEY: fixed,
  EVICT_BLOCKS_ON_CLOSE: boolean,
  INDEX_BLOCK_ENCODING: oneOf('NONE', 'PREFIX_TREE'),
  IN_MEMORY: boolean,
  IN_MEMORY_COMPACTION: oneOf('NONE', 'BASIC', 'EAGER', 'ADAPTIVE'),
  IS_MOB: fixed,
  KEEP_DELETED_CELLS: oneOf('FALSE', 'TRUE', 'TTL'),
  MIN_VERSIONS: integer(0),
  MOB_COMPACT_PARTITION_POLICY: oneOf('DAILY', 'WEEKLY', 'MONTHLY'),
  MOB_THRESHOLD: integer(0, Number.MAX_SAFE_INTEGER),
  NEW_VERSION_BEHAVIOR: boolean,
  PREFETCH_BLOCKS_ON_OPEN: boolean,
  REPLICATION_SCOPE: integer(0, 32_767),
  STORAGE_POLICY: text,
  TTL: integer(1),
  VERSIONS: integer(1),
};

/** TTL of cells that never expire, seconds. */
export const FOREVER_SECONDS = MOST_INT;

/** Settings of HBase and of users: with a small letter, a dot or a `$` in them, where HBase's own attributes are capitals. */
const isSetting = (name: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9_.$-]*$/.test(name) && /[a-z.$]/.test(name);

/** Why HBase would not take `value` as `name` of a table, or of a family; `undefined`: it would. `null` takes it away. */
export function attributeProblem(level: 'table' | 'family', name: string, value: string | null): string | undefined {
  if (isSetting(name)) return undefined;
  const [here, there] = level === 'table' ? [TABLE, FAMILY] : [FAMILY, TABLE];
  const rule = Object.hasOwn(here, name) ? here[name] : undefined;
  if (rule === undefined) {
    return Object.hasOwn(there, name)
      ? `${name} is an attribute of a ${level === 'table' ? 'family: TABLE:FAMILY.' : 'table: TABLE.'}${name}=VALUE`
      : `${name} is no attribute of a ${level}`;
  }
  const wrong = value === null && rule !== fixed ? undefined : rule(value ?? '');
  return wrong === undefined ? undefined : `${name} ${wrong}`;
}
