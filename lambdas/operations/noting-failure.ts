import { HoldfastError } from '../../core/errors/holdfast-error.ts';
import { OutOfTime } from '../../core/errors/platform-errors.ts';
import { failureKey } from '../../core/stack-layout.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/**
 * Runs a child's work; an error of the domain is left in the work bucket before it is thrown, because the map's Catch
 * sees only that too many children failed ("Setting failure thresholds for Distributed Map states").
 */
export async function notingFailure<T>(
  place: { readonly objects: ObjectStore; readonly bucket: string; readonly work: string },
  child: { readonly step: string; readonly number: number },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HoldfastError && !(error instanceof OutOfTime)) {
      const { name, message, hint } = error;
      const key = failureKey(place.work, child.step, child.number);
      await place.objects.put(place.bucket, key, Buffer.from(JSON.stringify({ name, message, hint })));
    }
    throw error;
  }
}
