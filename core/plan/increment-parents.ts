import { NoFullBackup, NothingToBackUp } from '../errors/chain-errors.ts';
import { NAMED, nameSome } from '../name-some.ts';
import type { Base } from './newest-bases.ts';

/** What an increment is asked for. */
export interface WantedIncrement {
  readonly root: string;
  readonly source: string;
  readonly tables: readonly string[];
  /** Whether a table that has nothing to follow on is taken full instead. */
  readonly orFull: boolean;
}

/** @throws NoFullBackup naming the tables that have nothing to follow on, unless they may be taken full */
export function requireParents(wanted: WantedIncrement, parents: ReadonlyMap<string, Base>): void {
  const without = wanted.orFull ? [] : wanted.tables.filter((table) => !parents.has(table));
  if (without.length === 0) return;
  const { root, source } = wanted;
  throw new NoFullBackup(
    `${root} has no COMPLETE backup of ${nameSome(without)} from ${source} that an increment could follow on`,
    `holdfast create full ${root} -t ${nameSome(without, ',')} --source ${source}; or the same command with --or-full, which takes a full of them ("orFull": true)`,
    { tables: without.slice(0, NAMED), count: without.length },
  );
}

/** All tables were asked for, and the root has none of the source. */
export function noTableAtAll({ root, source }: { readonly root: string; readonly source: string }): NoFullBackup {
  return new NoFullBackup(
    `${root} has no COMPLETE backup of any table of ${source} that an increment could follow on`,
    `holdfast create full ${root} --all --source ${source}`,
    { count: 0 },
  );
}

/**
 * The end of an increment must be newer than what its table has: an older snapshot would make the newest image of the
 * table one that goes back in time.
 * @throws NothingToBackUp naming each such snapshot and its time
 */
export function requireNewer(
  snapshots: readonly { readonly table: string; readonly snapshot: string; readonly creationMs: number }[],
  parents: ReadonlyMap<string, Base>,
): void {
  const stale = snapshots.flatMap(({ table, snapshot, creationMs }) => {
    const parent = parents.get(table);
    if (parent === undefined || creationMs > parent.row.position) return [];
    const { image, row } = parent;
    return [
      {
        table,
        says: `${table}: snapshot ${snapshot} is of ${timeOf(creationMs)}, and ${image.id} has the table as of ${timeOf(row.position)}`,
      },
    ];
  });
  if (stale.length === 0) return;
  throw new NothingToBackUp(
    nameSome(
      stale.map(({ says }) => says),
      '; ',
    ),
    `in the HBase shell: ${nameSome(
      stale.map(({ table }) => `snapshot '${table}', 'NAME'`),
      '; ',
    )}; then the same command, or name the other tables with -t`,
    { tables: stale.slice(0, NAMED).map(({ table }) => table), count: stale.length },
  );
}

/** A `Date` ends at 8.64e15 ms, before the safe integers do. */
const timeOf = (ms: number): string => (ms <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`);
