import { DescribeExecutionCommand, GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import { indexKey, workPrefix } from '../core/stack-layout.ts';
import type { World } from './compose.ts';
import type { Output } from './output.ts';

/** How an execution ended. */
export interface Ended {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly output: unknown;
  readonly error: string | undefined;
  readonly cause: string | undefined;
}

/** The states whose progress has numbers, by the map that the index in the work bucket belongs to. */
const MAPS: Readonly<Record<string, 'copy'>> = { CopyFiles: 'copy' };

const PHASES: Readonly<Record<string, string>> = {
  PlanBackup: 'Plan',
  CopyFiles: 'Copy',
  VerifyFiles: 'Verify',
  SealManifest: 'Seal',
  CommitBackup: 'Commit',
  TakeOver: 'Roll back',
  PlanRestore: 'Plan',
  PlaceFiles: 'Place',
  PublishSnapshots: 'Publish',
  VerifyImageFiles: 'Verify',
};

const POLL_MS = 300;

/**
 * Follows an execution until it ends, telling its phases and progress. Only reads: to stop following is to detach.
 */
export async function followExecution(
  world: World,
  output: Output,
  executionArn: string,
  root: string,
  signal: AbortSignal,
): Promise<Ended | 'detached'> {
  let phase = '';
  let plan:
    | { chunks: number; files: number; bytes: number; perChunk: Map<string, { files: number; bytes: number }> }
    | undefined;
  for (let wait = POLL_MS; ; wait = Math.min(wait * 1.2, 5_000)) {
    if (signal.aborted) return 'detached';
    const { status, output: text, error, cause } = await world.sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING' && status !== 'PENDING_REDRIVE') {
      const ended = (status ?? 'FAILED') as Ended['status'];
      return { status: ended, output: text === undefined ? undefined : JSON.parse(text), error, cause };
    }
    const state = await currentState(world, executionArn);
    if (state && state !== phase) {
      phase = state;
      wait = POLL_MS;
      const named = PHASES[state];
      // Copying has a line, or a bar, of its own.
      const line = named && !MAPS[state] && !output.isJson ? ([named, 'under way'] as const) : undefined;
      output.say({ type: 'phase', fields: { state, phase: named ?? state }, ...(line ? { line } : {}) });
    }
    if (MAPS[phase]) {
      plan ??= await readPlan(world, root, executionArn);
      if (plan) await tellProgress(world, output, root, executionArn, plan);
    }
    await world.sleep(wait);
  }
}

/** The state that was entered last, in the parent execution. */
export async function currentState(world: World, executionArn: string): Promise<string | undefined> {
  const { events } = await world.sfn.send(
    new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 20 }),
  );
  return events?.find((e) => e.stateEnteredEventDetails)?.stateEnteredEventDetails?.name;
}

async function sessionOf(world: World, root: string, executionArn: string): Promise<string | undefined> {
  const { flag } = await world.table.readControl(root);
  return flag?.executionArn === executionArn ? flag.sessionId : undefined;
}

async function readPlan(world: World, root: string, executionArn: string) {
  const session = await sessionOf(world, root, executionArn);
  if (session === undefined) return undefined;
  const index = await world.objects.get(world.stack.WorkBucket, indexKey(workPrefix(root, session), 'copy'), 64 << 20);
  if (!index) return undefined;
  const lines = Buffer.from(index.bytes).toString('utf8').split('\n').filter(Boolean);
  const perChunk = new Map<string, { files: number; bytes: number }>();
  for (const line of lines) {
    const { chunk, files, bytes } = JSON.parse(line) as { chunk: number; files: number; bytes: number };
    perChunk.set(String(chunk).padStart(5, '0'), { files, bytes });
  }
  const sum = (of: 'files' | 'bytes') => [...perChunk.values()].reduce((total, c) => total + c[of], 0);
  return { chunks: lines.length, files: sum('files'), bytes: sum('bytes'), perChunk };
}

async function tellProgress(
  world: World,
  output: Output,
  root: string,
  executionArn: string,
  plan: NonNullable<Awaited<ReturnType<typeof readPlan>>>,
): Promise<void> {
  const session = await sessionOf(world, root, executionArn);
  if (session === undefined) return;
  let [files, bytes] = [0, 0];
  for await (const { key } of world.objects.list(world.stack.WorkBucket, `${workPrefix(root, session)}results/`)) {
    const chunk = plan.perChunk.get(/copy-(\d+)/.exec(key)?.[1] ?? '');
    files += chunk?.files ?? 0;
    bytes += chunk?.bytes ?? 0;
  }
  output.progress({ phase: 'Copy', files, ofFiles: plan.files, bytes, ofBytes: plan.bytes });
}
