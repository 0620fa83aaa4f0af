import { DescribeExecutionCommand, GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import { indexKey, workPrefix } from '../core/stack-layout.ts';
import type { World } from './compose.ts';
import type { Output } from './output.ts';
import type { Progress } from './progress-bar.ts';

/** How an execution ended. */
export interface Ended {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly output: unknown;
  readonly error: string | undefined;
  readonly cause: string | undefined;
}

const ROLL_BACK = 'Roll back';

const PHASES: Readonly<Record<string, string>> = {
  PlanBackup: 'Plan',
  CopyFiles: 'Copy',
  VerifyFiles: 'Verify',
  SealManifest: 'Seal',
  CommitBackup: 'Commit',
  PlanDelete: 'Plan',
  CommitDelete: 'Commit',
  // Not TakeOver: who was refused gets there too, and has nothing to undo.
  VerifySystemSnapshot: ROLL_BACK,
  VoidManifest: ROLL_BACK,
  CleanDestination: ROLL_BACK,
  CleanTemporaryData: ROLL_BACK,
  DeleteTableSnapshots: ROLL_BACK,
  RestoreSystemTable: ROLL_BACK,
  EndRollBack: ROLL_BACK,
  PlanRestore: 'Plan',
  PlaceFiles: 'Place',
  PublishSnapshots: 'Publish',
  VerifyImageFiles: 'Verify',
};

const POLL_MS = 300;

/** The state whose progress has numbers, by the index in the work bucket. */
const COPYING = 'CopyFiles';

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
  let shown = '';
  let plan: Plan | undefined;
  let told = 0;
  const tell = async () => {
    plan ??= await readPlan(world, root, executionArn);
    const progress = plan && (await progressOf(world, plan));
    // Fewer than before: a roll-back is removing them already.
    if (!progress || progress.files < told) return;
    told = progress.files;
    output.progress(progress);
  };
  for (let wait = POLL_MS; ; wait = Math.min(wait * 1.2, 5_000)) {
    if (signal.aborted) return 'detached';
    const { status, output: text, error, cause } = await world.sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING' && status !== 'PENDING_REDRIVE') {
      const ended = (status ?? 'FAILED') as Ended['status'];
      // It went from copying to its end between two looks: the bar ends full all the same.
      if (ended === 'SUCCEEDED' && phase === COPYING && plan) {
        const { files, bytes } = plan;
        output.progress({ phase: 'Copy', files, ofFiles: files, bytes, ofBytes: bytes });
      }
      return { status: ended, output: text === undefined ? undefined : JSON.parse(text), error, cause };
    }
    const state = await currentState(world, executionArn);
    if (state && state !== phase) {
      // What was copied last: the bar does not end short of it.
      if (phase === COPYING) await tell();
      phase = state;
      wait = POLL_MS;
      const named = PHASES[state];
      // Copying has a line, or a bar, of its own.
      const isNews = named !== undefined && named !== shown && state !== COPYING;
      const line = isNews && !output.isJson ? ([named, 'under way'] as const) : undefined;
      shown = named ?? shown;
      output.say({ type: 'phase', fields: { state, phase: named ?? state }, ...(line ? { line } : {}) });
    }
    if (phase === COPYING) await tell();
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

/** What a backup copies, a chunk at a time, and where the results of its chunks lie. */
interface Plan {
  readonly results: string;
  readonly files: number;
  readonly bytes: number;
  readonly chunks: ReadonlyMap<string, { readonly files: number; readonly bytes: number }>;
}

async function readPlan(world: World, root: string, executionArn: string): Promise<Plan | undefined> {
  const { flag } = await world.table.readControl(root);
  if (flag?.executionArn !== executionArn) return undefined;
  const work = workPrefix(root, flag.sessionId);
  const index = await world.objects.get(world.stack.WorkBucket, indexKey(work, 'copy'), 64 << 20);
  if (!index) return undefined;
  const chunks = new Map<string, { files: number; bytes: number }>();
  let [files, bytes] = [0, 0];
  for (const line of Buffer.from(index.bytes).toString('utf8').split('\n').filter(Boolean)) {
    const chunk = JSON.parse(line) as { chunk: number; files: number; bytes: number };
    chunks.set(String(chunk.chunk).padStart(5, '0'), chunk);
    files += chunk.files;
    bytes += chunk.bytes;
  }
  return { results: `${work}results/`, files, bytes, chunks };
}

async function progressOf(world: World, plan: Plan): Promise<Progress> {
  let [files, bytes] = [0, 0];
  for await (const { key } of world.objects.list(world.stack.WorkBucket, plan.results)) {
    const chunk = plan.chunks.get(/copy-(\d+)/.exec(key)?.[1] ?? '');
    files += chunk?.files ?? 0;
    bytes += chunk?.bytes ?? 0;
  }
  return { phase: 'Copy', files, ofFiles: plan.files, bytes, ofBytes: plan.bytes };
}
