import { Cancelled } from './cancellation.ts';
import type { MapState } from './compiled-state.ts';
import { newFrame } from './frame.ts';
import { asStateError } from './guarded-attempts.ts';
import { batchItems } from './item-batches.ts';
import { readItems } from './item-reader.ts';
import type { MapRun } from './map-run.ts';
import { inlineItems, iterationInput } from './parallel-run.ts';
import { writeResults } from './result-writer.ts';
import { checkSize, type StateData } from './state-data.ts';
import { StateError } from './state-error.ts';
import { together } from './together.ts';
import { bindingsOf, record, type Visit } from './visit.ts';
import { wholeNumber } from './whole-number.ts';

/** The service runs up to 10,000 children at a time; this many are as good within one process. */
const MOST_CHILDREN_AT_ONCE = 1_000;

/** Runs the children as executions of their own. A redrive repeats those that have not succeeded. */
export async function runDistributedMap(visit: Visit<MapState>): Promise<StateData> {
  const { line, frame, state } = visit;
  const { engine } = line;
  const known = visit.resumed && frame.mapRunArn !== undefined ? engine.mapRun(frame.mapRunArn) : undefined;
  const run = known ?? engine.newMapRun(line.execution, state.distributed!.label);
  frame.mapRunArn = run.arn;
  if (known) reopen(visit, run);
  else {
    record(line, 'MapStateStarted', { length: 0 });
    record(line, 'MapRunStarted', { mapRunArn: run.arn });
  }
  const end = (status: 'SUCCEEDED' | 'FAILED' | 'ABORTED') => {
    run.end(status, engine.clock.now());
    engine.saveMapRun(run);
  };
  const off = line.cancellation.onCancel(() => end('ABORTED'));
  try {
    if (run.inputs.length === 0) await prepare(visit, run);
    await runChildren(visit, run);
    const output = await finish(visit, run);
    end('SUCCEEDED');
    record(line, 'MapRunSucceeded', { mapRunArn: run.arn });
    record(line, 'MapStateSucceeded');
    return output;
  } catch (thrown) {
    if (thrown instanceof Cancelled) throw thrown;
    const error = asStateError(thrown);
    off();
    end('FAILED');
    const cause = error.reason === undefined ? {} : { cause: error.reason };
    record(line, 'MapRunFailed', { error: error.error, ...cause });
    record(line, 'MapStateFailed');
    throw error;
  } finally {
    off();
  }
}

function reopen(visit: Visit<MapState>, run: MapRun): void {
  const { line } = visit;
  run.reopen(line.engine.clock.now());
  record(line, 'MapRunRedriven', { mapRunArn: run.arn, redriveCount: run.redriveCount });
}

async function prepare(visit: Visit<MapState>, run: MapRun): Promise<void> {
  const { state } = visit;
  const { reader, toleratedCount, toleratedPercentage } = state.distributed!;
  const bindings = bindingsOf(visit);
  run.maxConcurrency = state.maxConcurrency ? await wholeNumber(state.maxConcurrency, bindings) : 0;
  if (toleratedCount) run.toleratedCount = await wholeNumber(toleratedCount, bindings);
  if (toleratedPercentage) run.toleratedPercentage = await wholeNumber(toleratedPercentage, bindings);
  const items = reader ? await readItems(visit) : await inlineItems(visit);
  const texts: string[] = [];
  for (const [Index, Value] of items.entries()) texts.push(await iterationInput(visit, { Index, Value }));
  const { inputs, itemsOf } = await batchItems(visit, texts);
  run.inputs = inputs;
  run.itemsOf = itemsOf;
}

async function runChildren(visit: Visit<MapState>, run: MapRun): Promise<void> {
  const { line, state } = visit;
  const { engine } = line;
  const machine = { ...state.processor, timeoutSeconds: undefined };
  const limit = Math.min(run.maxConcurrency || MOST_CHILDREN_AT_ONCE, MOST_CHILDREN_AT_ONCE);
  let exceeded = false;
  await together(run.inputs.length, limit, line.cancellation, async (index) => {
    if (exceeded) return;
    const before = run.children[index];
    if (before?.status === 'SUCCEEDED') return;
    if (before) {
      before.machine ??= machine;
      before.frame ??= newFrame(machine, before.origin.input);
      before.reopen(engine.clock.now());
    }
    const child = before ?? engine.newChild(run, line.execution, machine, run.inputs[index]!);
    run.children[index] = child;
    await engine.run(child);
    if (child.status === 'SUCCEEDED' || exceeded || line.cancellation.cancelled) return;
    exceeded = run.isExceeded;
    // The rest of the children are stopped; those that have not begun stay pending.
    if (exceeded) run.end('FAILED', engine.clock.now());
  });
}

/** Results are written whether or not too many children failed. */
async function finish(visit: Visit<MapState>, run: MapRun): Promise<StateData> {
  const output = await writeResults(visit, run);
  if (run.isExceeded) {
    const cause = 'The specified tolerated failure threshold was exceeded';
    throw new StateError('States.ExceedToleratedFailureThreshold', cause);
  }
  checkSize(output.json, 'output of the map');
  return output;
}
