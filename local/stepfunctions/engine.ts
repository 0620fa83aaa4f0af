import type { Clock } from '../clock.ts';
import type { CompiledMachine } from './compiled-state.ts';
import type { Execution } from './execution.ts';
import type { MapRun } from './map-run.ts';
import type { Invoke } from './service-call.ts';

/** What running executions need of the service around them. */
export interface Engine {
  readonly clock: Clock;
  readonly random: () => number;
  readonly invoke: Invoke;
  /** Runs an execution until it ends; never rejects. */
  run(execution: Execution): Promise<void>;
  /** Resolves when the execution, already started, has ended. */
  ended(executionArn: string): Promise<void>;
  /** Keeps the history so far, before something outside the execution may take effect. */
  checkpoint(execution: Execution): void;
  newMapRun(parent: Execution, label: string): MapRun;
  /** Keeps how the run stands. */
  saveMapRun(run: MapRun): void;
  mapRun(arn: string): MapRun | undefined;
  newChild(run: MapRun, parent: Execution, machine: CompiledMachine, input: string): Execution;
}
