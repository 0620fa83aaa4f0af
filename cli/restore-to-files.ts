import { InvalidInput } from '../core/errors/input-errors.ts';
import { formatTableName, parseTableName } from '../core/hbase/table-name.ts';
import { refuseIfOwnerIsGone } from '../lambdas/operations/refuse-if-owner-is-gone.ts';
import { bulkLoad } from './bulk-load.ts';
import { pointUntil } from './point-until.ts';
import { knownRoot } from './typed-place.ts';
import type { VerbContext } from './verb.ts';

/**
 * `restore --bulkload`: a whole table of an image as files for completebulkload, as scan writes rows of one. It starts no
 * execution and touches no target.
 * @throws InvalidInput; RepairRequired, as any restore (R7); as bulkLoad
 */
export async function restoreToFiles(
  { output, world, signal }: VerbContext,
  typed: {
    readonly root: string;
    readonly image: string;
    readonly until: string | undefined;
    readonly tables: readonly string[] | undefined;
    readonly directory: string;
  },
): Promise<number> {
  const [name, ...others] = typed.tables ?? [];
  if (name === undefined || others.length > 0) {
    throw new InvalidInput('tables: --bulkload writes the files of one table', '-t TABLE, and a directory each', {
      field: 'tables',
    });
  }
  const table = formatTableName(parseTableName(name));
  const here = await world();
  const root = await knownRoot(here, typed.root);
  await refuseIfOwnerIsGone(here, root);
  const image = await pointUntil({ output, world: here }, root, { ...typed, tables: [table] });
  const { directory } = typed;
  return bulkLoad(
    { output, world: here, signal },
    { root, image, table, rows: { isRaw: false }, limit: Number.POSITIVE_INFINITY, directory },
  );
}
