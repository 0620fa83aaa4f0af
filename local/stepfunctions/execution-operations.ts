import { ServiceError } from '../service.ts';
import type { CompiledMachine } from './compiled-state.ts';
import type { Execution, ExecutionOrigin } from './execution.ts';
import type { ExecutionStore } from './execution-store.ts';
import { detailsKey, type HistoryEvent } from './history.ts';
import { page } from './paging.ts';
import { MAX_PAYLOAD_BYTES } from './state-data.ts';
import { doesNotExist, type StateMachineStore } from './state-machine-store.ts';

type Input = Readonly<Record<string, unknown>>;
type Output = Record<string, unknown>;

const DAY_MS = 24 * 3600 * 1000;
/** A name is free again 90 days after its execution ended; a redrive is possible for 14 days. */
const NAME_KEPT_MS = 90 * DAY_MS;
const REDRIVABLE_MS = 14 * DAY_MS;
const BAD_NAME = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u;

/** The operations on executions, in the shapes of the SDK. */
export class ExecutionOperations {
  readonly #executions: ExecutionStore;
  readonly #machines: StateMachineStore;
  readonly #ids: () => string;

  constructor(executions: ExecutionStore, machines: StateMachineStore, ids: () => string) {
    this.#executions = executions;
    this.#machines = machines;
    this.#ids = ids;
  }

  start(request: Input): Output {
    const { name = this.#ids(), input = '{}', stateMachineArn } = request;
    checkName(name);
    checkInput(input);
    const { machine, revision, versionArn, aliasArn } = this.#machines.resolve(
      String(stateMachineArn),
      this.#executions.random,
    );
    const arn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
    const startMs = this.#executions.clock.now();
    const before = this.#executions.find(arn);
    if (before && (before.status === 'RUNNING' || startMs - (before.stopMs ?? 0) < NAME_KEPT_MS)) {
      if (before.status !== 'RUNNING' || before.origin.input !== input) {
        throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
      }
      return { executionArn: arn, startDate: new Date(before.origin.startMs) };
    }
    const compiled = this.#machines.compile(revision.definition, revision.revisionId);
    const { revisionId, roleArn } = revision;
    const origin: ExecutionOrigin = {
      arn,
      name: String(name),
      stateMachineArn: machine.arn,
      stateMachineName: machine.name,
      versionArn,
      aliasArn,
      revisionId,
      roleArn,
      input: String(input),
      startMs,
    };
    const execution = this.#executions.start(origin, compiled);
    // The answer goes out before the first state is entered.
    queueMicrotask(() => void this.#executions.run(execution));
    return { executionArn: arn, startDate: new Date(startMs) };
  }

  stop({ executionArn, error, cause }: Input): Output {
    const execution = this.#executions.get(executionArn);
    const nowMs = this.#executions.clock.now();
    const outcome = {
      ...(error === undefined ? {} : { error: String(error) }),
      ...(cause === undefined ? {} : { cause: String(cause) }),
    };
    execution.end('ABORTED', outcome, nowMs);
    return { stopDate: new Date(execution.stopMs ?? nowMs) };
  }

  describe({ executionArn }: Input): Output {
    const execution = this.#executions.get(executionArn);
    const { origin, outcome, status } = execution;
    return {
      executionArn: origin.arn,
      stateMachineArn: origin.stateMachineArn,
      name: origin.name,
      status,
      startDate: new Date(origin.startMs),
      ...(execution.stopMs === undefined ? {} : { stopDate: new Date(execution.stopMs) }),
      input: origin.input,
      inputDetails: { included: true },
      ...(outcome.output === undefined ? {} : { output: outcome.output, outputDetails: { included: true } }),
      ...(outcome.error === undefined ? {} : { error: outcome.error }),
      ...(outcome.cause === undefined ? {} : { cause: outcome.cause }),
      ...(origin.mapRunArn && { mapRunArn: origin.mapRunArn }),
      ...(origin.versionArn && { stateMachineVersionArn: origin.versionArn }),
      ...(origin.aliasArn && { stateMachineAliasArn: origin.aliasArn }),
      ...this.#redriveMembers(execution),
    };
  }

  list(request: Input): Output {
    const { stateMachineArn, mapRunArn, statusFilter, redriveFilter } = request;
    if ((stateMachineArn === undefined) === (mapRunArn === undefined)) {
      throw new ServiceError('ValidationException', 'exactly one of stateMachineArn and mapRunArn');
    }
    if (mapRunArn !== undefined && !this.#executions.mapRun(String(mapRunArn))) {
      throw new ServiceError('ResourceNotFound', `Resource not found: '${mapRunArn}'`);
    }
    const known = stateMachineArn === undefined || this.#machines.resolve(String(stateMachineArn), () => 0);
    if (!known) throw doesNotExist(stateMachineArn);
    const all = [...this.#executions.all()].filter(({ origin, status, redriveCount }) => {
      const { stateMachineArn: machine, versionArn, aliasArn } = origin;
      const isOf =
        mapRunArn === undefined
          ? [machine, versionArn, aliasArn].includes(String(stateMachineArn))
          : origin.mapRunArn === mapRunArn;
      const isRedriven = redriveFilter === undefined || (redriveFilter === 'REDRIVEN') === redriveCount > 0;
      return isOf && isRedriven && (statusFilter === undefined || status === statusFilter);
    });
    // Newest first; of those of one moment, the one made last.
    const sorted = all.reverse().sort((a, b) => b.origin.startMs - a.origin.startMs);
    const { items, nextToken } = page(sorted, request);
    return { executions: items.map((execution) => listed(execution)), ...nextToken };
  }

