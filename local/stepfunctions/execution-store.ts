import type { Clock } from '../clock.ts';
import type { Journal } from '../journal.ts';
import { ServiceError } from '../service.ts';
import type { CompiledMachine } from './compiled-state.ts';
import type { Engine } from './engine.ts';
import { Execution, type ExecutionOrigin, type ExecutionStatus, type Outcome } from './execution.ts';
import { runExecution } from './execution-run.ts';
import type { Frame } from './frame.ts';
import { History, type HistoryEvent } from './history.ts';
import { MapRun, type MapRunRecord } from './map-run.ts';
import type { Invoke } from './service-call.ts';

/** What EventBridge is told of an execution's change of status. */
export interface StatusChange {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startMs: number;
  readonly stopMs: number | undefined;
  readonly input: string;
  readonly output: string | undefined;
  readonly error: string | undefined;
  readonly cause: string | undefined;
}

/** The journal's record of an execution: when it starts, and again, with its history, when it ends. */
export interface ExecutionRecord {
  readonly kind: 'execution';
  readonly origin: ExecutionOrigin;
  readonly status: ExecutionStatus;
  readonly outcome?: Outcome;
  readonly stopMs?: number | undefined;
  readonly redriveCount?: number;
  readonly redriveMs?: number | undefined;
  readonly transitions?: number;
  /** What a redrive goes on from; of executions that did not succeed. */
  readonly frame?: Frame | undefined;
  readonly events: readonly HistoryEvent[];
}

/** What the history of a running execution has gained. */
export interface EventsRecord {
  readonly kind: 'events';
  readonly arn: string;
  readonly events: readonly HistoryEvent[];
}

export interface ExecutionStoreOptions {
  readonly clock: Clock;
  readonly ids: () => string;
  readonly random: () => number;
  readonly invoke: Invoke;
  readonly journal: Journal;
}

/** Every execution and map run, running and ended. */
export class ExecutionStore implements Engine {
  readonly clock: Clock;
  readonly random: () => number;
  readonly invoke: Invoke;
  readonly #ids: () => string;
  readonly #journal: Journal;
  readonly #executions = new Map<string, Execution>();
  readonly #mapRuns = new Map<string, MapRun>();
  /** How much of the history of a running execution is in the journal. */
  readonly #kept = new Map<string, number>();
  readonly #waiters = new Map<string, (() => void)[]>();
  readonly #listeners: ((change: StatusChange) => void)[] = [];

  constructor(options: ExecutionStoreOptions) {
    this.clock = options.clock;
    this.random = options.random;
    this.invoke = options.invoke;
    this.#ids = options.ids;
    this.#journal = options.journal;
  }

  /** @throws ServiceError ExecutionDoesNotExist */
  get(arn: unknown): Execution {
    const execution = this.#executions.get(String(arn));
    if (!execution) throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return execution;
  }

  find(arn: string): Execution | undefined {
    return this.#executions.get(arn);
  }

  all(): Iterable<Execution> {
    return this.#executions.values();
  }

