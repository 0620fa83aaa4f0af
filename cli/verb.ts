import { type Command, InvalidArgumentError } from 'commander';
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

/** Its bounds are those of the input's field, which is checked with the rest. */
export const wholeNumber = (value: string): number => {
  if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError('give a whole number');
  return Number(value);
};

/** The options that were given, under the names of the input's fields. */
export const given = (options: Record<string, unknown>, fields: Readonly<Record<string, string>>): object =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([option, field]) =>
      options[option] === undefined ? [] : [[field, options[option]]],
    ),
  );
