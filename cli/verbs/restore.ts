import { type Command, Option } from 'commander';
import { InvalidInput } from '../../core/errors/input-errors.ts';
import { parseRestoreInput } from '../../lambdas/contracts/restore-input.ts';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import { finishRestore } from '../finish-restore.ts';
import type { Output } from '../output.ts';
import { pointUntil } from '../point-until.ts';
import { restoreToFiles } from '../restore-to-files.ts';
import { descriptorLines, targetLine } from '../restored-descriptor-lines.ts';
import { runExecution } from '../run-execution.ts';
import { plural, sizeText } from '../text.ts';
import { typedPlace } from '../typed-place.ts';
import { given, type RunVerb, tableList, wholeNumber } from '../verb.ts';

/** Option → field of the input (docs/design.md, "Inputs"). */
const FIELDS = {
  table: 'tables',
  mapping: 'mapping',
  check: 'check',
  overwrite: 'overwrite',
  dryRun: 'dryRun',
  concurrency: 'concurrency',
  chunkObjects: 'chunkObjects',
  set: 'set',
  stripCoprocessors: 'stripCoprocessors',
  storeFileTracker: 'storeFileTracker',
  manifestLimit: 'manifestLimitBytes',
  ignoreLabels: 'ignoreLabels',
};

interface RestoreOptions {
  readonly until?: string;
  readonly target?: string;
  readonly bulkload?: string;
  readonly script?: string;
  readonly table?: readonly string[];
}

export function restoreVerb(program: Command, run: RunVerb): void {
  program
    .command('restore')
    .description(
      'places tables of a backup below an HBase root as snapshots, whole, and prints the HBase shell command that finishes it',
    )
    .argument('<root>', 'backup root')
    .argument('<id>', 'backup id, a prefix of one, or latest')
    .option('-t, --table <tables>', 'tables (default: all of the image)', tableList)
    .option('--target <uri>', "HBase's root directory in S3 to place them in")
    .option(
      '--until <time>',
      'of latest: the newest image that has the tables as of then or before; with zone, or epoch ms',
    )
    .addOption(
      new Option(
        '--bulkload <directory>',
        'instead of --target: a table as files for completebulkload, in a directory or s3://…',
      ).conflicts([...Object.keys(FIELDS).filter((option) => option !== 'table'), 'target']),
    )
    .option('-m, --mapping <tables>', 'names for the restored tables, in the order of -t', tableList)
    .option('--check', 'plan and verify, list what the target must have, touch nothing')
    .option(
      '--set <TABLE[:FAMILY].ATTRIBUTE=VALUE>',
      'gives the restored table, or family, another attribute; repeatable',
      (value: string, before: readonly string[] = []) => [...before, value],
    )
    .option('--strip-coprocessors', 'the restored tables have no coprocessors')
    .option('--store-file-tracker <name>', "DEFAULT or FILE (default: the target's, as far as it shows)")
    .option(
      '--manifest-limit <bytes>',
      "snapshot.manifest.size.limit of the target's HBase (default: 67108864)",
      wholeNumber,
    )
    .option(
      '--script <file>',
      'writes what finishes the restore as a script for hbase shell -n, with permissions and quotas',
    )
    .option('--ignore-labels', 'no cell has a visibility tag, or they may mean other labels in the target')
    .option('--overwrite', 'the tables may exist: the printed command replaces them')
    .option('--dry-run', 'plan only')
    .option('--concurrency <n>', 'chunks placed at once, at most 1000 (default: 8)', wholeNumber)
    .option('--chunk-objects <n>', 'files a chunk, at most 1000', wholeNumber)
    .addHelpText(
      'after',
      `
Examples:
  holdfast restore s3://acme-backups/prod latest --until 2026-11-23T14:00:00Z -t shop:orders --target s3://acme-hbase/restored
  holdfast restore s3://acme-backups/prod latest -t shop:orders --target s3://acme-hbase/restored -m shop:orders_restored
  holdfast restore s3://acme-backups/prod backup_1795539001120 --target s3://acme-hbase/restored --check
  holdfast restore s3://acme-backups/prod latest -t shop:orders --target s3://acme-hbase/restored --set shop:orders:d.TTL=FOREVER --strip-coprocessors`,
    )
    .action(async (typed: string, image: string, _options: unknown, command: Command) =>
      run(command, async ({ output, world, signal }, options) => {
        const { until, target, bulkload: directory, table: tables, script } = options as RestoreOptions;
        if (directory !== undefined) {
          return restoreToFiles({ output, world, signal }, { root: typed, image, until, tables, directory });
        }
        if (target === undefined) {
          throw new InvalidInput('target: is missing', '--target s3://…, or --bulkload DIR', { field: 'target' });
        }
        const place = { root: typedPlace(typed, 'root'), target: typedPlace(target, 'target') };
        const here = await world();
        const input = { ...place, image, ...given(options, FIELDS) };
        const asked = parseRestoreInput(input, { roots: here.stack.Roots, targets: here.stack.Targets });
        const { tables: named } = asked;
        input.image = await pointUntil({ output, world: here }, place.root, { image, until, tables: named });
        return runExecution<RestoredTables>({ output, signal }, here, {
          ...{ kind: 'restore', input },
          async succeeded(done) {
            sayRestored(output, done);
            await finishRestore(output, here, done, script);
            if (!done.published)
              output.note('Next', `the same command without ${options.dryRun ? '--dry-run' : '--check'}`);
            return 0;
          },
        });
      }),
    );
}

function sayRestored(output: Output, done: RestoredTables): void {
  const { image, published, tables, omitted } = done;
  output.say({
    type: 'restored',
    fields: done,
    line: [
      published ? 'Restored' : 'Checked',
      `${plural(tables.length + omitted, 'table')} of ${image}${published ? ` to ${done.target}` : ': can be restored; nothing was placed'}`,
    ],
  });
  output.note('Target', targetLine(done));
  for (const t of tables) {
    const how = published ? `  copied ${t.copied}, there already ${t.reused}` : '';
    output.note('', `${t.table}  ${plural(t.files, 'file')}  ${sizeText(t.bytes)}${how}`);
    for (const line of descriptorLines(t)) output.note('', `  ${line}`);
  }
  if (omitted > 0) output.note('More', `${plural(omitted, 'table')} and their commands are in ${done.summary}`);
}
