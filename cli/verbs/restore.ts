import type { Command } from 'commander';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import { executionFailure, report } from '../failure.ts';
import { followExecution } from '../follow.ts';
import { consoleUrl, startExecution } from '../start-execution.ts';
import { plural, sizeText } from '../text.ts';
import { typedPlace } from '../typed-place.ts';
import { DETACHED, type RunVerb, tableList } from '../verb.ts';

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
    .addHelpText(
      'after',
      `
Examples:
  holdfast restore s3://acme-backups/prod latest -t shop:orders --target s3://acme-hbase/root -m shop:orders_restored
  holdfast restore s3://acme-backups/prod backup_1795539001120 --target s3://acme-hbase/root --check`,
    )
    .action(async (typed: string, image: string, _options: unknown, command: Command) =>
      run(command, async ({ output, world, signal }, options) => {
        const here = await world();
        const root = typedPlace(typed, 'root');
        const input = {
          root,
          image,
          target: typedPlace(String(options.target), 'target'),
          ...(options.table ? { tables: options.table } : {}),
          ...(options.mapping ? { mapping: options.mapping } : {}),
          ...(options.check ? { check: true } : {}),
          ...(options.overwrite ? { overwrite: true } : {}),
          ...(options.dryRun ? { dryRun: true } : {}),
        };
        const arn = await startExecution(here, here.stack.RestoreStateMachine, input, 'restore');
        output.say({
          type: 'execution',
          fields: { execution_arn: arn, console: consoleUrl(arn) },
          line: ['Execution', arn],
        });
        const ended = await followExecution(here, output, arn, root, signal);
        if (ended === 'detached') {
          output.note('Detached', `the restore goes on: ${consoleUrl(arn)}`);
          return DETACHED;
        }
        if (ended.status !== 'SUCCEEDED')
          return report(output, executionFailure(ended.error ?? ended.status, ended.cause));
        const done = ended.output as RestoredTables;
        output.say({
          type: 'restored',
          fields: done,
          line: [
            done.published ? 'Restored' : 'Checked',
            `${plural(done.tables.length + done.omitted, 'table')} of ${done.image}${done.published ? ` to ${done.target}` : ': can be restored; nothing was placed'}`,
          ],
        });
        for (const t of done.tables) {
          output.note(
            '',
            `${t.table}  ${plural(t.files, 'file')}  ${sizeText(t.bytes)}${done.published ? `  copied ${t.copied}, there already ${t.reused}` : ''}`,
          );
        }
        if (done.published) output.note('Next', `in the HBase shell:\n${done.tables.map((t) => t.command).join('\n')}`);
        return 0;
      }),
    );
}
