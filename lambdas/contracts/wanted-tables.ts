import { InvalidInput } from '../../core/errors/input-errors.ts';
import { formatTableName, InvalidTableName, parseTableName } from '../../core/hbase/table-name.ts';
import { MOST_TABLES, tooManyTables } from '../../core/plan/most-tables.ts';

/**
 * The tables of a backup, sorted, as HBase spells them, and the snapshots named for some of them. `null`: all.
 * @throws InvalidInput naming the field
 */
export function wantedTables(input: {
  readonly tables?: readonly string[] | undefined;
  readonly all?: true | undefined;
  readonly snapshots?: Readonly<Record<string, string>> | undefined;
}): { readonly tables: string[] | null; readonly snapshots: Record<string, string> } {
  if (input.all && input.tables) {
    throw new InvalidInput('all: cannot be given together with tables', 'leave one of them out', { field: 'all' });
  }
  if ((input.tables?.length ?? 0) > MOST_TABLES) throw tooManyTables(`${input.tables?.length} are named`);
  const tables = input.tables?.map((name, i) => canonical(name, `tables.${i}`)).sort() ?? null;
  const twice = tables?.find((name, i) => name === tables[i - 1]);
  if (twice !== undefined)
    throw new InvalidInput(`tables: ${twice} is named twice`, 'name it once', { field: 'tables' });
  const snapshots = Object.fromEntries(
    Object.entries(input.snapshots ?? {}).map(([t, s]) => [canonical(t, 'snapshots'), s]),
  );
  const stray = Object.keys(snapshots).find((table) => tables !== null && !tables.includes(table));
  if (stray === undefined) return { tables, snapshots };
  throw new InvalidInput(`snapshots: ${stray} is not among the tables`, 'name the table in tables too', {
    field: 'snapshots',
  });
}

function canonical(name: string, field: string): string {
  try {
    return formatTableName(parseTableName(name));
  } catch (error) {
    if (!(error instanceof InvalidTableName)) throw error;
    throw new InvalidInput(`${field}: ${error.message}`, error.hint, { field });
  }
}