  history(request: Input): Output {
    const { history } = this.#executions.get(request.executionArn);
    const events = request.reverseOrder ? [...history.events].reverse() : history.events;
    const { items, nextToken } = page(events, request);
    return { events: items.map((event) => shownEvent(event, request.includeExecutionData !== false)), ...nextToken };
  }

  redrive({ executionArn }: Input): Output {
    const execution = this.#executions.get(executionArn);
    const { redriveStatus, redriveStatusReason } = this.#redriveMembers(execution);
    if (redriveStatus !== 'REDRIVABLE') {
      const text = `Execution is not redrivable: '${executionArn}'. ${redriveStatusReason}`;
      throw new ServiceError('ExecutionNotRedrivable', text);
    }
    execution.machine ??= this.#definitionOf(execution);
    this.#executions.redrive(execution);
    return { redriveDate: new Date(execution.redriveMs!) };
  }

  #redriveMembers(execution: Execution): Output {
    const { redriveCount, redriveMs } = execution;
    const counted = { redriveCount, ...(redriveMs === undefined ? {} : { redriveDate: new Date(redriveMs) }) };
    const reason = this.#notRedrivable(execution);
    if (execution.origin.mapRunArn && execution.status !== 'SUCCEEDED' && execution.status !== 'RUNNING') {
      return { ...counted, redriveStatus: 'REDRIVABLE_BY_MAP_RUN' };
    }
    return reason === undefined
      ? { ...counted, redriveStatus: 'REDRIVABLE' }
      : { ...counted, redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: reason };
  }

  /** What an execution runs by, though its machine was updated since; `undefined` if the machine is gone. */
  #definitionOf({ origin: { revisionId } }: Execution): CompiledMachine | undefined {
    const revision = this.#machines.revision(revisionId);
    return revision && this.#machines.compile(revision.definition, revisionId);
  }

  #notRedrivable(execution: Execution): string | undefined {
    const { status, stopMs = 0, frame, history } = execution;
    if (status === 'RUNNING') return 'Execution is RUNNING and cannot be redriven';
    if (status === 'SUCCEEDED') return 'Execution is SUCCEEDED and cannot be redriven';
    if (this.#executions.clock.now() - stopMs > REDRIVABLE_MS) return 'Execution is past its redrivable period';
    if (history.events.length >= 24_999) return 'Execution has too many history events';
    if (!frame) return 'the embedded AWS ended while the execution was running: how far it had come is not known';
    if (!(execution.machine ?? this.#definitionOf(execution))) return 'the definition of its state machine is gone';
    return undefined;
  }
}

function checkName(name: unknown): void {
  if (typeof name !== 'string' || name.length < 1 || name.length > 80 || BAD_NAME.test(name)) {
    throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
  }
}

function checkInput(input: unknown): void {
  if (typeof input !== 'string' || Buffer.byteLength(input) > MAX_PAYLOAD_BYTES) {
    throw new ServiceError('InvalidExecutionInput', `Invalid Execution Input: 'at most ${MAX_PAYLOAD_BYTES} bytes'`);
  }
  try {
    JSON.parse(input);
  } catch (error) {
    throw new ServiceError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${error}'`);
  }
}

function listed({ origin, status, stopMs, redriveCount, redriveMs }: Execution): Output {
  return {
    executionArn: origin.arn,
    stateMachineArn: origin.stateMachineArn,
    name: origin.name,
    status,
    startDate: new Date(origin.startMs),
    ...(stopMs === undefined ? {} : { stopDate: new Date(stopMs) }),
    ...(origin.mapRunArn && { mapRunArn: origin.mapRunArn }),
    ...(origin.versionArn && { stateMachineVersionArn: origin.versionArn }),
    ...(origin.aliasArn && { stateMachineAliasArn: origin.aliasArn }),
    redriveCount,
    ...(redriveMs === undefined ? {} : { redriveDate: new Date(redriveMs) }),
  };
}

const DATA_MEMBERS = new Set(['input', 'output', 'parameters', 'assignedVariables', 'cause', 'error']);

function shownEvent({ id, previousEventId, atMs, type, details }: HistoryEvent, withData: boolean): Output {
  const shown = details && !withData ? Object.entries(details).filter(([key]) => !DATA_MEMBERS.has(key)) : undefined;
  return {
    timestamp: new Date(atMs),
    type,
    id,
    previousEventId,
    ...(details && { [detailsKey(type)]: shown ? Object.fromEntries(shown) : { ...details } }),
  };
}
