import { type Line, lineOf, trackerOf } from './store-file-tracker.ts';
import { attributeOf } from './table-change.ts';
import type { TableSchema } from './table-schema.ts';

/** What of a table's descriptor the HBase that opens it must know. Names are sorted, each stands there once. */
export interface DescriptorTraits {
  /** Classes. */
  readonly coprocessors: readonly string[];
  readonly compressions: readonly string[];
  readonly encodings: readonly string[];
  /** Families. */
  readonly encrypted: readonly string[];
  readonly mob: readonly string[];
  /** null: the descriptor says none. */
  readonly tracker: string | null;
  /** What shows of the HBase that wrote it. */
  readonly line: Line;
}

/** HConstants.CP_HTD_ATTR_KEY_PATTERN */
const COPROCESSOR = /^coprocessor\$\d+$/i;

export const coprocessorKeys = ({ attributes, configuration }: TableSchema): string[] =>
  [...new Set([...attributes.keys(), ...configuration.keys()])].filter((key) => COPROCESSOR.test(key));

export function traitsOf(schema: TableSchema): DescriptorTraits {
  const ofFamilies = (...names: readonly string[]): string[] =>
    schema.families.flatMap(({ name: family }) => names.map((name) => attributeOf(schema, family, name) ?? 'NONE'));
  const familiesWith = (name: string, isSo: (value: string) => boolean): string[] =>
    schema.families.flatMap(({ name: family }) => (isSo(attributeOf(schema, family, name) ?? '') ? [family] : []));
  return {
    // `path|class|priority|arguments`
    coprocessors: distinct(coprocessorKeys(schema).map((key) => attributeOf(schema, null, key)?.split('|')[1] ?? key)),
    compressions: distinct(
      ofFamilies('COMPRESSION', 'COMPRESSION_COMPACT', 'COMPRESSION_COMPACT_MAJOR', 'COMPRESSION_COMPACT_MINOR'),
    ),
    encodings: distinct(ofFamilies('DATA_BLOCK_ENCODING', 'INDEX_BLOCK_ENCODING')),
    encrypted: familiesWith('ENCRYPTION', (value) => value !== ''),
    mob: familiesWith('IS_MOB', (value) => value.toLowerCase() === 'true'),
    tracker: trackerOf(schema) ?? null,
    line: lineOf(schema),
  };
}

const distinct = (names: readonly string[]): string[] =>
  [...new Set(names.map((name) => name.trim()))].filter((name) => name !== 'NONE' && name !== '').sort();
