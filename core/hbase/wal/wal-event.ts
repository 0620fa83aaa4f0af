import { Buffer } from 'node:buffer';
import { HBaseFormatError } from '../format-error.ts';
import { type Reader, readBytes, readMessage, readSize, readText } from '../protobuf-message.ts';
import { type TableName, tableName } from '../table-name.ts';
import { EntryFault } from './entry-fault.ts';
import { int32 } from './key-value.ts';

/** Store files of a family as a marker names them: names in the region's directory, no paths. */
export interface MarkedStore {
  readonly family: string;
  readonly files: readonly string[];
}

/** A marker that HBase puts between the edits: no data, but evidence of what became of a region's files. */
export type WalEvent =
  | {
      readonly kind: 'flush';
      readonly action: 'start' | 'commit' | 'abort' | 'cannot';
      readonly region: string;
      /** Edits up to this one are in the files. */
      readonly sequenceId: number;
      readonly stores: readonly MarkedStore[];
    }
  | {
      readonly kind: 'compaction';
      readonly region: string;
      readonly family: string;
      readonly inputs: readonly string[];
      readonly outputs: readonly string[];
    }
  | {
      readonly kind: 'region-open' | 'region-close';
      readonly region: string;
      readonly sequenceId: number;
      /** `host,port,startcode`, if it says so. */
      readonly server: string | undefined;
      /** Start key of the region, in hexadecimal digits, which sort as its bytes do; if it says so. */
      readonly startKey: string | undefined;
      readonly stores: readonly MarkedStore[];
    }
  | {
      /** Its data is not in the log but in the files it names. */
      readonly kind: 'bulk-load';
      readonly table: TableName;
      readonly region: string;
      readonly sequenceId: number;
      readonly stores: readonly MarkedStore[];
    }
  /** Markers of replication and of versions to come. */
  | { readonly kind: 'other'; readonly qualifier: string };

const ACTIONS = ['start', 'commit', 'abort', 'cannot'] as const;
const REGION = /^[0-9a-f]{1,64}$/;
const WHAT = 'marker';

/**
 * Reads the marker that is the KeyValue at `b[at]`, which was checked.
 * @throws EntryFault
 */
export function readWalEvent(b: Buffer, at: number): WalEvent {
  const keyAt = at + 8;
  const valueAt = keyAt + int32(b, at);
  const valueEnd = valueAt + int32(b, at + 4);
  const familyAt = keyAt + 2 + b.readUInt16BE(keyAt);
  const qualifier = b.toString('latin1', familyAt + 1 + b[familyAt]!, valueAt - 9);
  const value = b.subarray(valueAt, valueEnd);
  try {
    if (qualifier === 'HBASE::FLUSH') return flush(value);
    if (qualifier === 'HBASE::COMPACTION') return compaction(value);
    if (qualifier === 'HBASE::BULK_LOAD') return bulkLoad(value);
    if (qualifier.startsWith('HBASE::REGION_EVENT')) return regionEvent(value);
  } catch (error) {
    if (error instanceof EntryFault) throw error;
    const reason = error instanceof HBaseFormatError ? error.reason : (error as Error).message;
    throw new EntryFault(valueAt, `${qualifier}: ${reason}`);
  }
  return { kind: 'other', qualifier: qualifier.slice(0, 100) };
}

function flush(value: Uint8Array): WalEvent {
  const stores: MarkedStore[] = [];
  let action: number | undefined;
  let region = '';
  let sequenceId = 0;
  visit(value, (tag, reader) => {
    if (tag === 8) action = reader.uint32();
    else if (tag === 26) region = regionName(reader);
    else if (tag === 32) sequenceId = readSize(reader);
    else if (tag === 42) stores.push(store(readBytes(reader)));
    else return false;
    return true;
  });
  const named = ACTIONS[action ?? -1];
  if (named === undefined) throw new Error(`action ${action}`);
  return { kind: 'flush', action: named, region: required(region), sequenceId, stores };
}

