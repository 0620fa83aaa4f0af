import { Cancellation } from './cancellation.ts';

/**
 * Does `count` pieces of work, `limit` at a time. The first failure stops the others and is thrown when all have
 * come to rest.
 */
export async function together(
  count: number,
  limit: number,
  outer: Cancellation,
  work: (index: number, cancellation: Cancellation) => Promise<void>,
): Promise<void> {
  const cancellation = new Cancellation(outer);
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const lane = async () => {
    while (next < count && !cancellation.cancelled) {
      try {
        await work(next++, cancellation);
      } catch (error) {
        failure ??= { error };
        cancellation.cancel();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, count) }, lane));
  cancellation.release();
  outer.check();
  if (failure) throw failure.error;
}
