import type { Command } from 'commander';
import type { World } from './compose.ts';
import type { Output } from './output.ts';

/** What a verb's action is given besides its own arguments. */
export interface VerbContext {
  readonly output: Output;
  /** Finds the stack; verbs that need none do not call it. */
  world(): Promise<World>;
  /** Aborted by Ctrl-C: stop following, say how to come back. */
  readonly signal: AbortSignal;
}

/** Runs a verb's action: makes the output, maps errors to exit codes. The exit code is what `runHoldfast` answers. */
export type RunVerb = (
  command: Command,
  action: (context: VerbContext, options: Record<string, unknown>) => Promise<number>,
) => Promise<void>;

export const DETACHED = 130;

/** `-t a,b` and repeated `-t a -t b`. */
export const tableList = (value: string, before: readonly string[] = []): string[] => [
  ...before,
  ...value
    .split(',')
    .map((t) => t.trim())
    .filter(Boolean),
];
