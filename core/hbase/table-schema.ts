import { Buffer } from 'node:buffer';
import { HBaseFormatError } from './format-error.ts';
import { PBUF_MAGIC, withoutPbufMagic } from './pbuf-magic.ts';
import { readBytes, readMessage, readText, Writer } from './protobuf-message.ts';
import { type TableName, tableName } from './table-name.ts';

/** HBase's attributes, e.g. VERSIONS: "3". Bytes, because one (ENCRYPTION_KEY) is no text. */
export type Attributes = ReadonlyMap<string, Uint8Array>;

/** TableSchema: descriptor of a table. */
export interface TableSchema {
  readonly table: TableName;
  readonly attributes: Attributes;
  readonly families: readonly FamilySchema[];
  readonly configuration: ReadonlyMap<string, string>;
  /** Fields that this version does not know, as they stood. */
  readonly unknown: Uint8Array;
}

export interface FamilySchema {
  readonly name: string;
  readonly attributes: Attributes;
  readonly configuration: ReadonlyMap<string, string>;
  readonly unknown: Uint8Array;
}

/** `.tabledesc/.tableinfo.*`: PBUF and a bare TableSchema to the end. @throws HBaseFormatError, InvalidTableName */
export function readTableInfoFile(bytes: Uint8Array, what = '.tableinfo'): TableSchema {
  return readTableSchema(withoutPbufMagic(bytes, what), what, 4);
}

export function writeTableInfoFile(schema: TableSchema): Uint8Array {
  return Buffer.concat([PBUF_MAGIC, writeTableSchema(schema)]);
}

/** @throws HBaseFormatError, InvalidTableName */
export function readTableSchema(bytes: Uint8Array, what = 'table schema', base = 0): TableSchema {
  let table: TableName | undefined;
  const attributes = new Map<string, Uint8Array>();
  const families: FamilySchema[] = [];
  const configuration = new Map<string, string>();
  const unknown = readMessage(bytes, what, base, (tag, reader) => {
    if (tag === 10) table = readTableName(readBytes(reader), what, base);
    else if (tag === 18) readPair(readBytes(reader), what, base, (key, value) => attributes.set(key, value));
    else if (tag === 26) families.push(readFamily(readBytes(reader), what, base));
    else if (tag === 34)
      readPair(readBytes(reader), what, base, (key, value) => configuration.set(key, value.toString()));
    else return false;
    return true;
  });
  if (table === undefined) throw new HBaseFormatError(what, base, 'a table schema without a table name');
  return { table, attributes, families, configuration, unknown };
}

export function writeTableSchema(schema: TableSchema): Uint8Array {
  const writer = new Writer();
  writer.uint32(10).bytes(writeTableName(schema.table));
  writePairs(writer, 18, schema.attributes);
  for (const family of schema.families) {
    const inner = new Writer().uint32(10).string(family.name);
    writePairs(inner, 18, family.attributes);
    writePairs(inner, 26, family.configuration);
    writer.uint32(26).bytes(Buffer.concat([inner.finish(), family.unknown]));
  }
  writePairs(writer, 34, schema.configuration);
  return Buffer.concat([writer.finish(), schema.unknown]);
}

/** An attribute as text, e.g. `attributeText(family.attributes, 'COMPRESSION')`. */
export function attributeText(attributes: Attributes, key: string): string | undefined {
  const value = attributes.get(key);
  return value === undefined ? undefined : Buffer.from(value).toString();
}

/** TableName{1 namespace, 2 qualifier}, inside other messages. */
export function readTableName(bytes: Uint8Array, what: string, base: number): TableName {
  let namespace = '';
  let qualifier = '';
  readMessage(bytes, what, base, (tag, reader) => {
    if (tag === 10) namespace = readText(reader);
    else if (tag === 18) qualifier = readText(reader);
    else return false;
    return true;
  });
  return tableName(namespace, qualifier);
}

export function writeTableName(table: TableName): Uint8Array {
  return new Writer().uint32(10).string(table.namespace).uint32(18).string(table.qualifier).finish();
}

function readFamily(bytes: Uint8Array, what: string, base: number): FamilySchema {
  let name: string | undefined;
  const attributes = new Map<string, Uint8Array>();
  const configuration = new Map<string, string>();
  const unknown = readMessage(bytes, what, base, (tag, reader) => {
    if (tag === 10) name = readText(reader);
    else if (tag === 18) readPair(readBytes(reader), what, base, (key, value) => attributes.set(key, value));
    else if (tag === 26)
      readPair(readBytes(reader), what, base, (key, value) => configuration.set(key, value.toString()));
    else return false;
    return true;
  });
  if (name === undefined) throw new HBaseFormatError(what, base, 'a column family without a name');
  return { name, attributes, configuration, unknown };
}

/** BytesBytesPair and NameStringPair have the same bytes. */
function readPair(bytes: Uint8Array, what: string, base: number, set: (key: string, value: Buffer) => void): void {
  let key = '';
  let value: Buffer = Buffer.alloc(0);
  readMessage(bytes, what, base, (tag, reader) => {
    if (tag === 10) key = readText(reader);
    else if (tag === 18) value = readBytes(reader);
    else return false;
    return true;
  });
  set(key, value);
}

function writePairs(writer: Writer, tag: number, pairs: ReadonlyMap<string, Uint8Array | string>): void {
  for (const [key, value] of pairs) {
    const pair = new Writer().uint32(10).string(key);
    writer.uint32(tag).bytes(
      pair
        .uint32(18)
        .bytes(typeof value === 'string' ? Buffer.from(value) : value)
        .finish(),
    );
  }
}
