/** Memory decides the share of a processor: 1,769 MB are one whole. */
export interface FunctionSize {
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
}

/** A few requests. The handler keeps 60 s in reserve, or half of what it has. */
export const QUICK: FunctionSize = { memoryMb: 512, timeoutSeconds: 120 };

/** Pages through listings or items, deletes or writes what it finds. Ends early and is called again. */
export const LONG: FunctionSize = { memoryMb: 1024, timeoutSeconds: 900 };

/** Sorts, compresses, hashes, or keeps many requests in flight: a whole processor. */
export const HEAVY: FunctionSize = { memoryMb: 1769, timeoutSeconds: 900 };

/** The longest that a Lambda of the stack lives. */
export const LONGEST_TIMEOUT_SECONDS = Math.max(...[QUICK, LONG, HEAVY].map(({ timeoutSeconds }) => timeoutSeconds));
