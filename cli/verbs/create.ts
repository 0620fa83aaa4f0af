import { type Command, InvalidArgumentError } from 'commander';
import { InvalidInput } from '../../core/errors/input-errors.ts';
import type { FailureReason } from '../../core/items.ts';
import type { BackupSummary } from '../../lambdas/contracts/commit-backup.contract.ts';
import type { dryRunBackupContract } from '../../lambdas/contracts/dry-run-backup.contract.ts';
import { parseFullRequest } from '../../lambdas/contracts/full-request.ts';
import { parseIncrementalRequest } from '../../lambdas/contracts/incremental-request.ts';
import type { OutputOf } from '../../lambdas/contracts/step-contract.ts';
import { requireSet } from '../backup-set.ts';
import type { World } from '../compose.ts';
import { report } from '../failure.ts';
import type { Output } from '../output.ts';
import { runExecution } from '../run-execution.ts';
import { durationText, plural, sizeText, timeText } from '../text.ts';
import { typedPlace } from '../typed-place.ts';
import { given, type RunVerb, tableList, wholeNumber } from '../verb.ts';
import { repairCommand, whatIsSafe } from '../what-is-safe.ts';

type DryRun = OutputOf<typeof dryRunBackupContract>;

/** Which state machine makes it, and what it takes. */
const TYPES = {
  full: { kind: 'backup', parse: parseFullRequest },
  incremental: { kind: 'increment', parse: parseIncrementalRequest },
} as const;
const isType = (text: string): text is keyof typeof TYPES => Object.hasOwn(TYPES, text);

/** Option → field of the input (docs/design.md, "Inputs"). */
const FIELDS = {
  table: 'tables',
  all: 'all',
  snapshot: 'snapshots',
  standalone: 'standalone',
  fromSnapshot: 'fromSnapshot',
  wals: 'wals',
  includeActive: 'includeActive',
  clockMargin: 'clockMarginSeconds',
  until: 'until',
  orFull: 'orFull',
  dryRun: 'dryRun',
  concurrency: 'copyConcurrency',
  chunkObjects: 'chunkObjects',
};

const snapshotPair = (value: string, before: Record<string, string> = {}): Record<string, string> => {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('give TABLE=NAME');
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) };
};

export function createVerb(program: Command, run: RunVerb): void {
  program
    .command('create')
    .description('makes a backup of tables; either it exists whole, or nothing of it does')
    .argument('<type>', 'full, or incremental: what is new since the newest backup of each table')
    .argument('<root>', 'backup root, s3://bucket/prefix')
    .option(
      '-t, --table <tables>',
      'tables, separated by commas (default of incremental: all that the root has)',
      tableList,
    )
    .option('-s, --set <name>', 'the tables of a backup set (holdfast set)')
    .option('--all', 'every table of the source; incremental: every one that the root has')
    .requiredOption('--source <uri>', "HBase's root directory in S3 (hbase.rootdir)")
    .option(
      '--snapshot <TABLE=NAME>',
      'the snapshot to take of a table (default: its newest complete one)',
      snapshotPair,
    )
    .option('--standalone', 'full: copy every file, share none with older images')
    .option('--from-snapshot', 'incremental: a newer table snapshot is the end of it; without it, logs')
    .option('--wals <place>', 'S3 place of hbase.wal.dir (default: the source)')
    .option('--include-active', 'incremental from logs: read logs that are still written, as far as they go')
    .option('--clock-margin <seconds>', 'by how much the clocks of the servers may differ (default: 30)', wholeNumber)
    .option('--until <time>', 'incremental from logs: take nothing that was written later; with its zone, or epoch ms')
    .option('--or-full', 'incremental: take tables full that have no backup to follow on')
    .option('--dry-run', 'print the plan and its cost, do nothing')
    .option('--concurrency <n>', 'chunks copied at once, at most 10000 (default: 8)', wholeNumber)
    .option('--chunk-objects <n>', 'files a chunk, at most 1000', wholeNumber)
    .addHelpText(
      'after',
      `
Examples:
  holdfast create full s3://acme-backups/prod -t shop:orders,sensors --source s3://acme-hbase/root
  holdfast create full s3://acme-backups/prod --all --source s3://acme-hbase/root --dry-run
  holdfast create incremental s3://acme-backups/prod --source s3://acme-hbase/root --from-snapshot`,
    )
    .action(async (type: string, root: string, _options: unknown, command: Command) =>
      run(command, async ({ output, world, signal }, options) => {
        if (!isType(type)) {
          return report(output, {
            name: 'InvalidInput',
            message: `type: "${type}" is none of: full, incremental`,
            hint: 'holdfast create -h',
          });
        }
        const input = {
          root: typedPlace(root, 'root'),
          source: typedPlace(String(options.source), 'source'),
          ...given(options, FIELDS),
        };
        const here = await world();
        const { kind, parse } = TYPES[type];
        if (options.set !== undefined) {
          if (options.table ?? options.all)
            throw new InvalidInput('set: give one of -s, -t, --all', 'holdfast create -h', { field: 'set' });
          const { tables } = await requireSet(here, input.root, String(options.set));
          Object.assign(input, { tables: [...tables] });
        }
        const asked = parse(input, {
          roots: here.stack.Roots,
          sources: here.stack.Sources,
          logs: here.stack.Logs ?? [],
        });
        const until = 'until' in asked ? asked.until : undefined;
        const began = here.now();
        return runExecution<BackupSummary | DryRun>({ output, signal }, here, {
          ...{ kind, input },
          failed: (failure, ended) => tellFailure(here, output, input.root, failure, ended),
          succeeded(result) {
            if ('requests' in result) sayPlan(output, result, here.now());
            else sayCommitted(output, result, here.now() - began, until);
            return 0;
          },
        });
      }),
    );
}

