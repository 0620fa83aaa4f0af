import { randomBytes } from 'node:crypto';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { FailureReason } from '../core/items.ts';
import type { World } from './compose.ts';
import { endedFailure, report } from './failure.ts';
import { type Ended, followExecution } from './follow.ts';
import type { Output } from './output.ts';
import { DETACHED } from './verb.ts';

/** The state machines that a verb starts; `noun` is what goes on when somebody detaches. */
const MACHINES = {
  backup: { output: 'FullBackupStateMachine', noun: 'the backup' },
  increment: { output: 'IncrementalBackupStateMachine', noun: 'the backup' },
  restore: { output: 'RestoreStateMachine', noun: 'the restore' },
  verify: { output: 'VerifyStateMachine', noun: 'the verification' },
  repair: { output: 'RepairStateMachine', noun: 'the repair' },
  delete: { output: 'DeleteStateMachine', noun: 'the deletion' },
  cleanup: { output: 'CleanUpStateMachine', noun: 'the clean-up' },
} as const;
type Kind = keyof typeof MACHINES;
const isBackup = (kind: Kind) => kind === 'backup' || kind === 'increment';

/** The input of a state machine, as the verb has checked it. */
type Input = { readonly root: string } & Readonly<Record<string, unknown>>;

interface Context {
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** What a verb makes of an execution's end. `T` is the output of the state machine; the answer is the exit code. */
interface Telling<T> {
  succeeded(output: T): Promise<number> | number;
  /** Default: the failure and what to run next. */
  failed?(failure: FailureReason, ended: Ended & { readonly executionArn: string }): Promise<number>;
}

/** Starts an execution whose input the verb has checked, follows it and tells how it ended; answers the exit code. */
export async function runExecution<T>(
  context: Context,
  world: World,
  run: { readonly kind: Kind; readonly input: Input } & Telling<T>,
): Promise<number> {
  const { output, noun } = MACHINES[run.kind];
  const executionArn = await start(world, world.stack[output], run.kind, run.input);
  const page = consoleUrl(executionArn);
  context.output.say({ type: 'execution', fields: { executionArn, console: page }, line: ['Execution', page] });
  const holdsFlag = isBackup(run.kind) || run.kind === 'repair' || run.kind === 'delete';
  const comeBack = holdsFlag ? `. holdfast progress ${run.input.root} --follow` : `: ${page}`;
  return tellExecution<T>(context, world, {
    ...{ executionArn, root: run.input.root, detached: `${noun} goes on${comeBack}` },
    ...{ succeeded: (result) => run.succeeded(result), ...(run.failed ? { failed: run.failed } : {}) },
  });
}

/** Follows an execution, whoever started it, and tells how it ended; answers the exit code. */
export async function tellExecution<T>(
  { output, signal }: Context,
  world: World,
  told: { readonly executionArn: string; readonly root: string; readonly detached: string } & Telling<T>,
): Promise<number> {
  const { executionArn } = told;
  const ended = await followExecution(world, output, executionArn, told.root, signal);
  if (ended === 'detached') {
    output.say({ type: 'detached', fields: { executionArn }, line: ['Detached', told.detached] });
    return DETACHED;
  }
  if (ended.status === 'SUCCEEDED') return told.succeeded(ended.output as T);
  const failure = endedFailure(ended);
  return told.failed ? told.failed(failure, { ...ended, executionArn }) : report(output, failure);
}

/** The name of a backup's execution is its id, so that console, history and terminal say the same. */
async function start(world: World, stateMachineArn: string, kind: Kind, input: object): Promise<string> {
  const name = isBackup(kind) ? `backup_${world.now()}` : `${kind}-${world.now()}-${randomBytes(3).toString('hex')}`;
  const answer = await world.sfn.send(
    new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
  );
  return answer.executionArn ?? '';
}

/** The console's page of an execution; the ARN itself where another endpoint than AWS's is used. */
function consoleUrl(executionArn: string): string {
  if (process.env.AWS_ENDPOINT_URL) return executionArn;
  const region = executionArn.split(':')[3] ?? '';
  return `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${executionArn}`;
}