  mapRun(arn: string): MapRun | undefined {
    const run = this.#mapRuns.get(arn);
    run?.link((child) => this.#executions.get(child));
    return run;
  }

  mapRuns(): Iterable<MapRun> {
    return this.#mapRuns.values();
  }

  onStatusChange(listener: (change: StatusChange) => void): void {
    this.#listeners.push(listener);
  }

  /** Makes an execution known; `run` sets it going. */
  start(origin: ExecutionOrigin, machine: CompiledMachine): Execution {
    const execution = new Execution(origin, machine, (ended) => this.#ended(ended));
    execution.history.append(origin.startMs, { last: 0 }, 'ExecutionStarted', {
      input: origin.input,
      inputDetails: { truncated: false },
      roleArn: origin.roleArn,
      ...(origin.aliasArn && { stateMachineAliasArn: origin.aliasArn }),
      ...(origin.versionArn && { stateMachineVersionArn: origin.versionArn }),
    });
    this.#executions.set(origin.arn, execution);
    this.#journal.append(recordOf(execution));
    this.#tell(execution);
    return execution;
  }

  run(execution: Execution): Promise<void> {
    return runExecution(this, execution);
  }

  /** Opens an ended execution again and sets it going. */
  redrive(execution: Execution): void {
    execution.reopen(this.clock.now());
    this.#kept.set(execution.origin.arn, execution.history.events.length);
    this.#journal.append(recordOf(execution));
    this.#tell(execution);
    void this.run(execution);
  }

  ended(arn: string): Promise<void> {
    if (this.#executions.get(arn)?.status !== 'RUNNING') return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.set(arn, [...(this.#waiters.get(arn) ?? []), resolve]);
    });
  }

  newMapRun(parent: Execution, label: string): MapRun {
    const { arn, stateMachineName } = parent.origin;
    const prefix = arn.split(':').slice(0, 5).join(':');
    const runArn = `${prefix}:mapRun:${stateMachineName}/${label}:${this.#ids()}`;
    const run = new MapRun(runArn, arn, `${parent.origin.stateMachineArn}/${label}`, this.clock.now());
    this.#mapRuns.set(run.arn, run);
    this.saveMapRun(run);
    return run;
  }

  saveMapRun(run: MapRun): void {
    this.#journal.append(run.record());
  }

  checkpoint(execution: Execution): void {
    const { arn } = execution.origin;
    const { events } = execution.history;
    const from = this.#kept.get(arn) ?? 1;
    this.#kept.set(arn, events.length);
    this.#journal.append({ kind: 'events', arn, events: events.slice(from) });
  }

  newChild(run: MapRun, parent: Execution, machine: CompiledMachine, input: string): Execution {
    const name = this.#ids();
    const arn = `${run.childMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const { stateMachineName, revisionId, roleArn } = parent.origin;
    const startMs = this.clock.now();
    const child = { arn, name, stateMachineArn: run.childMachineArn, stateMachineName, revisionId, roleArn, input };
    return this.start({ ...child, startMs, mapRunArn: run.arn }, machine);
  }

  /** Takes over what the journal says. Nothing runs on from there: what was running is ABORTED. */
  restore(record: ExecutionRecord | EventsRecord | MapRunRecord): void {
    if (record.kind === 'map-run') return void this.#mapRuns.set(record.arn, MapRun.restored(record));
    if (record.kind === 'events') return void this.#executions.get(record.arn)?.history.events.push(...record.events);
    const { origin, status, outcome, stopMs, redriveCount, redriveMs, transitions, frame, events } = record;
    const execution = new Execution(origin, undefined, (ended) => this.#ended(ended), new History([...events]));
    execution.status = status;
    execution.outcome = outcome ?? {};
    execution.stopMs = stopMs;
    execution.redriveCount = redriveCount ?? 0;
    execution.redriveMs = redriveMs;
    execution.transitions = transitions ?? 0;
    execution.frame = frame;
    this.#executions.set(origin.arn, execution);
  }

  /** After the last record: the process that ran these is gone. */
  abortLost(): void {
    const cause = 'The process of the embedded AWS ended while the execution was running.';
    for (const execution of this.#executions.values()) {
      execution.end('ABORTED', { error: 'LocalRestart', cause }, this.clock.now());
    }
  }

  *records(): Iterable<ExecutionRecord | MapRunRecord> {
    for (const run of this.#mapRuns.values()) yield run.record();
    for (const execution of this.#executions.values()) yield recordOf(execution);
  }

  #ended(execution: Execution): void {
    const { arn } = execution.origin;
    this.#kept.delete(arn);
    this.#journal.append(recordOf(execution));
    this.#tell(execution);
    const waiters = this.#waiters.get(arn) ?? [];
    this.#waiters.delete(arn);
    for (const wake of waiters) wake();
  }

  #tell(execution: Execution): void {
    if (this.#listeners.length === 0) return;
    const { origin, status, stopMs, outcome } = execution;
    const { arn: executionArn, stateMachineArn, name, startMs, input } = origin;
    const { output, error, cause } = outcome;
    const change = { executionArn, stateMachineArn, name, status, startMs, stopMs, input, output, error, cause };
    for (const listener of this.#listeners) listener(change);
  }
}

function recordOf(execution: Execution): ExecutionRecord {
  const { origin, status, outcome, stopMs, redriveCount, redriveMs, transitions, history } = execution;
  const events = history.events;
  const isRedrivable = status !== 'RUNNING' && status !== 'SUCCEEDED';
  return {
    ...{ kind: 'execution', origin, status, outcome, stopMs, redriveCount, redriveMs, transitions, events },
    ...(isRedrivable ? { frame: execution.frame } : {}),
  };
}
