import { Buffer } from 'node:buffer';
import { checkFamilyName } from '../family-name.ts';
import { HBaseFormatError } from '../format-error.ts';
import type { RowRange } from '../hfile/hfile-scanner.ts';
import { isKey } from '../hfile/key-order.ts';
import type { Reference } from '../reference-file.ts';
import { mobRegionName } from '../region-info.ts';
import type { ManifestRegion, ManifestStoreFile, SnapshotManifest } from '../snapshot-manifest.ts';
import { parseStoreFileName } from '../store-file-name.ts';
import { tablePath } from '../table-name.ts';

/** A store file of a region and family, where it really lies, and which of its rows the region sees. */
export interface ScanFile {
  readonly family: string;
  /** As the manifest has it. */
  readonly name: string;
  /** `ns/table/region/family/name`. */
  readonly path: string;
  readonly size: number;
  /** A reference sees half of the file, a plain one or a link all of it. */
  readonly rows: RowRange;
  readonly isTop: boolean;
  /** Of `<uuid>_SeqId_<n>_`, its own name or that of the file it leads to. */
  readonly bulkLoadSeqId: number | undefined;
}

/** The files of a region in the order of the manifest. @throws HBaseFormatError, InvalidStoreFileName, InvalidFamilyName */
export function scanFiles(manifest: SnapshotManifest, region: ManifestRegion): ScanFile[] {
  return manifest.storeFiles(region).map((file) => resolved(manifest, region, file));
}

/** Files of mob values by family and name, as the references in cells name them: `family/name`. */
export function mobFiles(manifest: SnapshotManifest): Map<string, ScanFile> {
  const name = mobRegionName(manifest.tableSchema.table);
  const region = manifest.regions.find(({ encodedName }) => encodedName === name);
  const files = region === undefined ? [] : scanFiles(manifest, region);
  return new Map(files.map((file) => [`${file.family}/${file.path.slice(file.path.lastIndexOf('/') + 1)}`, file]));
}

function resolved(manifest: SnapshotManifest, region: ManifestRegion, file: ManifestStoreFile): ScanFile {
  const name = parseStoreFileName(file.name);
  const target = name.kind === 'reference' ? name.base : name;
  const isLink = target.kind === 'link';
  const table = isLink ? target.table : manifest.tableSchema.table;
  const directory = isLink ? target.region : name.kind === 'reference' ? name.parentRegion : region.encodedName;
  const base = isLink ? target.hfile : target.name;
  const seqId = /_SeqId_(\d+)_$/.exec(base)?.[1];
  const isReference = name.kind === 'reference';
  if (isReference !== (file.reference !== undefined)) {
    throw new HBaseFormatError(manifest.what, region.offset, `${file.name} without what a reference says, or with it`);
  }
  return {
    family: file.family,
    name: file.name,
    path: `${tablePath(table)}/${directory}/${checkFamilyName(file.family)}/${base}`,
    size: file.size,
    rows: file.reference === undefined ? {} : halfOf(file.reference, manifest, region),
    isTop: file.reference?.range === 'top',
    bulkLoadSeqId: seqId === undefined ? undefined : Number(seqId),
  };
}

/** HalfStoreFileReader: bottom is before the first cell of the split row, top from it on. */
function halfOf({ splitKey, range }: Reference, manifest: SnapshotManifest, region: ManifestRegion): RowRange {
  if (!isKey(splitKey)) throw new HBaseFormatError(manifest.what, region.offset, 'a reference whose split key is none');
  const row = splitKey.subarray(2, 2 + Buffer.from(splitKey).readUInt16BE(0));
  return range === 'top' ? { startRow: row } : { stopRow: row };
}
