import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { HBaseFormatError } from './format-error.ts';
import { PBUF_MAGIC, withoutPbufMagic } from './pbuf-magic.ts';
import { Reader, readBytes, readMessage, readUint64, Writer, writeUint64 } from './protobuf-message.ts';
import { formatTableName, type TableName } from './table-name.ts';
import { readTableName, writeTableName } from './table-schema.ts';

/** RegionInfo: rows `startKey <= row < endKey` of a table; an empty key is no bound. */
export interface RegionInfo {
  readonly regionId: bigint;
  readonly table: TableName;
  readonly startKey: Uint8Array;
  readonly endKey: Uint8Array;
  readonly offline: boolean;
  /** A parent whose daughters still reference its files. */
  readonly split: boolean;
  /** 0 is the region that owns the files. */
  readonly replicaId: number;
  readonly unknown: Uint8Array;
}

const META_REGION = '1588230740';

/** The message as it stands in a snapshot manifest: bare. @throws HBaseFormatError, InvalidTableName */
export function readRegionInfo(bytes: Uint8Array, what = 'region info', base = 0): RegionInfo {
  let regionId: bigint | undefined;
  let table: TableName | undefined;
  let startKey: Uint8Array = Buffer.alloc(0);
  let endKey: Uint8Array = Buffer.alloc(0);
  let offline = false;
  let split = false;
  let replicaId = 0;
  const unknown = readMessage(bytes, what, base, (tag, reader) => {
    if (tag === 8) regionId = readUint64(reader);
    else if (tag === 18) table = readTableName(readBytes(reader), what, base);
    else if (tag === 26) startKey = readBytes(reader);
    else if (tag === 34) endKey = readBytes(reader);
    else if (tag === 40) offline = reader.bool();
    else if (tag === 48) split = reader.bool();
    else if (tag === 56) replicaId = reader.int32();
    else return false;
    return true;
  });
  if (regionId === undefined || table === undefined) {
    throw new HBaseFormatError(what, base, 'a region info without region id or table');
  }
  return { regionId, table, startKey, endKey, offline, split, replicaId, unknown };
}

export function writeRegionInfo(region: RegionInfo): Uint8Array {
  const writer = new Writer();
  writeUint64(writer.uint32(8), region.regionId);
  writer.uint32(18).bytes(writeTableName(region.table));
  writer.uint32(26).bytes(region.startKey).uint32(34).bytes(region.endKey);
  writer.uint32(40).bool(region.offline).uint32(48).bool(region.split).uint32(56).int32(region.replicaId);
  return Buffer.concat([writer.finish(), region.unknown]);
}

/** The file `.regioninfo`: PBUF and the message with its length before it. @throws HBaseFormatError, InvalidTableName */
export function readRegionInfoFile(bytes: Uint8Array, what = '.regioninfo'): RegionInfo {
  const message = withoutPbufMagic(bytes, what);
  const reader = new Reader(message);
  let length: number;
  try {
    length = reader.size();
  } catch {
    throw new HBaseFormatError(what, 4, 'ends inside the length of the region info');
  }
  const end = reader.pos + length;
  if (end > message.length) throw new HBaseFormatError(what, 4, `${length} bytes announced, fewer there`);
  return readRegionInfo(message.subarray(reader.pos, end), what, 4 + reader.pos);
}

export function writeRegionInfoFile(region: RegionInfo): Uint8Array {
  const message = writeRegionInfo(region);
  return Buffer.concat([PBUF_MAGIC, new Writer().uint32(message.length).finish(), message]);
}

/** The name of the region's directory: the MD5 of its full name. */
export function encodedRegionName(region: RegionInfo): string {
  if (region.table.namespace === 'hbase' && region.table.qualifier === 'meta' && region.replicaId === 0) {
    return META_REGION;
  }
  const replica = region.replicaId > 0 ? `_${region.replicaId.toString(16).toUpperCase().padStart(4, '0')}` : '';
  return createHash('md5')
    .update(`${formatTableName(region.table)},`)
    .update(region.startKey)
    .update(`,${region.regionId}${replica}`)
    .digest('hex');
}

/** MobUtils.getMobRegionInfo: the one region, start key `.mob` and id 0, under which a table's mob files lie. */
export function mobRegionName(table: TableName): string {
  return createHash('md5')
    .update(`${formatTableName(table)},.mob,0`)
    .digest('hex');
}

/**
 * Whether a region has rows of its own: it is neither split nor offline, no replica, which shares the files of region 0,
 * and not the one of the mob files (start key `.mob`, id 0).
 */
export function servesRows({ offline, split, replicaId, regionId, startKey }: RegionInfo): boolean {
  if (regionId === 0n && Buffer.from(startKey).toString('latin1') === '.mob') return false;
  return !offline && !split && replicaId === 0;
}
