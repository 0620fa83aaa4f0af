import { SnapshotManifestTooLarge } from '../errors/chain-errors.ts';

/** `snapshot.manifest.size.limit` as HBase is delivered (SnapshotManifest): it refuses to read a larger `data.manifest`. */
export const MANIFEST_LIMIT_BYTES = 64 * 1024 * 1024;

/** The setting is an int of Java. */
export const LARGEST_MANIFEST_LIMIT_BYTES = 2 ** 31 - 1;

/** What the setting has to be for masters and clients, so that they read one of `bytes`: rounded up, for it grows. */
export const neededManifestLimit = (bytes: number): number =>
  Math.min(2 ** Math.ceil(Math.log2(bytes)), LARGEST_MANIFEST_LIMIT_BYTES);

/**
 * HBase would list the snapshot, refuse to clone it, and run no cleaner as long as it is there.
 * @throws SnapshotManifestTooLarge
 */
export function refuseLargeManifest(
  manifest: { readonly table: string; readonly sizeBytes: number; readonly limitBytes: number },
  instead: string,
): void {
  const { table, sizeBytes, limitBytes } = manifest;
  if (sizeBytes <= limitBytes) return;
  throw new SnapshotManifestTooLarge(
    `${table}: data.manifest would have ${sizeBytes} bytes, and HBase reads no more than ${limitBytes} of them unless snapshot.manifest.size.limit is raised`,
    `${instead}, set snapshot.manifest.size.limit to ${neededManifestLimit(sizeBytes)} for masters and clients`,
    { ...manifest },
  );
}
