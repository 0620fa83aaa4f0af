import { Buffer } from 'node:buffer';
import { SnapshotUnsupported } from '../errors/source-errors.ts';
import { HBaseFormatError } from './format-error.ts';
import { readInt64, readMessage, readText, Writer, writeUint64 } from './protobuf-message.ts';
import { formatTableName, parseTableName, type TableName } from './table-name.ts';

/** SnapshotDescription: the content of `.snapshotinfo`. Times in ms, TTL in seconds (0: for ever). */
export interface SnapshotDescription {
  readonly name: string;
  readonly table: TableName;
  readonly creationMs: number;
  readonly type: 'DISABLED' | 'FLUSH' | 'SKIPFLUSH';
  /** 0 is layout v1, 2 layout v2. */
  readonly version: number;
  readonly owner?: string;
  readonly ttlSeconds: number;
  readonly maxFileSize?: bigint;
  /** The access list (field 7) and all that this version does not know, as it stood. */
  readonly unknown: Uint8Array;
}

const TYPES = ['DISABLED', 'FLUSH', 'SKIPFLUSH'] as const;

/** @throws HBaseFormatError, InvalidTableName */
export function readSnapshotDescription(bytes: Uint8Array, what = '.snapshotinfo'): SnapshotDescription {
  let name: string | undefined;
  let table: TableName | undefined;
  let creationMs = 0;
  let type = 1;
  let version = 0;
  let owner: string | undefined;
  let ttlSeconds = 0;
  let maxFileSize: bigint | undefined;
  const unknown = readMessage(bytes, what, 0, (tag, reader) => {
    if (tag === 10) name = readText(reader);
    else if (tag === 18) table = parseTableName(readText(reader));
    else if (tag === 24) creationMs = Number(readInt64(reader));
    else if (tag === 32) type = reader.uint32();
    else if (tag === 40) version = reader.int32();
    else if (tag === 50) owner = readText(reader);
    else if (tag === 64) ttlSeconds = Number(readInt64(reader));
    else if (tag === 72) maxFileSize = readInt64(reader);
    else return false;
    return true;
  });
  const typeName = TYPES[type];
  if (name === undefined || table === undefined) throw new HBaseFormatError(what, 0, 'no snapshot name or no table');
  // Positions are numbers of the system table, which holds safe integers only.
  if (!Number.isSafeInteger(creationMs) || creationMs < 0) {
    throw new HBaseFormatError(what, 0, `the creation time ${creationMs} is no time in milliseconds`);
  }
  if (typeName === undefined) throw new HBaseFormatError(what, 0, `snapshot type ${type} is unknown`);
  const optional = {
    ...(owner === undefined ? {} : { owner }),
    ...(maxFileSize === undefined ? {} : { maxFileSize }),
  };
  return { name, table, creationMs, type: typeName, version, ttlSeconds, ...optional, unknown };
}

export function writeSnapshotDescription(snapshot: SnapshotDescription): Uint8Array {
  const writer = new Writer().uint32(10).string(snapshot.name);
  writer.uint32(18).string(formatTableName(snapshot.table));
  writeUint64(writer.uint32(24), BigInt(snapshot.creationMs));
  writer.uint32(32).uint32(TYPES.indexOf(snapshot.type));
  writer.uint32(40).int32(snapshot.version);
  if (snapshot.owner !== undefined) writer.uint32(50).string(snapshot.owner);
  writeUint64(writer.uint32(64), BigInt(snapshot.ttlSeconds));
  if (snapshot.maxFileSize !== undefined) writeUint64(writer.uint32(72), snapshot.maxFileSize);
  return Buffer.concat([writer.finish(), snapshot.unknown]);
}

/** SnapshotDescriptionUtils.isExpiredSnapshot: HBase's cleaner may have removed the files of an expired one. */
export function isExpired(snapshot: SnapshotDescription, nowMs: number): boolean {
  const { creationMs, ttlSeconds } = snapshot;
  return creationMs > 0 && ttlSeconds > 0 && creationMs + ttlSeconds * 1000 < nowMs;
}

/** Only layout v2 has the one `data.manifest` that a backup is planned from. @throws SnapshotUnsupported */
export function requireLayoutV2(snapshot: SnapshotDescription): void {
  if (snapshot.version === 2) return;
  const hint = `take a new snapshot of ${formatTableName(snapshot.table)} with HBase 2.4 or later`;
  const evidence = { snapshot: snapshot.name, version: snapshot.version };
  throw snapshot.version === 0
    ? new SnapshotUnsupported(`snapshot ${snapshot.name} has layout v1, of HBase before 1.0`, hint, evidence)
    : new SnapshotUnsupported(`snapshot ${snapshot.name} has the unknown layout ${snapshot.version}`, hint, evidence);
}
