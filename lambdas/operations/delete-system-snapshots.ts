import { InvalidInput } from '../../core/errors/input-errors.ts';
import { systemPrefix } from '../../core/stack-layout.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SystemTable } from '../ports/system-table.ts';

/**
 * {@link deleteSystemSnapshotsContract}: the objects named, all their versions. Names are never used twice, so a late
 * call deletes nothing that anybody needs; the one that the flag names is left alone whoever asks.
 */
export const deleteSystemSnapshots =
  (ports: { table: Pick<SystemTable, 'readControl'>; objects: ObjectStore }, config: { SYSTEM_BUCKET: string }) =>
  async (input: { root: string; keys: readonly string[] }): Promise<{ deleted: number }> => {
    const prefix = systemPrefix(input.root);
    const foreign = input.keys.find((key) => !key.startsWith(prefix));
    if (foreign !== undefined)
      throw new InvalidInput(
        `keys: ${foreign} is no system snapshot of ${input.root}`,
        `nothing was deleted; holdfast progress ${input.root}`,
        { field: 'keys' },
      );
    const { flag } = await ports.table.readControl(input.root);
    let deleted = 0;
    for (const key of input.keys) {
      if (key === flag?.activeSnapshot) continue;
      deleted += await ports.objects.deleteVersions(
        config.SYSTEM_BUCKET,
        versionsOf(ports.objects, config.SYSTEM_BUCKET, key),
      );
    }
    return { deleted };
  };

async function* versionsOf(objects: ObjectStore, bucket: string, key: string) {
  for await (const version of objects.listVersions(bucket, key)) if (version.key === key) yield version;
}
