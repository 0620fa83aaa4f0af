import { HBaseFormatError } from '../format-error.ts';
import { parseLayoutPath } from '../layout.ts';
import { parseStoreFileName } from '../store-file-name.ts';

/** Where HBase's own tables lie below a root directory. */
export const SYSTEM_TABLES_PATH = 'data/hbase/';

/** Family that the content of each is in. */
export const DESCRIBED_TABLES = { namespace: 'info', acl: 'l', labels: 'f', quota: 'q' } as const;
export type DescribedTable = keyof typeof DESCRIBED_TABLES;

/**
 * Of paths below a root directory the store files that hold what a table of HBase's own has, whatever the region: the
 * file behind a reference lies in its parent's directory as long as somebody refers to it. Undefined: no such table.
 * @throws HBaseFormatError for a link, and for a reference whose file is not listed; the errors of names
 */
export function systemStoreFiles<T extends { readonly path: string }>(
  listed: readonly T[],
  table: DescribedTable,
): T[] | undefined {
  const prefix = `${SYSTEM_TABLES_PATH}${table}/`;
  const own = listed.filter(({ path }) => path.startsWith(prefix));
  if (own.length === 0) return undefined;
  const files = new Map<string, T>();
  const referred: string[] = [];
  for (const one of own) {
    const place = parseLayoutPath(one.path);
    if (place.kind !== 'store-file' || place.family !== DESCRIBED_TABLES[table]) continue;
    const name = parseStoreFileName(place.name);
    if (name.kind === 'hfile') files.set(`${place.region}/${place.name}`, one);
    else if (name.kind === 'reference' && name.base.kind === 'hfile')
      referred.push(`${name.parentRegion}/${name.base.name}`);
    else throw new HBaseFormatError(`hbase:${table}`, 0, `${place.name} leads to a file of another table`);
  }
  const lost = referred.find((name) => !files.has(name));
  if (lost !== undefined)
    throw new HBaseFormatError(`hbase:${table}`, 0, `a reference leads to ${lost}, which is not there`);
  return [...files.values()];
}
