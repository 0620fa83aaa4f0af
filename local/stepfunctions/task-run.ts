import { sleepUntil } from './cancellation.ts';
import type { TaskState } from './compiled-state.ts';
import { type Bindings, evaluate, type Template } from './expression.ts';
import { asStateError } from './guarded-attempts.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { nestedExecution } from './nested-execution.ts';
import { resultJson } from './result-json.ts';
import type { ServiceCall } from './service-call.ts';
import { dataOf, parsedData, type StateData } from './state-data.ts';
import { StateError } from './state-error.ts';
import { functionFailure, serviceFailure } from './task-failure.ts';
import type { TaskResource } from './task-resource.ts';
import { bindingsOf, record, type Visit } from './visit.ts';
import { wholeNumber } from './whole-number.ts';

/** One attempt of a Task. A time-out abandons the call: what was called goes on. */
export async function runTask(visit: Visit<TaskState>): Promise<StateData> {
  const { state, line } = visit;
  const bindings = bindingsOf(visit);
  const input = state.arguments ? dataOf(await evaluate(state.arguments, bindings), 'arguments') : visit.input;
  const timeoutSeconds = await optionalSeconds(state.timeoutSeconds, bindings);
  const heartbeatSeconds = await optionalSeconds(state.heartbeatSeconds, bindings);
  const events = eventsOf(state.resource, line.execution.origin.arn);
  record(line, `${events.prefix}Scheduled`, {
    ...events.common,
    ...events.scheduled(input.json),
    ...(timeoutSeconds === undefined ? {} : { timeoutInSeconds: timeoutSeconds }),
    ...(heartbeatSeconds === undefined ? {} : { heartbeatInSeconds: heartbeatSeconds }),
  });
  record(line, `${events.prefix}Started`, events.common);
  line.engine.checkpoint(line.execution);
  try {
    const work = perform(visit, input.value);
    const output = await withinTime(visit, work, timeoutSeconds, heartbeatSeconds);
    record(line, `${events.prefix}Succeeded`, {
      ...events.common,
      output: output.json,
      outputDetails: { truncated: false },
    });
    return output;
  } catch (thrown) {
    const error = asStateError(thrown);
    const timedOut = error.error === 'States.Timeout' || error.error === 'States.HeartbeatTimeout';
    record(line, `${events.prefix}${timedOut ? 'TimedOut' : 'Failed'}`, {
      ...events.common,
      error: error.error,
      ...(error.reason === undefined ? {} : { cause: error.reason }),
    });
    throw error;
  }
}

const optionalSeconds = async (template: Template | undefined, bindings: Bindings): Promise<number | undefined> =>
  template && wholeNumber(template, bindings);

/** A reason made once: the platform's own default takes a stack trace each time. */
const IN_TIME = new Error('in time');

/** The heartbeat counts as long as the time-out here: without a task token nothing can send one. */
async function withinTime<T>(
  visit: Visit,
  work: Promise<T>,
  timeoutSeconds: number | undefined,
  heartbeatSeconds: number | undefined,
): Promise<T> {
  const { cancellation, engine } = visit.line;
  if (timeoutSeconds === undefined && heartbeatSeconds === undefined) return cancellation.abandonable(work);
  const beats = (heartbeatSeconds ?? Number.POSITIVE_INFINITY) < (timeoutSeconds ?? Number.POSITIVE_INFINITY);
  const seconds = (beats ? heartbeatSeconds : timeoutSeconds) as number;
  const timer = new AbortController();
  const over = sleepUntil(engine.clock, engine.clock.now() + seconds * 1000, timer.signal).then(
    () => {
      throw new StateError(
        beats ? 'States.HeartbeatTimeout' : 'States.Timeout',
        `No answer within ${seconds} seconds.`,
      );
    },
    () => new Promise<never>(() => {}),
  );
  try {
    return await cancellation.abandonable(Promise.race([work, over]));
  } finally {
    timer.abort(IN_TIME);
  }
}

async function perform(visit: Visit<TaskState>, input: Json): Promise<StateData> {
  const { resource } = visit.state;
  if (resource.kind === 'function') {
    const answer = await call(visit, {
      service: 'lambda',
      operation: 'Invoke',
      input: { FunctionName: resource.arn, InvocationType: 'RequestResponse', Payload: JSON.stringify(input) },
    });
    return functionPayload(answer);
  }
  if (!isObject(input)) {
    throw new StateError('States.Runtime', `The arguments of ${resource.arn} must be an object.`);
  }
  if (resource.service === 'lambda' && !resource.sdk) return invokeFunction(visit, input);
  if (resource.service === 'states') return nestedExecution(visit, resource, input, call);
  const answer = await call(visit, { service: resource.service, operation: resource.operation, input });
  return dataOf(resultJson(answer), `result of the task '${visit.state.name}'`);
}

/** `lambda:invoke`: the payload travels as JSON both ways. */
async function invokeFunction(visit: Visit<TaskState>, input: JsonObject): Promise<StateData> {
  const { Payload = {}, ...others } = input;
  const request = { InvocationType: 'RequestResponse', ...others, Payload: JSON.stringify(Payload) };
  const answer = await call(visit, { service: 'lambda', operation: 'Invoke', input: request });
  const payload = request.InvocationType === 'Event' ? {} : { Payload: functionPayload(answer).value };
  const result = {
    ExecutedVersion: (answer.ExecutedVersion as string | undefined) ?? '$LATEST',
    ...payload,
    StatusCode: (answer.StatusCode as number | undefined) ?? 200,
  };
  return dataOf(result, `result of the task '${visit.state.name}'`);
}

/** @throws StateError by the function's own error type when the function failed */
function functionPayload(answer: Record<string, unknown>): StateData {
  const { Payload: payload } = answer;
  const text = payload instanceof Uint8Array ? Buffer.from(payload).toString('utf8') : String(payload ?? 'null');
  if (answer.FunctionError !== undefined) throw functionFailure(text);
  try {
    return dataOf(parsedData(text || 'null').value, 'result of the function');
  } catch (error) {
    if (error instanceof StateError) throw error;
    throw new StateError('States.Runtime', `The function's answer is not JSON: ${text.slice(0, 200)}`);
  }
}

async function call(visit: Visit<TaskState>, request: Omit<ServiceCall, 'roleArn'>): Promise<Record<string, unknown>> {
  const { engine, execution } = visit.line;
  try {
    return await engine.invoke({ ...request, roleArn: execution.origin.roleArn });
  } catch (error) {
    throw serviceFailure(visit.state.resource, error);
  }
}

interface TaskEvents {
  readonly prefix: 'LambdaFunction' | 'Task';
  readonly common: Record<string, unknown>;
  scheduled(input: string): Record<string, unknown>;
}

/** A function named directly has events of its own. */
function eventsOf(resource: TaskResource, executionArn: string): TaskEvents {
  if (resource.kind === 'function') {
    const scheduled = (input: string) => ({ resource: resource.arn, input, inputDetails: { truncated: false } });
    return { prefix: 'LambdaFunction', common: {}, scheduled };
  }
  return {
    prefix: 'Task',
    common: { resourceType: resource.resourceType, resource: resource.resource },
    scheduled: (parameters) => ({ region: executionArn.split(':')[3], parameters }),
  };
}
