import type { Clock } from '../clock.ts';
import { noJournal } from '../journal.ts';
import { ServiceError } from '../service.ts';
import { compileDefinition } from './compile-definition.ts';
import { ExecutionStore } from './execution-store.ts';
import { matches } from './guarded-attempts.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Invoke } from './service-call.ts';
import { validateDefinition } from './validate-definition.ts';

interface Surroundings {
  readonly clock: Clock;
  readonly ids: () => string;
  readonly random: () => number;
  readonly invoke: Invoke;
  readonly arnPrefix: string;
}

/** Marks the way that a Catch takes. */
const CAUGHT = 'caught: ';

/** Runs one state alone: what it gives, and where it would go. Retries are named, not made. */
export async function testState(
  around: Surroundings,
  functions: Record<string, unknown>,
  input: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const { inspectionLevel = 'INFO' } = input;
  if (inspectionLevel !== 'INFO')
    throw new ServiceError('NotImplemented', 'not implemented here: TestState beyond INFO', 501);
  const state = parsedObject(input.definition, 'definition');
  const variables = parsedObject(input.variables ?? '{}', 'variables');
  const definition = surrounded(state);
  const problems = validateDefinition(JSON.stringify(definition));
  if (problems.length > 0) {
    throw new ServiceError(
      'InvalidDefinition',
      problems.map(({ message, location }) => `${message} at ${location}`).join(', '),
    );
  }
  const store = new ExecutionStore({ ...around, journal: noJournal });
  const name = around.ids();
  const execution = store.start(
    {
      arn: `${around.arnPrefix}:execution:TestState:${name}`,
      name,
      stateMachineArn: `${around.arnPrefix}:stateMachine:TestState`,
      stateMachineName: 'TestState',
      revisionId: name,
      roleArn: String(input.roleArn ?? ''),
      input: String(input.input ?? '{}'),
      startMs: around.clock.now(),
    },
    compileDefinition(definition, functions),
  );
  execution.frame!.variables = variables;
  await store.run(execution);
  const { outcome, history } = execution;
  const entered = history.events.filter(({ type }) => type.endsWith('StateEntered'));
  const output = history.events.find(({ type }) => type.endsWith('StateExited'))?.details?.output;
  const next = entered.map(({ details }) => String(details?.name)).find((entry) => entry !== TESTED);
  if (next?.startsWith(CAUGHT)) {
    const { error, cause } = history.events.findLast(({ details }) => details?.error !== undefined)?.details ?? {};
    return { status: 'CAUGHT_ERROR', output, error, cause, nextState: next.slice(CAUGHT.length) };
  }
  if (execution.status === 'SUCCEEDED') return { status: 'SUCCEEDED', output, ...(next && { nextState: next }) };
  const retriers = (state.Retry ?? []) as { ErrorEquals: string[]; MaxAttempts?: number }[];
  const isRetriable = retriers.some((retry) => retry.MaxAttempts !== 0 && matches(retry.ErrorEquals, outcome.error!));
  return { status: isRetriable ? 'RETRIABLE' : 'FAILED', error: outcome.error, cause: outcome.cause };
}

const TESTED = 'the tested state';

/** The state as the start of a machine whose other states only end it. */
function surrounded(state: JsonObject): JsonObject {
  const { Retry: _, ...alone } = state;
  const catches = ((state.Catch ?? []) as JsonObject[]).map((one) => ({ ...one, Next: `${CAUGHT}${one.Next}` }));
  const tested: JsonObject = { ...alone, ...(catches.length > 0 && { Catch: catches }) };
  const targets = [tested, ...((state.Choices ?? []) as JsonObject[]), ...catches].flatMap(
    ({ Next, Default }: JsonObject) => [Next, Default].filter((name) => name !== undefined).map(String),
  );
  const states = { [TESTED]: tested, ...Object.fromEntries(targets.map((name) => [name, { Type: 'Succeed' }])) };
  return { QueryLanguage: 'JSONata', StartAt: TESTED, States: states };
}

function parsedObject(text: unknown, what: string): JsonObject {
  try {
    const value = JSON.parse(String(text)) as unknown;
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new ServiceError('ValidationException', `${what} must be a JSON object`);
}
