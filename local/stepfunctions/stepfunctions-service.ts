import type { Clock } from '../clock.ts';
import { type Journal, noJournal } from '../journal.ts';
import { type CommandService, notImplemented } from '../service.ts';
import { ExecutionOperations } from './execution-operations.ts';
import { type EventsRecord, type ExecutionRecord, ExecutionStore, type StatusChange } from './execution-store.ts';
import { jsonataFunctions } from './jsonata-functions.ts';
import type { MapRunRecord } from './map-run.ts';
import { describeMapRun, listMapRuns } from './map-run-operations.ts';
import type { Invoke } from './service-call.ts';
import { StateMachineOperations } from './state-machine-operations.ts';
import { type StateMachine, StateMachineStore } from './state-machine-store.ts';
import { testState } from './test-state.ts';
import { validateDefinition } from './validate-definition.ts';

export interface StepFunctionsOptions {
  readonly clock: Clock;
  /** Fresh ids of the form of a UUID: names of executions, `$uuid()`. */
  readonly ids: () => string;
  /** From 0 to 1: jitter, `$random()`, the choice of an alias. */
  readonly random: () => number;
  readonly region: string;
  readonly accountId: string;
  /** Default `aws`. */
  readonly partition?: string;
  /** The way to every other service, under the state machine's role. Authorization is its matter. */
  readonly invoke: Invoke;
  readonly journal?: Journal;
  /** What the journal held at the start: executions that were RUNNING become ABORTED, error `LocalRestart`. */
  readonly records?: Iterable<unknown>;
  /** State machines that another service has compiled; default: none. What its expressions call is theirs. */
  readonly machines?: StateMachineStore;
}

type Operation = (input: Record<string, unknown>) => Record<string, unknown> | Promise<Record<string, unknown>>;
type JournalRecord =
  | ExecutionRecord
  | EventsRecord
  | MapRunRecord
  | { readonly kind: 'machine'; readonly machine: StateMachine }
  | { readonly kind: 'machine-deleted'; readonly arn: string };

/** AWS Step Functions: Standard workflows in JSONata, with Distributed Map. */
export class StepFunctionsService implements CommandService {
  readonly #executions: ExecutionStore;
  readonly #machines: StateMachineStore;
  readonly #operations: Readonly<Record<string, Operation>>;

  constructor(options: StepFunctionsOptions) {
    const { clock, ids, random, invoke, region, accountId, partition = 'aws', journal = noJournal } = options;
    const functions = jsonataFunctions({ clock, ids, random });
    this.#machines = options.machines ?? new StateMachineStore(functions);
    this.#executions = new ExecutionStore({ clock, ids, random, invoke, journal });
    for (const record of options.records ?? []) this.#restore(record as JournalRecord);
    this.#executions.abortLost();
    const arnPrefix = `arn:${partition}:states:${region}:${accountId}`;
    const machines = new StateMachineOperations(this.#machines, { clock, ids, random, journal, arnPrefix });
    const executions = new ExecutionOperations(this.#executions, this.#machines, ids);
    this.#operations = {
      CreateStateMachine: (input) => machines.create(input),
      UpdateStateMachine: (input) => machines.update(input),
      DeleteStateMachine: (input) => machines.delete(input),
      DescribeStateMachine: (input) => machines.describe(input),
      ListStateMachines: (input) => machines.list(input),
      PublishStateMachineVersion: (input) => machines.publish(input),
      ListStateMachineVersions: (input) => machines.listVersions(input),
      DeleteStateMachineVersion: (input) => machines.deleteVersion(input),
      CreateStateMachineAlias: (input) => machines.createAlias(input),
      UpdateStateMachineAlias: (input) => machines.updateAlias(input),
      DescribeStateMachineAlias: (input) => machines.describeAlias(input),
      DeleteStateMachineAlias: (input) => machines.deleteAlias(input),
      ListStateMachineAliases: (input) => machines.listAliases(input),
      DescribeStateMachineForExecution: (input) => this.#machineOf(input),
      ValidateStateMachineDefinition: ({ definition }) => {
        const diagnostics = validateDefinition(String(definition)).map((found) => ({ severity: 'ERROR', ...found }));
        return { result: diagnostics.length > 0 ? 'FAIL' : 'OK', diagnostics, truncated: false };
      },
      StartExecution: (input) => executions.start(input),
      StopExecution: (input) => executions.stop(input),
      DescribeExecution: (input) => executions.describe(input),
      ListExecutions: (input) => executions.list(input),
      GetExecutionHistory: (input) => executions.history(input),
      RedriveExecution: (input) => executions.redrive(input),
      DescribeMapRun: (input) => describeMapRun(this.#executions, input),
      ListMapRuns: (input) => listMapRuns(this.#executions, input),
      TestState: (input) => testState({ clock, ids, random, invoke, arnPrefix }, functions, input),
    };
  }

  async call(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    const perform = Object.hasOwn(this.#operations, operation) ? this.#operations[operation] : undefined;
    if (!perform) throw notImplemented(`states:${operation}`);
    return perform(input);
  }

  /** Every start, redrive and end of an execution, children of maps included, as it happens. */
  onStatusChange(listener: (change: StatusChange) => void): void {
    this.#executions.onStatusChange(listener);
  }

  /** State transitions made so far, the measure of the bill. Children of maps count for themselves. */
  transitionsOf(executionArn: string): number {
    return this.#executions.get(executionArn).transitions;
  }

  /** Resolves when the execution has ended; at once if it has. */
  ended(executionArn: string): Promise<void> {
    return this.#executions.ended(executionArn);
  }

  /** The whole state as journal records, for compaction. */
  *records(): Iterable<unknown> {
    for (const machine of this.#machines.all()) yield { kind: 'machine', machine };
    yield* this.#executions.records();
  }

  #restore(record: JournalRecord): void {
    if (record.kind === 'machine') this.#machines.put(record.machine);
    else if (record.kind === 'machine-deleted') this.#machines.delete(record.arn);
    else this.#executions.restore(record);
  }

  /** The definition that the execution runs, whatever its machine has become. */
  #machineOf({ executionArn }: Record<string, unknown>): Record<string, unknown> {
    const { origin } = this.#executions.get(executionArn);
    const revision = this.#machines.revision(origin.revisionId);
    return {
      stateMachineArn: origin.stateMachineArn,
      name: origin.stateMachineName,
      definition: revision?.definition,
      roleArn: origin.roleArn,
      updateDate: new Date(revision?.atMs ?? origin.startMs),
      revisionId: origin.revisionId,
      ...(origin.mapRunArn && { mapRunArn: origin.mapRunArn }),
    };
  }
}
