import type { BloomType } from './hfile/bloom-writer.ts';
import { attributeText, type FamilySchema, type TableSchema } from './table-schema.ts';

/** The filter that a family's files have. */
export interface FamilyBloom {
  readonly bloom: BloomType;
  /** Of ROWPREFIX_FIXED_LENGTH alone. */
  readonly bloomPrefixBytes?: number | undefined;
}

/** BloomFilterUtil.PREFIX_LENGTH_KEY */
const PREFIX_LENGTH = 'RowPrefixBloomFilter.prefix_length';
/** HConstants.MAX_ROW_LENGTH */
const MOST_ROW_BYTES = 32_767;

/**
 * The family's BLOOMFILTER. The length of a prefix may stand in the family, the table, or the servers' configuration,
 * where it is not seen: then it is `ownPrefixBytes`, what the family's own files have. Unknown: no filter; such a file is
 * read as well, slower.
 */
export function familyBloom(
  table: Pick<TableSchema, 'attributes' | 'configuration'>,
  family: FamilySchema,
  ownPrefixBytes: number | undefined,
): FamilyBloom {
  const bloom = attributeText(family.attributes, 'BLOOMFILTER')?.toUpperCase() ?? 'ROW';
  if (bloom === 'ROW' || bloom === 'ROWCOL') return { bloom };
  if (bloom !== 'ROWPREFIX_FIXED_LENGTH') return { bloom: 'NONE' };
  const bloomPrefixBytes = describedPrefixBytes(table, family) ?? ownPrefixBytes;
  return bloomPrefixBytes === undefined ? { bloom: 'NONE' } : { bloom, bloomPrefixBytes };
}

/** In the order of StoreUtils.createStoreConfiguration: the last one that is set counts. */
function describedPrefixBytes(
  table: Pick<TableSchema, 'attributes' | 'configuration'>,
  family: FamilySchema,
): number | undefined {
  const text =
    attributeText(family.attributes, PREFIX_LENGTH) ??
    family.configuration.get(PREFIX_LENGTH) ??
    attributeText(table.attributes, PREFIX_LENGTH) ??
    table.configuration.get(PREFIX_LENGTH);
  const bytes = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0;
  return bytes > 0 && bytes <= MOST_ROW_BYTES ? bytes : undefined;
}
