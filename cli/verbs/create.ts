import { type Command, InvalidArgumentError, Option } from 'commander';
import type { BackupSummary } from '../../lambdas/contracts/commit-backup.contract.ts';
import type { World } from '../compose.ts';
import { executionFailure, report } from '../failure.ts';
import { type Ended, followExecution } from '../follow.ts';
import type { Output } from '../output.ts';
import { consoleUrl, startExecution } from '../start-execution.ts';
import { durationText, plural, sizeText, timeText } from '../text.ts';
import { typedPlace } from '../typed-place.ts';
import { DETACHED, type RunVerb, tableList } from '../verb.ts';

interface CreateOptions {
  readonly table?: string[];
  readonly all?: boolean;
  readonly source: string;
  readonly snapshot?: Record<string, string>;
  readonly standalone?: boolean;
  readonly dryRun?: boolean;
  readonly concurrency?: number;
  readonly chunkObjects?: number;
}

const snapshotPair = (value: string, before: Record<string, string> = {}): Record<string, string> => {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('give TABLE=NAME');
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) };
};

const number = (value: string): number => {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('give a number');
  return Number(value);
};

export function createVerb(program: Command, run: RunVerb): void {
  program
    .command('create')
    .description('makes a backup of tables; either it exists whole, or nothing of it does')
    .argument('<type>', 'full')
    .argument('<root>', 'backup root, s3://bucket/prefix')
    .option('-t, --table <tables>', 'tables, separated by commas', tableList)
    .option('--all', 'every table of the source')
    .requiredOption('--source <uri>', "HBase's root directory in S3 (hbase.rootdir)")
    .option(
      '--snapshot <TABLE=NAME>',
      'the snapshot to take of a table (default: its newest complete one)',
      snapshotPair,
    )
    .option('--standalone', 'copy every file, share none with older images')
    .option('--dry-run', 'print the plan and its cost, do nothing')
    .option('--concurrency <n>', 'chunks copied at once', number)
    .addOption(new Option('--chunk-objects <n>', 'files a chunk, at most 1000').argParser(number))
    .addHelpText(
      'after',
      `
Examples:
  holdfast create full s3://acme-backups/prod -t shop:orders,sensors --source s3://acme-hbase/root
  holdfast create full s3://acme-backups/prod --all --source s3://acme-hbase/root --dry-run`,
    )
    .action(async (type: string, root: string, _options: unknown, command: Command) =>
      run(command, async ({ output, world, signal }, options) => {
        if (type !== 'full') {
          return report(output, {
            name: 'InvalidInput',
            message: `type: "${type}" is none of: full`,
            hint: 'holdfast create full -h',
          });
        }
        const here = await world();
        const typed = inputOf(root, options as unknown as CreateOptions);
        const began = here.now();
        const arn = await startExecution(here, here.stack.FullBackupStateMachine, typed, 'backup');
        output.say({
          type: 'execution',
          fields: { execution_arn: arn, console: consoleUrl(arn) },
          line: ['Execution', consoleUrl(arn)],
        });
        const ended = await followExecution(here, output, arn, typed.root, signal);
        if (ended === 'detached') {
          output.say({
            type: 'detached',
            fields: { execution_arn: arn },
            line: ['Detached', `the backup goes on. holdfast progress ${root} --follow`],
          });
          return DETACHED;
        }
        return finish(here, output, typed.root, arn, ended, began);
      }),
    );
}

function inputOf(root: string, options: CreateOptions) {
  return {
    root: typedPlace(root, 'root'),
    source: typedPlace(options.source, 'source'),
    ...(options.table ? { tables: options.table } : {}),
    ...(options.all ? { all: true } : {}),
    ...(options.snapshot ? { snapshots: options.snapshot } : {}),
    ...(options.standalone ? { standalone: true } : {}),
    ...(options.dryRun ? { dryRun: true } : {}),
    ...(options.concurrency ? { copyConcurrency: options.concurrency } : {}),
    ...(options.chunkObjects ? { chunkObjects: options.chunkObjects } : {}),
  };
}

