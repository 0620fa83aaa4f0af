import { Cancellation } from './cancellation.ts';
import type { CompiledMachine } from './compiled-state.ts';
import { type Frame, newFrame } from './frame.ts';
import { type Chain, History } from './history.ts';
import type { JsonObject } from './json.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** What an execution was started with. Plain data: it goes into the journal as it is. */
export interface ExecutionOrigin {
  readonly arn: string;
  readonly name: string;
  readonly stateMachineArn: string;
  readonly stateMachineName: string;
  readonly versionArn?: string | undefined;
  readonly aliasArn?: string | undefined;
  readonly revisionId: string;
  readonly roleArn: string;
  readonly input: string;
  readonly startMs: number;
  /** Of a child of a Distributed Map. */
  readonly mapRunArn?: string | undefined;
}

export interface Outcome {
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

const CLOSING_EVENTS = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
};

export class Execution {
  readonly origin: ExecutionOrigin;
  /** Kept for the execution's whole life, redrives included. Absent after a restart of the process, until a redrive. */
  machine: CompiledMachine | undefined;
  readonly history: History;
  status: ExecutionStatus = 'RUNNING';
  outcome: Outcome = {};
  stopMs: number | undefined;
  redriveCount = 0;
  redriveMs: number | undefined;
  /** States entered and retries made: what a Standard workflow is billed by. */
  transitions = 0;
  /** Absent if the process ended before the execution did: nothing is known of how far it had come. */
  frame: Frame | undefined;
  cancellation = new Cancellation();
  readonly #onEnd: (execution: Execution) => void;

  constructor(
    origin: ExecutionOrigin,
    machine: CompiledMachine | undefined,
    onEnd: (execution: Execution) => void,
    history = new History(),
  ) {
    this.origin = origin;
    this.machine = machine;
    this.history = history;
    this.frame = machine && newFrame(machine, origin.input);
    this.#onEnd = onEnd;
  }

  /** `$states.context.Execution` and its neighbours. */
  context(): JsonObject {
    const { origin } = this;
    return {
      Execution: {
        Id: origin.arn,
        Input: JSON.parse(origin.input),
        Name: origin.name,
        RoleArn: origin.roleArn,
        StartTime: new Date(origin.startMs).toISOString(),
        RedriveCount: this.redriveCount,
        ...(this.redriveMs === undefined ? {} : { RedriveTime: new Date(this.redriveMs).toISOString() }),
      },
      StateMachine: { Id: origin.stateMachineArn, Name: origin.stateMachineName },
    };
  }

  /** Closes the execution and stops what it waits for. Only the first end counts. */
  end(status: keyof typeof CLOSING_EVENTS, outcome: Outcome, nowMs: number, chain: Chain = this.#lastChain()): void {
    if (this.status !== 'RUNNING') return;
    const { output, ...failure } = outcome;
    const details = status === 'SUCCEEDED' ? { output, outputDetails: { truncated: false } } : failure;
    this.history.close(nowMs, chain, CLOSING_EVENTS[status], details);
    this.status = status;
    this.outcome = outcome;
    this.stopMs = nowMs;
    this.cancellation.cancel();
    this.#onEnd(this);
  }

  /** Opens a closed execution again. */
  reopen(nowMs: number): void {
    this.status = 'RUNNING';
    this.outcome = {};
    this.stopMs = undefined;
    this.redriveCount++;
    this.redriveMs = nowMs;
    this.cancellation = new Cancellation();
    this.history.append(nowMs, this.#lastChain(), 'ExecutionRedriven', { redriveCount: this.redriveCount });
  }

  #lastChain(): Chain {
    return { last: this.history.events.length };
  }
}
