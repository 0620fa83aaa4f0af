import type { Template } from './expression.ts';
import type { TaskResource } from './task-resource.ts';

/** A state machine, a branch or an item processor, made ready to run. */
export interface Scope {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, CompiledState>;
}

export interface CompiledMachine extends Scope {
  readonly timeoutSeconds: number | undefined;
}

/** Members that every type of state may have. */
interface Common {
  readonly name: string;
  readonly next: string | undefined;
  readonly output: Template | undefined;
  readonly assign: Template | undefined;
}

export interface Retrier {
  readonly errors: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number | undefined;
  readonly fullJitter: boolean;
}

export interface Catcher {
  readonly errors: readonly string[];
  readonly next: string;
  readonly output: Template | undefined;
  readonly assign: Template | undefined;
}

interface Guarded extends Common {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface ChoiceRule {
  readonly condition: Template;
  readonly next: string;
  readonly output: Template | undefined;
  readonly assign: Template | undefined;
}

export interface TaskState extends Guarded {
  readonly type: 'Task';
  readonly resource: TaskResource;
  readonly arguments: Template | undefined;
  readonly timeoutSeconds: Template | undefined;
  readonly heartbeatSeconds: Template | undefined;
}

export interface ParallelState extends Guarded {
  readonly type: 'Parallel';
  readonly arguments: Template | undefined;
  readonly branches: readonly Scope[];
}

export interface MapState extends Guarded {
  readonly type: 'Map';
  readonly items: Template | undefined;
  readonly itemSelector: Template | undefined;
  readonly maxConcurrency: Template | undefined;
  readonly processor: Scope;
  /** Absent for an inline map. */
  readonly distributed: DistributedMap | undefined;
}

/** What only a map in distributed mode has. */
export interface DistributedMap {
  readonly label: string;
  readonly reader:
    | {
        readonly operation: 'GetObject' | 'ListObjectsV2';
        readonly inputType: string;
        readonly maxItems: Template | undefined;
        readonly arguments: Template;
      }
    | undefined;
  readonly batcher:
    | {
        readonly maxItems: Template | undefined;
        readonly maxInputBytes: Template | undefined;
        readonly batchInput: Template | undefined;
      }
    | undefined;
  readonly writer:
    | { readonly arguments: Template | undefined; readonly transformation: string; readonly outputType: string }
    | undefined;
  readonly toleratedCount: Template | undefined;
  readonly toleratedPercentage: Template | undefined;
}

export interface ChoiceState extends Common {
  readonly type: 'Choice';
  readonly rules: readonly ChoiceRule[];
  readonly default: string | undefined;
}

export interface WaitState extends Common {
  readonly type: 'Wait';
  readonly seconds: Template | undefined;
  readonly timestamp: Template | undefined;
}

export interface FailState extends Common {
  readonly type: 'Fail';
  readonly error: Template | undefined;
  readonly cause: Template | undefined;
}

export type GuardedState = TaskState | ParallelState | MapState;

export type CompiledState =
  | GuardedState
  | ChoiceState
  | WaitState
  | FailState
  | (Common & { readonly type: 'Pass' | 'Succeed' });
