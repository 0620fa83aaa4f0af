import type { TaskState } from './compiled-state.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { resultJson } from './result-json.ts';
import type { ServiceCall } from './service-call.ts';
import { dataOf, type StateData } from './state-data.ts';
import { StateError } from './state-error.ts';
import type { TaskResource } from './task-resource.ts';
import type { Visit } from './visit.ts';

type Call = (visit: Visit<TaskState>, request: Omit<ServiceCall, 'roleArn'>) => Promise<Record<string, unknown>>;

/** Calls of Step Functions itself: names have capitals here and none on the wire. `.sync` waits for the end. */
export async function nestedExecution(
  visit: Visit<TaskState>,
  resource: TaskResource & { kind: 'service' },
  input: JsonObject,
  call: Call,
): Promise<StateData> {
  const what = `result of the task '${visit.state.name}'`;
  const parameters: JsonObject = Object.fromEntries(Object.entries(input).map(([key, value]) => [lower(key), value]));
  for (const key of ['input', 'cause', 'definition']) {
    if (isObject(parameters[key])) parameters[key] = JSON.stringify(parameters[key]);
  }
  const operation = resource.operation;
  const answer = await call(visit, { service: 'states', operation, input: parameters });
  if (resource.sync === 'no') return dataOf(capitalizedKeys(resultJson(answer)), what);
  const executionArn = answer.executionArn as string;
  const { cancellation, engine } = visit.line;
  const off = cancellation.onCancel(() => {
    // The service tries to stop the nested execution too; it promises nothing if that fails.
    call(visit, { service: 'states', operation: 'StopExecution', input: { executionArn } }).catch(() => {});
  });
  try {
    await cancellation.abandonable(engine.ended(executionArn));
  } finally {
    off();
  }
  const ended = await call(visit, { service: 'states', operation: 'DescribeExecution', input: { executionArn } });
  const described = capitalizedKeys(resultJson(ended)) as JsonObject;
  if (ended.status !== 'SUCCEEDED') throw new StateError('States.TaskFailed', JSON.stringify(described));
  if (resource.sync === 'json') {
    for (const key of ['Input', 'Output'])
      described[key] = JSON.parse((described[key] as string | undefined) ?? 'null');
  }
  return dataOf(described, what);
}

const lower = (key: string): string => key.charAt(0).toLowerCase() + key.slice(1);

function capitalizedKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(capitalizedKeys);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key.charAt(0).toUpperCase() + key.slice(1), capitalizedKeys(member)]),
  );
}
