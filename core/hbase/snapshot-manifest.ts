import { HBaseFormatError } from './format-error.ts';
import {
  bufferOf,
  type Reader,
  readBytes,
  readMessage,
  readSize,
  readText,
} from './protobuf-message.ts';
import { type Reference, readReference } from './reference-file.ts';
import { encodedRegionName, type RegionInfo, readRegionInfo } from './region-info.ts';
import { readTableSchema, type TableSchema } from './table-schema.ts';
import { compareUtf8 } from './utf8-order.ts';

/** One region of a manifest; its files stay in the manifest's bytes until they are asked for. */
export interface ManifestRegion {
  readonly encodedName: string;
  /** Where the region's SnapshotRegionManifest lies in the manifest, in bytes. */
  readonly offset: number;
  readonly length: number;
}

/** A store file as the manifest has it: unresolved, its name may be that of a link or reference. */
export interface ManifestStoreFile {
  readonly family: string;
  readonly name: string;
  /** Bytes; of a link or reference those of the file it leads to. */
  readonly size: number;
  readonly reference?: Reference;
}

/**
 * SnapshotDataManifest: the content of `data.manifest`, layout v2. HBase writes up to 64 MB of it, a million files; so
 * this is an index of the regions over the bytes, and a region's files are decoded when they are visited.
 */
export class SnapshotManifest {
  readonly tableSchema: TableSchema;
  /** In order of the encoded name, which is the order of their directories in a listing. */
  readonly regions: readonly ManifestRegion[];
  readonly #bytes: Uint8Array;
  readonly #what: string;

  /** @throws HBaseFormatError, InvalidTableName */
  constructor(bytes: Uint8Array, what = 'data.manifest') {
    this.#bytes = bufferOf(bytes);
    this.#what = what;
    let schema: TableSchema | undefined;
    const regions: ManifestRegion[] = [];
    readMessage(this.#bytes, what, 0, (tag, reader) => {
      if (tag !== 10 && tag !== 18) return false;
      const message = readBytes(reader);
      const offset = reader.pos - message.length;
      if (tag === 10) schema = readTableSchema(message, what, offset);
      else regions.push({ encodedName: this.#nameOf(message, offset), offset, length: message.length });
      return true;
    });
    if (schema === undefined) throw new HBaseFormatError(what, 0, 'a manifest without a table schema');
    regions.sort((a, b) => compareUtf8(a.encodedName, b.encodedName));
    for (const [i, region] of regions.entries()) {
      if (region.encodedName === regions[i + 1]?.encodedName) {
        throw new HBaseFormatError(what, region.offset, `region ${region.encodedName} stands there twice`);
      }
    }
    this.tableSchema = schema;
    this.regions = regions;
  }

  /** @throws HBaseFormatError */
  regionInfo(region: ManifestRegion): RegionInfo {
    return this.#infoOf(this.#slice(region), region.offset);
  }

  /** The files of a region in the order of the manifest. @throws HBaseFormatError */
  storeFiles(region: ManifestRegion): ManifestStoreFile[] {
    const files: ManifestStoreFile[] = [];
    this.#visitFamilies(region, (family, offset) => {
      let name: string | undefined;
      const first = files.length;
      readMessage(family, this.#what, offset, (tag, reader) => {
        if (tag === 10) name = readText(reader);
        else if (tag === 18) files.push(this.#storeFile(readBytes(reader), offset + reader.pos));
        else return false;
        return true;
      });
      if (name === undefined) throw new HBaseFormatError(this.#what, offset, 'a family without a name');
      for (let i = first; i < files.length; i++) (files[i] as { family: string }).family = name;
    });
    return files;
  }

  /** How many store files the manifest lists; reads through it without decoding them. @throws HBaseFormatError */
  countStoreFiles(): number {
    let count = 0;
    for (const region of this.regions) {
      this.#visitFamilies(region, (family, offset) => {
        readMessage(family, this.#what, offset, (tag, reader) => {
          if (tag === 18) count++;
          skip(tag, reader);
          return true;
        });
      });
    }
    return count;
  }
