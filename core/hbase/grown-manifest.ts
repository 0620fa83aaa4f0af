import { HBaseFormatError } from './format-error.ts';
import type { ManifestStoreFile, SnapshotManifest } from './snapshot-manifest.ts';
import { type RegionToWrite, type StoreFileToWrite, writeSnapshotManifest } from './snapshot-manifest-writer.ts';

/** Region → family → files that come to those that the manifest has. */
export type AddedFiles = ReadonlyMap<string, ReadonlyMap<string, readonly StoreFileToWrite[]>>;

/**
 * `data.manifest` of a snapshot that has files besides those of another one: what a chain of images restores as. A
 * family stands there once (HBase reads only the last of two), a file too.
 * @throws HBaseFormatError for a region that the manifest does not have
 */
export function growManifest(manifest: SnapshotManifest, added: AddedFiles): Buffer {
  const known = new Set(manifest.regions.map(({ encodedName }) => encodedName));
  for (const region of added.keys()) {
    if (!known.has(region)) throw new HBaseFormatError(manifest.what, 0, `has no region ${region} to add files to`);
  }
  return writeSnapshotManifest(manifest.tableSchema, grownRegions(manifest, added));
}

function* grownRegions(manifest: SnapshotManifest, added: AddedFiles): Generator<RegionToWrite> {
  for (const region of manifest.regions) {
    const more = added.get(region.encodedName);
    const files = Map.groupBy(manifest.storeFiles(region), ({ family }) => family);
    const names = new Set([...files.keys(), ...(more?.keys() ?? [])]);
    const families = [...names].map((name) => ({
      name,
      files: together(files.get(name) ?? [], more?.get(name) ?? []),
    }));
    yield { info: manifest.regionInfo(region), families };
  }
}

function together(files: readonly ManifestStoreFile[], added: readonly StoreFileToWrite[]): StoreFileToWrite[] {
  const names = new Set(files.map(({ name }) => name));
  return [...files, ...added.filter(({ name }) => !names.has(name))];
}
