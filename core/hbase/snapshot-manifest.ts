import { HBaseFormatError } from './format-error.ts';
import {
  bufferOf,
  type FieldVisitor,
  type Reader,
  readBytes,
  readMessage,
  readSize,
  readText,
  skipField,
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
  /** What is being read, for messages. */
  readonly what: string;
  readonly #bytes: Uint8Array;

  /** @throws HBaseFormatError, InvalidTableName */
  constructor(bytes: Uint8Array, what = 'data.manifest') {
    this.what = what;
    this.#bytes = bufferOf(bytes);
    let schema: TableSchema | undefined;
    const regions: ManifestRegion[] = [];
    this.#visit(this.#bytes, 0, (tag, reader) => {
      if (tag !== 10 && tag !== 18) return false;
      const message = readBytes(reader);
      const offset = reader.pos - message.length;
      if (tag === 10) schema = readTableSchema(message, what, offset);
      else
        regions.push({ encodedName: encodedRegionName(this.#infoOf(message, offset)), offset, length: message.length });
      return true;
    });
    if (schema === undefined) throw new HBaseFormatError(what, 0, 'a manifest without a table schema');
    this.tableSchema = schema;
    this.regions = regions.sort((a, b) => compareUtf8(a.encodedName, b.encodedName));
    for (const [i, region] of regions.entries()) {
      if (region.encodedName === regions[i + 1]?.encodedName) {
        throw new HBaseFormatError(what, region.offset, `region ${region.encodedName} stands there twice`);
      }
    }
  }

  /** @throws HBaseFormatError, InvalidTableName */
  regionInfo(region: ManifestRegion): RegionInfo {
    return this.#infoOf(this.#bytesOf(region), region.offset);
  }

  /** The files of a region in the order of the manifest. @throws HBaseFormatError */
  storeFiles(region: ManifestRegion): ManifestStoreFile[] {
    const files: ManifestStoreFile[] = [];
    this.#visitFamilies(region, (message, offset) => {
      const family = this.#familyName(message, offset);
      this.#visit(message, offset, (tag, reader) => {
        if (tag !== 18) return false;
        files.push(this.#storeFile(reader, offset, family));
        return true;
      });
    });
    return files;
  }

  /** How many store files the manifest lists; reads through it without decoding them. @throws HBaseFormatError */
  countStoreFiles(): number {
    let count = 0;
    for (const region of this.regions) {
      this.#visitFamilies(region, (message, offset) => {
        this.#visit(message, offset, (tag) => {
          if (tag === 18) count++;
          return false;
        });
      });
    }
    return count;
  }

  #infoOf(manifest: Uint8Array, base: number): RegionInfo {
    let info: RegionInfo | undefined;
    this.#visit(manifest, base, (tag, reader) => {
      if (tag !== 18) return false;
      const message = readBytes(reader);
      info = readRegionInfo(message, this.what, base + reader.pos - message.length);
      return true;
    });
    if (info === undefined) throw new HBaseFormatError(this.what, base, 'a region manifest without a region info');
    return info;
  }

  #visitFamilies(region: ManifestRegion, onFamily: (message: Uint8Array, offset: number) => void): void {
    this.#visit(this.#bytesOf(region), region.offset, (tag, reader) => {
      if (tag !== 26) return false;
      const message = readBytes(reader);
      onFamily(message, region.offset + reader.pos - message.length);
      return true;
    });
  }

  #familyName(message: Uint8Array, base: number): string {
    let name: string | undefined;
    this.#visit(message, base, (tag, reader) => {
      if (tag !== 10) return false;
      name = readText(reader);
      return true;
    });
    if (name === undefined) throw new HBaseFormatError(this.what, base, 'a family without a name');
    return name;
  }

  /** Reads one StoreFile where the reader stands: by hand and without a reader of its own, it is what there are a million of. */
  #storeFile(reader: Reader, base: number, family: string): ManifestStoreFile {
    const length = reader.size();
    const start = reader.pos;
    const end = start + length;
    let name: string | undefined;
    let size: number | undefined;
    let reference: Reference | undefined;
    while (reader.pos < end) {
      const tag = reader.tag();
      if (tag === 10) name = readText(reader);
      else if (tag === 24) size = readSize(reader);
      else if (tag === 18) reference = readReference(readBytes(reader), this.what, base + start);
      else skipField(tag, reader);
    }
    if (reader.pos !== end) throw new Error('a store file longer than announced');
    if (name === undefined) throw new HBaseFormatError(this.what, base + start, 'a store file without a name');
    // I9: a backup that does not know how large a file was cannot say later that it is whole.
    if (size === undefined)
      throw new HBaseFormatError(this.what, base + start, `store file ${name.slice(0, 300)} without a size`);
    return reference === undefined ? { family, name, size } : { family, name, size, reference };
  }

  #bytesOf(region: ManifestRegion): Uint8Array {
    return this.#bytes.subarray(region.offset, region.offset + region.length);
  }

  #visit(message: Uint8Array, base: number, visitor: FieldVisitor): void {
    readMessage(message, this.what, base, visitor);
  }
}
