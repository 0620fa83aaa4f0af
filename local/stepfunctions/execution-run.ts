import { Cancelled } from './cancellation.ts';
import type { Engine } from './engine.ts';
import type { Execution } from './execution.ts';
import { asStateError } from './guarded-attempts.ts';
import type { Chain } from './history.ts';
import { runScope } from './interpreter.ts';
import type { Line } from './visit.ts';

/** Runs an execution, new or reopened, until it ends in whatever way. Never rejects. */
export async function runExecution(engine: Engine, execution: Execution): Promise<void> {
  const { machine, frame, cancellation } = execution;
  if (!machine || !frame) throw new Error('an execution of before the restart cannot run');
  const chain: Chain = { last: execution.history.events.length };
  const line: Line = {
    engine,
    execution,
    context: execution.context(),
    cancellation,
    chain,
    outer: {},
    mapItem: undefined,
    runScope,
  };
  const { timeoutSeconds } = machine;
  if (timeoutSeconds !== undefined) {
    cancellation.sleep(engine.clock, timeoutSeconds * 1000).then(
      () => cancellation.cancelled || execution.end('TIMED_OUT', { error: 'States.Timeout' }, engine.clock.now()),
      () => undefined,
    );
  }
  try {
    const output = await runScope(machine, frame, line);
    if (!cancellation.cancelled) execution.end('SUCCEEDED', { output: output.json }, engine.clock.now(), chain);
  } catch (thrown) {
    if (thrown instanceof Cancelled || cancellation.cancelled) return;
    const { error, reason } = asStateError(thrown);
    const cause = reason === undefined ? {} : { cause: reason };
    execution.end('FAILED', { error, ...cause }, engine.clock.now(), chain);
  }
}
