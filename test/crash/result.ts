import type { SeenCall } from './fault.ts';

/** What a worker answers of one case. */
export interface Result {
  readonly token: string;
  readonly violations: readonly string[];
  readonly executions: number;
  readonly calls: number;
  readonly recoveries: number;
  readonly state: string;
  readonly isWhole: boolean;
  /** Of the world that the recovery began in; empty without one. */
  readonly abandoned: string;
  /** The calls of the recovery, where this is the worker's first from that world. */
  readonly recovery?: readonly SeenCall[];
}

/** To a worker: tokens to play, in this order. From it: a {@link Result} each, then `done`. */
export interface Task {
  readonly tokens: readonly string[];
  /** The whole of each, whatever was seen before. */
  readonly isWhole?: boolean;
  /** Stops at the first that is not right. */
  readonly untilWrong?: boolean;
}
