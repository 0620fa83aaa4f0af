import type { Command } from 'commander';
import { parseRestoreInput } from '../../lambdas/contracts/restore-input.ts';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import type { Output } from '../output.ts';
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
};

export function restoreVerb(program: Command, run: RunVerb): void {
  program
    .command('restore')
    .description(
      'places tables of a backup below an HBase root as snapshots, whole, and prints the HBase shell command that finishes it',
    )
    .argument('<root>', 'backup root')
    .argument('<id>', 'backup id, a prefix of one, or latest')
    .option('-t, --table <tables>', 'tables (default: all of the image)', tableList)
    .requiredOption('--target <uri>', "HBase's root directory in S3 to place them in")
    .option('-m, --mapping <tables>', 'names for the restored tables, in the order of -t', tableList)
    .option('--check', 'plan and verify, touch nothing')
    .option('--overwrite', 'the tables may exist: the printed command replaces them')
    .option('--dry-run', 'plan only')
    .option('--concurrency <n>', 'chunks placed at once, at most 1000 (default: 8)', wholeNumber)
    .option('--chunk-objects <n>', 'files a chunk, at most 1000', wholeNumber)
    .addHelpText(
      'after',
      `
Examples:
  holdfast restore s3://acme-backups/prod latest -t shop:orders --target s3://acme-hbase/restored -m shop:orders_restored
  holdfast restore s3://acme-backups/prod backup_1795539001120 --target s3://acme-hbase/restored --check`,
    )
    .action(async (typed: string, image: string, _options: unknown, command: Command) =>
      run(command, async ({ output, world, signal }, options) => {
        const root = typedPlace(typed, 'root');
        const target = typedPlace(String(options.target), 'target');
        const input = { root, image, target, ...given(options, FIELDS) };
        const here = await world();
        parseRestoreInput(input, { roots: here.stack.Roots, targets: here.stack.Targets });
        return runExecution<RestoredTables>({ output, signal }, here, {
          ...{ kind: 'restore', input },
          succeeded(done) {
            sayRestored(output, done);
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
  for (const t of tables) {
    const how = published ? `  copied ${t.copied}, there already ${t.reused}` : '';
    output.note('', `${t.table}  ${plural(t.files, 'file')}  ${sizeText(t.bytes)}${how}`);
  }
  if (published) output.note('Next', `in the HBase shell:\n${tables.map((t) => t.command).join('\n')}`);
  if (omitted > 0) output.note('More', `${plural(omitted, 'table')} and their commands are in ${done.summary}`);
}
