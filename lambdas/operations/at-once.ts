/**
 * Runs `work` on every item, at most `limit` at once, results in the order of the items. After a failure nothing new is
 * started, and it is thrown only when everything that was started has ended: a request in
 * flight would outlive the handler (lambdas/handlers/step-handler.ts).
 */
export async function atOnce<T, R>(
  limit: number,
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await work(items[index] as T, index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
