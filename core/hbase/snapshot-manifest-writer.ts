import { Buffer } from 'node:buffer';
import { readBytes, readMessage, Writer, writeUint64 } from './protobuf-message.ts';
import { type Reference, writeReference } from './reference-file.ts';
import { type RegionInfo, writeRegionInfo } from './region-info.ts';
import { type TableSchema, writeTableSchema } from './table-schema.ts';

/** What a region brings into a manifest: its families with their files. */
export interface RegionToWrite {
  readonly info: RegionInfo;
  readonly families: Iterable<{ readonly name: string; readonly files: Iterable<StoreFileToWrite> }>;
}

export interface StoreFileToWrite {
  readonly name: string;
  readonly size: number;
  readonly reference?: Reference;
}

/** Writes a whole `data.manifest` (SnapshotDataManifest, layout v2), in memory region by region. */
export function writeSnapshotManifest(schema: TableSchema, regions: Iterable<RegionToWrite>): Buffer {
  const chunks: Uint8Array[] = [new Writer().uint32(10).bytes(writeTableSchema(schema)).finish()];
  for (const region of regions) chunks.push(new Writer().uint32(18).bytes(writeRegionManifest(region)).finish());
  return Buffer.concat(chunks);
}

/** A `data.manifest` with another table schema; every other byte is as it was. @throws HBaseFormatError */
export function replaceTableSchema(manifest: Uint8Array, schema: TableSchema, what = 'data.manifest'): Buffer {
  const others = readMessage(manifest, what, 0, (tag, reader) => {
    if (tag !== 10) return false;
    readBytes(reader);
    return true;
  });
  return Buffer.concat([new Writer().uint32(10).bytes(writeTableSchema(schema)).finish(), others]);
}

function writeRegionManifest(region: RegionToWrite): Uint8Array {
  const writer = new Writer().uint32(18).bytes(writeRegionInfo(region.info));
  for (const family of region.families) {
    writer.uint32(26).fork().uint32(10).string(family.name);
    for (const file of family.files) {
      writer.uint32(18).fork().uint32(10).string(file.name);
      if (file.reference !== undefined) writer.uint32(18).bytes(writeReference(file.reference));
      writeUint64(writer.uint32(24), BigInt(file.size)).ldelim();
    }
    writer.ldelim();
  }
  return writer.finish();
}
