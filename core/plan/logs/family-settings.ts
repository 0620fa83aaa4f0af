import { TableRefused } from '../../errors/log-errors.ts';
import { type FamilyBloom, familyBloom } from '../../hbase/family-bloom.ts';
import { isReadEncoding } from '../../hbase/hfile/cell-layout.ts';
import type { WriterCompression } from '../../hbase/hfile/compress.ts';
import { attributeText, type FamilySchema, type TableSchema } from '../../hbase/table-schema.ts';

/** How the HFiles of a family are written. */
export interface FamilySettings extends FamilyBloom {
  readonly name: string;
  readonly compression: WriterCompression;
  readonly blockBytes: number;
  readonly isMob: boolean;
}

/** What does not stand in the descriptor, as the family's own files have it; undefined: they do not say. */
export interface FamilyTraits {
  readonly zstdFraming: 'ZSTD' | 'ZSTD framed' | undefined;
  readonly bloomPrefixBytes: number | undefined;
}

const DEFAULT_BLOCK_BYTES = 65_536;
const MOST_BLOCK_BYTES = 64 * 1024 * 1024;
/** HBase's names. ZSTD has two framings, and which one its cluster reads its own files show; unknown: GZ, which all read. */
const COMPRESSIONS: Readonly<Record<string, WriterCompression>> = {
  NONE: 'NONE',
  GZ: 'GZ',
  SNAPPY: 'SNAPPY',
  LZ4: 'LZ4',
  ZSTD: 'GZ',
};
const NEXT = 'back it up from snapshots (--from-snapshot), or leave it out with -t';

/** Whether the family's own files are to be looked at, since the descriptor does not say all. */
export const isToldByFiles = (table: TableSchema, family: FamilySchema): boolean =>
  attributeText(family.attributes, 'COMPRESSION')?.toUpperCase() === 'ZSTD' ||
  familyBloom(table, family, 1).bloom !== familyBloom(table, family, undefined).bloom;

/**
 * How new files of a table's families are written, in the descriptor's order.
 * @throws TableRefused for a table whose edits are not in the logs, or whose files could not be read or written
 */
export function familySettings(
  schema: TableSchema,
  table: string,
  traits: ReadonlyMap<string, FamilyTraits> = new Map(),
): FamilySettings[] {
  const durability = attributeText(schema.attributes, 'DURABILITY') ?? 'USE_DEFAULT';
  if (durability === 'SKIP_WAL') throw refused(table, 'has DURABILITY SKIP_WAL: its edits are in no log');
  return schema.families.map((family) => settingsOf(schema, family, table, traits.get(family.name)));
}

function settingsOf(
  schema: TableSchema,
  family: FamilySchema,
  table: string,
  traits: FamilyTraits | undefined,
): FamilySettings {
  const { name, attributes } = family;
  const text = (key: string, otherwise: string) => attributeText(attributes, key) ?? otherwise;
  const encryption = text('ENCRYPTION', '');
  if (encryption !== '') throw refused(table, `family ${name} has ENCRYPTION ${encryption}: its key is not backed up`);
  const named = text('COMPRESSION', 'NONE').toUpperCase();
  const compression = Object.hasOwn(COMPRESSIONS, named) ? COMPRESSIONS[named] : undefined;
  if (compression === undefined)
    throw refused(table, `family ${name} has COMPRESSION ${named}, which is not written here`);
  const encoding = text('DATA_BLOCK_ENCODING', 'NONE').toUpperCase();
  if (!isReadEncoding(encoding)) {
    throw refused(table, `family ${name} has DATA_BLOCK_ENCODING ${encoding}, which is not read here`);
  }
  const blockBytes = Number(text('BLOCKSIZE', String(DEFAULT_BLOCK_BYTES)));
  const isSize = Number.isSafeInteger(blockBytes) && blockBytes > 0 && blockBytes <= MOST_BLOCK_BYTES;
  return {
    name,
    compression: (named === 'ZSTD' && traits?.zstdFraming) || compression,
    blockBytes: isSize ? blockBytes : DEFAULT_BLOCK_BYTES,
    ...familyBloom(schema, family, traits?.bloomPrefixBytes),
    isMob: text('IS_MOB', 'false').toLowerCase() === 'true',
  };
}

const refused = (table: string, why: string) => new TableRefused(`${table}: ${why}`, NEXT, { table });
