/** Randomness, injected. */
export interface Ids {
  /** A name that was never given before and cannot be guessed: 16 lower-case hex digits or more. */
  unique(): string;
  /** Uniform in [0, 1). For jitter. */
  random(): number;
}