async function finish(world: World, output: Output, root: string, arn: string, ended: Ended, began: number) {
  if (ended.status !== 'SUCCEEDED') {
    const failure = executionFailure(
      ended.error ?? (ended.status === 'ABORTED' ? 'Stopped' : ended.status),
      ended.cause,
    );
    const { flag } = await world.table.readControl(root);
    const undone = ended.status === 'FAILED' && flag?.executionArn !== arn ? await whatWasUndone(world, root, arn) : '';
    const code = report(output, failure, undone);
    const { safe, next } = await whatIsSafe(world, root);
    output.note('Safe', safe);
    if (flag && !failure.hint) output.note('Next', next);
    return code;
  }
  if ((ended.output as { requests?: unknown }).requests) {
    sayPlan(output, ended.output as DryRun);
    return 0;
  }
  const s = ended.output as BackupSummary;
  const shared = s.files - s.newFiles;
  output.note(
    'Plan',
    `${plural(s.tables, 'table')}, ${plural(s.files, 'file')}, ${sizeText(s.bytes)}; ${s.newFiles} (${sizeText(s.newBytes)}) new, ${shared} referenced${s.holders.length > 0 && shared > 0 ? ` in ${s.holders.filter((h) => h !== s.id).join(', ')}` : ''}`,
  );
  output.note('Verify', `${s.files} of ${plural(s.files, 'file')}: count, size, ETag equal; sources unchanged`);
  output.say({
    type: 'committed',
    fields: { ...s, milliseconds: world.now() - began },
    line: [
      'Committed',
      `${s.id}  full  ${plural(s.tables, 'table')}  restorable at ${timeText(s.positionTo)}  (${durationText(world.now() - began)})`,
    ],
  });
  return 0;
}

/** By the history: only an execution that began a session has something to undo, and only FAILED is rolled back. */
async function whatWasUndone(world: World, root: string, arn: string): Promise<string> {
  for await (const session of world.table.listSessions(root)) {
    if (session.executionArn !== arn) continue;
    return session.state === 'FAILED'
      ? 'destination cleaned, system table restored, flag removed: nothing of this backup is left'
      : '';
  }
  return 'nothing: no session of it is in the history';
}

interface DryRun {
  readonly tables: readonly {
    table: string;
    snapshot: string;
    files: number;
    bytes: number;
    newFiles: number;
    newBytes: number;
    base: string | null;
  }[];
  readonly files: number;
  readonly bytes: number;
  readonly newFiles: number;
  readonly newBytes: number;
  readonly requests: { readonly copy: number; readonly list: number };
  readonly requestCost: number;
  readonly storageCostPerMonth: number;
}

function sayPlan(output: Output, plan: DryRun): void {
  output.say({
    type: 'plan',
    fields: plan,
    line: [
      'Plan',
      `${plural(plan.tables.length, 'table')}, ${plural(plan.files, 'file')}, ${sizeText(plan.bytes)}; ${plural(plan.newFiles, 'file')} (${sizeText(plan.newBytes)}) new\n` +
        `about ${plan.requests.copy} CopyObject, ${plan.requests.list} LIST: $${plan.requestCost.toFixed(4)}; $${plan.storageCostPerMonth.toFixed(4)} a month in S3 Standard`,
    ],
  });
  for (const t of plan.tables) {
    output.note(
      '',
      `${t.table}  snapshot ${t.snapshot}  ${plural(t.files, 'file')} ${sizeText(t.bytes)}, new ${t.newFiles} (${sizeText(t.newBytes)})${t.base ? `, shares with ${t.base}` : ''}`,
    );
  }
  output.note('Next', 'the same command without --dry-run');
}

/** What the operator asks first: is my data safe, and what do I run? */
export async function whatIsSafe(world: World, root: string): Promise<{ safe: string; next: string }> {
  let complete = 0;
  let newest: { id: string; at: number } | undefined;
  for await (const image of world.table.listImages(root)) {
    if (image.state !== 'COMPLETE') continue;
    complete++;
    if (!newest || image.positionTo > newest.at) newest = { id: image.id, at: image.positionTo };
  }
  const age = newest && durationText(world.now() - newest.at);
  const safe = newest
    ? `${plural(complete, 'COMPLETE backup')} untouched; the newest is ${newest.id} (${age} old)`
    : `${root} has no COMPLETE backup${world.stack.Roots.includes(root) ? '' : `, and is no root of this stack: those are ${world.stack.Roots.join(', ')}`}`;
  return { safe, next: `holdfast repair ${root}        (--dry-run shows what it would do)` };
}