/** What failed, whether anything of it is left, what is safe, and what to run. */
async function tellFailure(
  world: World,
  output: Output,
  root: string,
  failure: FailureReason,
  { status, executionArn }: { readonly status: string; readonly executionArn: string },
): Promise<number> {
  const { flag } = await world.table.readControl(root);
  const isRolledBack = status === 'FAILED' && flag?.executionArn !== executionArn;
  const code = report(output, failure, isRolledBack ? await whatWasUndone(world, root, executionArn) : '');
  output.note('Safe', await whatIsSafe(world, root));
  // Stopped by a repair: that one goes on.
  const next = failure.name === 'StoppedByRepair' ? `holdfast progress ${root} --follow` : repairCommand(root);
  if (flag && !failure.hint) output.note('Next', next);
  return code;
}

function sayCommitted(output: Output, s: BackupSummary, milliseconds: number, until: number | undefined): void {
  const shared = s.files - s.newFiles;
  const holders = s.holders.filter((h) => h !== s.id).join(', ');
  output.note(
    'Plan',
    `${plural(s.tables, 'table')}, ${plural(s.files, 'file')}, ${sizeText(s.bytes)}; ${s.newFiles} (${sizeText(s.newBytes)}) new, ${shared} referenced${shared > 0 && holders ? ` in ${holders}` : ''}`,
  );
  output.note('Verify', `${s.files} of ${plural(s.files, 'file')}: count, size, ETag equal; sources unchanged`);
  output.say({
    type: 'committed',
    fields: { ...s, milliseconds },
    line: [
      'Committed',
      `${s.id}  ${s.type === 'FULL' ? 'full' : `incremental on ${s.parents.join(', ')}`}  ${plural(s.tables, 'table')}  restorable at ${timeText(s.positionTo)}  (${durationText(milliseconds)})`,
    ],
  });
  if (until !== undefined && s.positionTo < until) {
    output.note(
      'Until',
      `the logs go no further; roll them and run it again for what was written up to ${timeText(until)}`,
    );
  }
}

/** By the history: only an execution that began a session has something to undo, and only FAILED is rolled back. */
async function whatWasUndone(world: World, root: string, arn: string): Promise<string> {
  for await (const session of world.table.listSessions(root)) {
    if (session.executionArn !== arn) continue;
    return session.state === 'FAILED'
      ? 'destination cleaned, system table restored, flag removed: nothing of this backup is left'
      : '';
  }
  return 'nothing: it had not begun';
}

/** Compactions are paid for again: what they wrote is new, though its cells may be old. */
const rewrittenText = (of: { readonly rewrittenFiles: number; readonly rewrittenBytes: number }): string =>
  of.rewrittenFiles === 0
    ? ''
    : `; ${of.rewrittenFiles} (${sizeText(of.rewrittenBytes)}) of before were rewritten since`;

function sayPlan(output: Output, plan: DryRun, nowMs: number): void {
  output.say({
    type: 'plan',
    fields: plan,
    line: [
      'Plan',
      `${plural(plan.tables.length, 'table')}, ${plural(plan.files, 'file')}, ${sizeText(plan.bytes)}; ${plural(plan.newFiles, 'file')} (${sizeText(plan.newBytes)}) new${rewrittenText(plan)}\n` +
        `about ${plan.requests.copy} CopyObject, ${plan.requests.list} LIST: $${plan.requestCost.toFixed(4)}; $${plan.storageCostPerMonth.toFixed(4)} a month in S3 Standard`,
    ],
  });
  if (plan.logs)
    output.note(
      'Logs',
      `${plural(plan.logs.count, 'log')}, ${sizeText(plan.logs.bytes)}, are read; what they come to is not known before`,
    );
  for (const t of plan.tables) {
    output.note(
      '',
      `${t.table}  ${t.snapshot ? `snapshot ${t.snapshot} (${t.snapshotType}, ${durationText(nowMs - t.position)} old)` : `logs up to ${timeText(t.position)}`}  ${plural(t.files, 'file')} ${sizeText(t.bytes)}, new ${t.newFiles} (${sizeText(t.newBytes)})${rewrittenText(t)}${t.parent ? `, follows on ${t.parent}` : t.base ? `, full, shares with ${t.base}` : ', full'}`,
    );
  }
  output.note('Next', 'the same command without --dry-run');
}
