import type { BackupId } from './backup-id.ts';
import { sha256 } from './digest.ts';
import { formatTableName, parseTableName, tablePath } from './hbase/table-name.ts';

/**
 * The id of a run that reads images: one execution, one id, so that a step that runs twice, and a redriven execution,
 * is the same restore (I10). `r` for restores, `v` for verifications. 80 bits: ids are never used twice (I5).
 */
export const runOf = (kind: 'r' | 'v', executionArn: string): string => `${kind}${sha256(executionArn).slice(0, 20)}`;

/** All snapshots that restores place begin so; rights on a target are narrowed to it. */
export const RESTORED = 'holdfast_';

/**
 * Names of the snapshots that a restore publishes, one a table: `holdfast_<backup id>_<ns>_<table>_<restore id>`. The
 * restore id makes the name one that nobody else publishes or clones. Two tables whose names run into one another
 * (`a_b:c`, `a:b_c`), and names too long for HBase, get a digest in the table's place.
 */
export function restoreSnapshotNames(image: BackupId, tables: readonly string[], restoreId: string): string[] {
  const named = (middle: string) => `${RESTORED}${image}_${middle}_${restoreId}`;
  const plain = tables.map((table) => named(tablePath(parseTableName(table)).replace('/', '_')));
  return plain.map((name, i) =>
    plain.indexOf(name) === plain.lastIndexOf(name) && Buffer.byteLength(name) <= 255
      ? name
      : named(sha256(formatTableName(parseTableName(tables[i] ?? ''))).slice(0, 16)),
  );
}

/** Whether a restore gave the name; only it uses it. */
export const isSnapshotOfRestore = (name: string, restoreId: string): boolean =>
  name.startsWith(RESTORED) && name.endsWith(`_${restoreId}`);

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

/**
 * What to type into the HBase shell when the snapshot is published. A restore changes no table by itself.
 * A table that is there already (`--overwrite`) is put back by `restore_snapshot` (HBase takes a fail-safe snapshot
 * before); under another name, which `restore_snapshot` cannot give, it is dropped and cloned anew.
 */
export function finishingCommand(restored: {
  readonly snapshot: string;
  readonly table: string;
  readonly target: string;
  readonly replaces: boolean;
}): string {
  const [snapshot, target] = [quoted(restored.snapshot), quoted(restored.target)];
  if (!restored.replaces) return `clone_snapshot ${snapshot}, ${target}`;
  return restored.table === restored.target
    ? `disable ${target}; restore_snapshot ${snapshot}; enable ${target}`
    : `disable ${target}; drop ${target}; clone_snapshot ${snapshot}, ${target}`;
}
