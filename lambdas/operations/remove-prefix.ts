import type { Clock } from '../ports/clock.ts';
import type { ListedVersion, ObjectStore } from '../ports/object-store.ts';

/**
 * Aborts every unfinished upload below a prefix, then deletes every version and delete marker but those that `keeps`
 * names (I12). Stops in time; safe to repeat.
 */
export async function removePrefix(
  objects: Pick<ObjectStore, 'listUploads' | 'listVersions' | 'abortUploads' | 'deleteVersions'>,
  place: { readonly bucket: string; readonly prefix: string },
  until: { readonly clock: Clock; readonly stopAt: number },
  keeps: (version: ListedVersion) => boolean = () => false,
): Promise<{ deleted: number; aborted: number; isDone: boolean }> {
  const { bucket, prefix } = place;
  let isDone = true;
  async function* inTime<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const item of items) {
      if (until.clock.now() >= until.stopAt) {
        isDone = false;
        return;
      }
      yield item;
    }
  }
  async function* doomed() {
    for await (const version of inTime(objects.listVersions(bucket, prefix))) if (!keeps(version)) yield version;
  }
  const aborted = await objects.abortUploads(bucket, inTime(objects.listUploads(bucket, prefix)));
  const deleted = await objects.deleteVersions(bucket, doomed());
  return { deleted, aborted, isDone };
}
