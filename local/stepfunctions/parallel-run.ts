import type { MapState, ParallelState } from './compiled-state.ts';
import { evaluate } from './expression.ts';
import { newFrame } from './frame.ts';
import { asStateError } from './guarded-attempts.ts';
import type { Json, JsonObject } from './json.ts';
import { checkSize, dataOf, parsedData, type StateData } from './state-data.ts';
import { StateError } from './state-error.ts';
import { together } from './together.ts';
import { bindingsOf, record, type Visit } from './visit.ts';
import { wholeNumber } from './whole-number.ts';

/** Forty iterations at a time is the service's own limit of an inline map. */
const INLINE_CONCURRENCY = 40;

/** Every branch at once; the first that fails stops the others. A redrive repeats only what has not succeeded. */
export async function runParallel(visit: Visit<ParallelState>): Promise<StateData> {
  const { state, line, frame } = visit;
  const template = state.arguments;
  const input = template ? dataOf(await evaluate(template, bindingsOf(visit)), 'arguments').json : visit.input.json;
  const frames = visit.resumed && frame.inner ? frame.inner : state.branches.map((branch) => newFrame(branch, input));
  const begun = frames === frame.inner;
  frame.inner = frames;
  if (!begun) record(line, 'ParallelStateStarted');
  const outer = { ...line.outer, ...frame.variables };
  const started = line.chain.last;
  try {
    await together(frames.length, frames.length, line.cancellation, async (index, cancellation) => {
      const branch = frames[index]!;
      if (branch.output !== undefined) return;
      const chain = { last: started };
      await line.runScope(state.branches[index]!, branch, { ...line, cancellation, outer, chain });
      line.chain.last = chain.last;
    });
  } catch (thrown) {
    const error = asStateError(thrown);
    record(line, 'ParallelStateFailed');
    throw error;
  }
  record(line, 'ParallelStateSucceeded');
  return joined(frames.map((branch) => branch!.output!));
}

/** The iterations of a map in inline mode. */
export async function runInlineMap(visit: Visit<MapState>): Promise<StateData> {
  const { state, line, frame } = visit;
  const items = await inlineItems(visit);
  const limit = state.maxConcurrency ? await wholeNumber(state.maxConcurrency, bindingsOf(visit)) : 0;
  const begun = visit.resumed && frame.inner !== undefined;
  if (!begun) {
    frame.inner = new Array(items.length).fill(undefined);
    record(line, 'MapStateStarted', { length: items.length });
  }
  const frames = frame.inner!;
  const outer = { ...line.outer, ...frame.variables };
  const started = line.chain.last;
  try {
    await together(items.length, limit || INLINE_CONCURRENCY, line.cancellation, async (index, cancellation) => {
      if (frames[index]?.output !== undefined) return;
      const chain = { last: started };
      const mapItem: JsonObject = { Index: index, Value: items[index] as Json };
      const inner = { ...line, cancellation, outer, chain, mapItem };
      const name = { name: state.name, index };
      record(inner, 'MapIterationStarted', name);
      try {
        frames[index] ??= newFrame(state.processor, await iterationInput(visit, mapItem));
        await line.runScope(state.processor, frames[index], inner);
      } catch (thrown) {
        const error = asStateError(thrown);
        record(inner, 'MapIterationFailed', name);
        throw error;
      }
      record(inner, 'MapIterationSucceeded', name);
      line.chain.last = chain.last;
    });
  } catch (thrown) {
    const error = asStateError(thrown);
    record(line, 'MapStateFailed');
    throw error;
  }
  record(line, 'MapStateSucceeded');
  return joined(frames.map((iteration) => iteration!.output!));
}

/** @throws StateError States.QueryEvaluationError when there is no array to go over. */
export async function inlineItems(visit: Visit<MapState>): Promise<Json[]> {
  const { state } = visit;
  const items = state.items ? await evaluate(state.items, bindingsOf(visit)) : visit.input.value;
  if (Array.isArray(items)) return items;
  throw new StateError(
    'States.QueryEvaluationError',
    `The items of the map '${state.name}' are not an array.`,
    'Items',
  );
}

/** What one iteration or child is given of its item. */
export async function iterationInput(visit: Visit<MapState>, mapItem: JsonObject): Promise<string> {
  const selector = visit.state.itemSelector;
  const value = selector ? await evaluate(selector, bindingsOf(visit, undefined, mapItem)) : mapItem.Value!;
  return dataOf(value, 'input of an iteration').json;
}

function joined(outputs: readonly string[]): StateData {
  const json = `[${outputs.join(',')}]`;
  checkSize(json, 'output of the branches together');
  return parsedData(json);
}
