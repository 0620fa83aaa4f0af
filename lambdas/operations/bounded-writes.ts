/**
 * Writes at most so many at once while something else goes on. A failure shows at the next `add` or at `end`; `end`
 * returns only when every write has settled: one in flight would outlive the handler (lambdas/handlers/step-handler.ts).
 */
export class BoundedWrites {
  readonly #limit: number;
  readonly #inFlight = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  async add(write: () => Promise<unknown>): Promise<void> {
    while (this.#inFlight.size >= this.#limit) await Promise.race(this.#inFlight);
    if (this.#failure) throw this.#failure.error;
    const settled: Promise<void> = write()
      .then(
        () => {},
        (error) => {
          this.#failure ??= { error };
        },
      )
      .finally(() => this.#inFlight.delete(settled));
    this.#inFlight.add(settled);
  }

  async end(): Promise<void> {
    await Promise.all(this.#inFlight);
    if (this.#failure) throw this.#failure.error;
  }
}
