import type { Random } from './random.ts';

/** A reader under test: makes inputs, and says of any input whether the reader did what it must not. */
export interface Target {
  readonly name: string;
  /** The same random numbers make the same input. */
  input(random: Random): Uint8Array;
  /** Throws if the reader is wrong; an input that it refuses by its own errors is none of that. */
  check(input: Uint8Array): Promise<void>;
}