function compaction(value: Uint8Array): WalEvent {
  const inputs: string[] = [];
  const outputs: string[] = [];
  let region = '';
  let family = '';
  visit(value, (tag, reader) => {
    if (tag === 18) region = regionName(reader);
    else if (tag === 26) family = readText(reader);
    else if (tag === 34) inputs.push(fileName(reader));
    else if (tag === 42) outputs.push(fileName(reader));
    else return false;
    return true;
  });
  return { kind: 'compaction', region: required(region), family, inputs, outputs };
}

function regionEvent(value: Uint8Array): WalEvent {
  const stores: MarkedStore[] = [];
  let type: number | undefined;
  let region = '';
  let sequenceId = 0;
  let server: string | undefined;
  let startKey: string | undefined;
  visit(value, (tag, reader) => {
    if (tag === 8) type = reader.uint32();
    else if (tag === 26) region = regionName(reader);
    else if (tag === 32) sequenceId = readSize(reader);
    else if (tag === 42) stores.push(store(readBytes(reader)));
    else if (tag === 50) server = serverName(readBytes(reader));
    else if (tag === 58) startKey = startKeyOf(readBytes(reader));
    else return false;
    return true;
  });
  if (type !== 0 && type !== 1) throw new Error(`event ${type}`);
  const kind = type === 0 ? 'region-open' : 'region-close';
  return { kind, region: required(region), sequenceId, server, startKey, stores };
}

function bulkLoad(value: Uint8Array): WalEvent {
  const stores: MarkedStore[] = [];
  let table: TableName | undefined;
  let region = '';
  let sequenceId = 0;
  visit(value, (tag, reader) => {
    if (tag === 10) table = tableOf(readBytes(reader));
    else if (tag === 18) region = regionName(reader);
    else if (tag === 26) stores.push(store(readBytes(reader)));
    else if (tag === 32) sequenceId = readSize(reader);
    else return false;
    return true;
  });
  if (table === undefined) throw new Error('without a table');
  return { kind: 'bulk-load', table, region: required(region), sequenceId, stores };
}

/** StoreDescriptor and StoreFlushDescriptor: family 1, file names 3. */
function store(message: Uint8Array): MarkedStore {
  const files: string[] = [];
  let family = '';
  visit(message, (tag, reader) => {
    if (tag === 10) family = readText(reader);
    else if (tag === 26) files.push(fileName(reader));
    else return false;
    return true;
  });
  return { family, files };
}

function tableOf(message: Uint8Array): TableName {
  let namespace = '';
  let qualifier = '';
  visit(message, (tag, reader) => {
    if (tag === 10) namespace = readText(reader);
    else if (tag === 18) qualifier = readText(reader);
    else return false;
    return true;
  });
  return tableName(namespace, qualifier);
}

/** Of a region's full name, `<table>,<start key>,<id>.<encoded name>.`: the start key alone may have commas. */
function startKeyOf(name: Uint8Array): string {
  const [first, last] = [name.indexOf(0x2c), name.lastIndexOf(0x2c)];
  if (first === last) throw new Error('a region without a full name');
  return Buffer.from(name.subarray(first + 1, last)).toString('hex');
}

function serverName(message: Uint8Array): string {
  let host = '';
  let port = 0;
  let startCode = 0;
  visit(message, (tag, reader) => {
    if (tag === 10) host = readText(reader);
    else if (tag === 16) port = reader.uint32();
    else if (tag === 24) startCode = readSize(reader);
    else return false;
    return true;
  });
  return `${host},${port},${startCode}`;
}

function visit(message: Uint8Array, visitor: (tag: number, reader: Reader) => boolean): void {
  readMessage(message, WHAT, 0, visitor);
}

function regionName(reader: Reader): string {
  const region = readText(reader);
  if (!REGION.test(region)) throw new Error('a region without an encoded name');
  return region;
}

function required(region: string): string {
  if (region === '') throw new Error('without a region');
  return region;
}

/** A name that led out of its directory would have another file read or listed. */
function fileName(reader: Reader): string {
  const name = readText(reader);
  if (name === '' || name === '.' || name === '..' || name.length > 1000 || /[/\\\p{Cc}]/u.test(name)) {
    throw new Error(`not the name of a file: ${JSON.stringify(name.slice(0, 100))}`);
  }
  return name;
}
