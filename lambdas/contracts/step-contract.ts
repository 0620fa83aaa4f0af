import type { z } from 'zod';

/**
 * The number of the agreement between state machines and functions. A running execution keeps its definition but calls
 * the functions' code of its published version; a step that meets another number ends `DeployedMidRun`.
 */
export const CONTRACT = 1;

export type Environment = z.ZodObject<Record<string, z.ZodType<unknown, string | undefined>>>;

/**
 * What a step's function promises: its name (the same in the state, the handler's file, the function and the metric),
 * the environment that its construct must give it, its input and its output. Types the construct and parses at run time.
 */
export interface StepContract<E extends Environment, I extends z.ZodType, O extends z.ZodType> {
  /** VerbObject, PascalCase: the state's name. */
  readonly name: string;
  readonly environment: E;
  readonly input: I;
  readonly output: O;
}

export function defineContract<E extends Environment, I extends z.ZodType, O extends z.ZodType>(
  contract: StepContract<E, I, O>,
): StepContract<E, I, O> {
  return contract;
}

export type InputOf<C> = C extends StepContract<Environment, infer I, z.ZodType> ? z.infer<I> : never;
export type OutputOf<C> = C extends StepContract<Environment, z.ZodType, infer O> ? z.infer<O> : never;
