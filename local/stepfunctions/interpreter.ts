import type {
  ChoiceState,
  CompiledState,
  FailState,
  MapState,
  ParallelState,
  Scope,
  TaskState,
  WaitState,
} from './compiled-state.ts';
import { runDistributedMap } from './distributed-map-run.ts';
import { evaluate } from './expression.ts';
import type { Frame } from './frame.ts';
import { asStateError, evaluationRecorded, guardedAttempts } from './guarded-attempts.ts';
import { runInlineMap, runParallel } from './parallel-run.ts';
import { parsedData, type StateData } from './state-data.ts';
import { StateError } from './state-error.ts';
import { runTask } from './task-run.ts';
import { bindingsOf, type Line, leave, record, type Step, type Visit } from './visit.ts';

/** Runs one line of work from where its frame stands to its end. */
export async function runScope(scope: Scope, frame: Frame, line: Line): Promise<StateData> {
  let data = parsedData(frame.input);
  for (;;) {
    const state = scope.states.get(frame.state);
    if (!state) throw new StateError('States.Runtime', `There is no state '${frame.state}'.`);
    const resumed = frame.entered && 'retry' in state;
    frame.entered = true;
    const step = await runState(state, frame, data, line, resumed);
    line.cancellation.check();
    if (step.assigned) frame.variables = { ...frame.variables, ...step.assigned };
    if (state.type !== 'Fail') record(line, `${state.type}StateExited`, exitDetails(state.name, step));
    data = step.data;
    frame.entered = false;
    frame.inner = undefined;
    frame.mapRunArn = undefined;
    if (step.next === undefined) {
      frame.output = data.json;
      return data;
    }
    frame.state = step.next;
    frame.input = data.json;
  }
}

function exitDetails(name: string, step: Step): Record<string, unknown> {
  const details = { name, output: step.data.json, outputDetails: { truncated: false } };
  if (!step.assigned) return details;
  const texts = Object.entries(step.assigned).map(([key, value]) => [key, JSON.stringify(value)]);
  return { ...details, assignedVariables: Object.fromEntries(texts) };
}

async function runState(
  state: CompiledState,
  frame: Frame,
  input: StateData,
  line: Line,
  resumed: boolean,
): Promise<Step> {
  line.execution.transitions++;
  const entered = new Date(line.engine.clock.now()).toISOString();
  if (!resumed) {
    const details = { name: state.name, input: input.json, inputDetails: { truncated: false } };
    record(line, `${state.type}StateEntered`, details);
  }
  const visit = { line, state, frame, input, entered, resumed, retryCount: 0 };
  try {
    return await dispatch(visit);
  } catch (thrown) {
    throw evaluationRecorded(visit, asStateError(thrown));
  }
}

function dispatch(visit: Visit): Promise<Step> {
  const { state } = visit;
  switch (state.type) {
    case 'Pass':
    case 'Succeed':
      return leave(visit, state, visit.input);
    case 'Choice':
      return choose(visit as Visit<ChoiceState>);
    case 'Wait':
      return wait(visit as Visit<WaitState>);
    case 'Fail':
      return fail(visit as Visit<FailState>);
    case 'Task':
      return guarded(visit as Visit<TaskState>, runTask);
    case 'Parallel':
      return guarded(visit as Visit<ParallelState>, runParallel);
    case 'Map':
      return guarded(visit as Visit<MapState>, state.distributed ? runDistributedMap : runInlineMap);
  }
}

function guarded<S extends TaskState | ParallelState | MapState>(
  visit: Visit<S>,
  run: (visit: Visit<S>) => Promise<StateData>,
): Promise<Step> {
  return guardedAttempts(visit, async () => {
    const result = await run(visit);
    return leave(visit, visit.state, result, { result: result.value });
  });
}

async function choose(visit: Visit<ChoiceState>): Promise<Step> {
  const { state, input } = visit;
  const bindings = bindingsOf(visit);
  for (const rule of state.rules) {
    const holds = await evaluate(rule.condition, bindings);
    if (typeof holds !== 'boolean') {
      const location = rule.condition.kind === 'expression' ? rule.condition.location : 'Condition';
      throw new StateError('States.QueryEvaluationError', `The condition gave ${JSON.stringify(holds)}.`, location);
    }
    if (holds) return leave(visit, rule, input);
  }
  if (state.default !== undefined) return leave(visit, { ...state, next: state.default }, input);
  throw new StateError('States.NoChoiceMatched', `No rule of the choice '${state.name}' held, and it has no Default.`);
}

async function wait(visit: Visit<WaitState>): Promise<Step> {
  const { state, line } = visit;
  const { clock } = line.engine;
  const bindings = bindingsOf(visit);
  const seconds = state.seconds && (await evaluate(state.seconds, bindings));
  const timestamp = state.timestamp && (await evaluate(state.timestamp, bindings));
  const ms = timestamp === undefined ? Number(seconds) * 1000 : Date.parse(String(timestamp)) - clock.now();
  const isGood = timestamp !== undefined ? !Number.isNaN(ms) : typeof seconds === 'number' && ms >= 0;
  if (!isGood) {
    const text = `Cannot wait for ${JSON.stringify(timestamp ?? seconds)}.`;
    throw new StateError('States.QueryEvaluationError', text, timestamp === undefined ? 'Seconds' : 'Timestamp');
  }
  await line.cancellation.sleep(clock, Math.max(0, ms));
  return leave(visit, state, visit.input);
}

async function fail(visit: Visit<FailState>): Promise<Step> {
  const { error, cause } = visit.state;
  const bindings = bindingsOf(visit);
  const name = error ? String(await evaluate(error, bindings)) : 'States.Failed';
  throw new StateError(name, cause && String(await evaluate(cause, bindings)));
}
