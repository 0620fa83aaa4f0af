import type { Cancellation } from './cancellation.ts';
import type { CompiledState, Scope } from './compiled-state.ts';
import type { Engine } from './engine.ts';
import type { Execution } from './execution.ts';
import { type Bindings, evaluate, type Template } from './expression.ts';
import type { Frame } from './frame.ts';
import type { Chain } from './history.ts';
import type { Json, JsonObject } from './json.ts';
import { dataOf, type StateData } from './state-data.ts';

/** One line of work: the execution itself, a branch, an iteration. */
export interface Line {
  readonly engine: Engine;
  readonly execution: Execution;
  readonly context: JsonObject;
  readonly cancellation: Cancellation;
  readonly chain: Chain;
  /** Variables of the lines around this one, which it may read. */
  readonly outer: Readonly<Record<string, Json>>;
  readonly mapItem: JsonObject | undefined;
  runScope(scope: Scope, frame: Frame, line: Line): Promise<StateData>;
}

/** A state being executed. */
export interface Visit<S extends CompiledState = CompiledState> {
  readonly line: Line;
  readonly state: S;
  readonly frame: Frame;
  readonly input: StateData;
  readonly entered: string;
  /** Entered again by a redrive: what its branches and children have done counts. */
  resumed: boolean;
  retryCount: number;
}

/** How a state ends. */
export interface Step {
  readonly data: StateData;
  readonly next: string | undefined;
  readonly assigned: JsonObject | undefined;
}

/** Adds to the history, unless the line was stopped meanwhile. */
export function record(line: Line, type: string, details?: Record<string, unknown>): void {
  line.cancellation.check();
  line.execution.history.append(line.engine.clock.now(), line.chain, type, details);
}

export function bindingsOf(
  visit: Visit,
  more?: JsonObject,
  mapItem: JsonObject | undefined = visit.line.mapItem,
): Bindings {
  const { line, state, input, entered, retryCount, frame } = visit;
  const context: JsonObject = {
    ...line.context,
    State: { EnteredTime: entered, Name: state.name, RetryCount: retryCount },
  };
  if (mapItem) context.Map = { Item: mapItem };
  return { ...line.outer, ...frame.variables, states: { input: input.value, context, ...more } };
}

/** Evaluates `Output` and `Assign`, which do not see each other's effect. */
export async function leave(
  visit: Visit,
  exit: {
    readonly output: Template | undefined;
    readonly assign: Template | undefined;
    readonly next: string | undefined;
  },
  fallback: StateData,
  more?: JsonObject,
): Promise<Step> {
  const { output, assign, next } = exit;
  if (!output && !assign) return { data: fallback, next, assigned: undefined };
  const bindings = bindingsOf(visit, more);
  const data = output
    ? dataOf(await evaluate(output, bindings), `output of the state '${visit.state.name}'`)
    : fallback;
  const assigned = assign && ((await evaluate(assign, bindings)) as JsonObject);
  return { data, next, assigned };
}
