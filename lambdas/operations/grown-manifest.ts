import { growManifest } from '../../core/hbase/grown-manifest.ts';
import { MANIFEST_LIMIT_BYTES, refuseLargeManifest } from '../../core/hbase/manifest-limit.ts';
import type { PlannedCopy } from '../../core/plan/planned-line.ts';
import type { LogParent } from './log-parents.ts';

/** The parent's `data.manifest` with the files of an increment. @throws SnapshotManifestTooLarge */
export function grownManifest(
  table: string,
  parent: Pick<LogParent, 'snapshot' | 'snapshotBytes'>,
  copies: readonly Pick<PlannedCopy, 'path' | 'size'>[],
  limit = MANIFEST_LIMIT_BYTES,
): Buffer {
  const added = new Map<string, Map<string, { name: string; size: number }[]>>();
  for (const { path, size } of copies) {
    const [, , region = '', family = '', name = ''] = path.split('/');
    const families = added.get(region) ?? new Map<string, { name: string; size: number }[]>();
    added.set(region, families);
    families.set(family, [...(families.get(family) ?? []), { name, size }]);
  }
  const bytes = growManifest(parent.snapshot, added);
  // A parent's that is larger was read by a cluster with a raised limit.
  const limitBytes = Math.max(limit, parent.snapshotBytes);
  const instead = 'take a full of the table, or run it again with --or-full; to restore more';
  refuseLargeManifest({ table, sizeBytes: bytes.length, limitBytes }, instead);
  return bytes;
}
