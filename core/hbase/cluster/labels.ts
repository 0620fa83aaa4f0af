import { HBaseFormatError } from '../format-error.ts';
import type { LatestCell } from './latest-cells.ts';

/** A visibility label. Tags in cells have its ordinal, not its name. */
export interface Label {
  readonly ordinal: number;
  readonly name: string;
  /** Users and groups (`@name`) that may see it. */
  readonly auths: string[];
}

/** VisibilityUtils.SYSTEM_LABEL, which every cluster has. */
export const SYSTEM_LABEL = 'system';
/** VisibilityConstants.LABEL_QUALIFIER; every other column is the name of a user. */
const LABEL_QUALIFIER = 0;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * `hbase:labels`, family `f` (DefaultVisibilityLabelServiceImpl): row the ordinal as an int32; column one zero byte, the
 * label; other columns the users that have it. @throws HBaseFormatError
 */
export function readLabels(cells: readonly LatestCell[]): Label[] {
  const labels = new Map<number, { name: string | undefined; auths: string[] }>();
  for (const { row, qualifier, value } of cells) {
    if (row.length !== 4) throw new HBaseFormatError('hbase:labels', 0, `a row of ${row.length} bytes is no ordinal`);
    const ordinal = row.readInt32BE();
    const label = labels.get(ordinal) ?? { name: undefined, auths: [] };
    if (qualifier.length === 1 && qualifier[0] === LABEL_QUALIFIER) label.name = text(value);
    else label.auths.push(text(qualifier));
    labels.set(ordinal, label);
  }
  return [...labels].flatMap(([ordinal, { name, auths }]) =>
    // Authorizations whose label is not in the files: nothing is known of it.
    name === undefined ? [] : [{ ordinal, name, auths: auths.sort() }],
  );
}

function text(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new HBaseFormatError('hbase:labels', 0, 'a name that is not UTF-8');
  }
}
