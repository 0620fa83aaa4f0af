import { createHash } from 'node:crypto';
import {
  type AttributeValue,
  attribute,
  compareStrings,
  compareValues,
  type Item,
  identityOf,
  typeOf,
} from './attribute-value.ts';
import { validation } from './errors.ts';

export type KeyType = 'S' | 'N' | 'B';

export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyType;
}

/** Partition key, perhaps a sort key. */
export interface KeySchema {
  readonly hash: KeyAttribute;
  readonly range?: KeyAttribute;
}

const maxHashBytes = 2048;
const maxRangeBytes = 1024;

export const keyAttributes = (schema: KeySchema): KeyAttribute[] =>
  schema.range ? [schema.hash, schema.range] : [schema.hash];

function checkPiece(value: AttributeValue, { name, type }: KeyAttribute, isHash: boolean): void {
  if (type === 'N') return;
  const bytes = 'S' in value ? Buffer.byteLength(value.S) : 'B' in value ? value.B.length : 0;
  if (bytes === 0)
    throw validation(
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ' +
        `${type === 'S' ? 'string' : 'binary'} value. Key: ${name}`,
    );
  if (isHash && bytes > maxHashBytes)
    throw validation(
      'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes',
    );
  if (!isHash && bytes > maxRangeBytes)
    throw validation(
      'One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes',
    );
}

/** `key` must be exactly the key of this schema. */
export function checkKey(schema: KeySchema, key: Item): void {
  const wanted = keyAttributes(schema);
  const mismatch = () => validation('The provided key element does not match the schema');
  if (Object.keys(key).length !== wanted.length) throw mismatch();
  for (const piece of wanted) {
    const value = attribute(key, piece.name);
    if (!value || typeOf(value) !== piece.type) throw mismatch();
    checkPiece(value, piece, piece === schema.hash);
  }
}

/** An item to be put must contain a whole, valid key. */
export function checkItemKey(schema: KeySchema, item: Item): void {
  for (const piece of keyAttributes(schema)) {
    const value = attribute(item, piece.name);
    if (!value)
      throw validation(`One or more parameter values were invalid: Missing the key ${piece.name} in the item`);
    if (typeOf(value) !== piece.type)
      throw validation(
        `One or more parameter values were invalid: Type mismatch for key ${piece.name} expected: ${piece.type} actual: ${typeOf(value)}`,
      );
    checkPiece(value, piece, piece === schema.hash);
  }
}

/** A key of a secondary index may be missing (the index is sparse), but not of another type or empty. */
export function checkIndexKey(schema: KeySchema, indexName: string, item: Item): void {
  for (const piece of keyAttributes(schema)) {
    const value = attribute(item, piece.name);
    if (!value) continue;
    if (typeOf(value) !== piece.type)
      throw validation(
        `One or more parameter values were invalid: Type mismatch for Index Key ${piece.name} Expected: ${piece.type} ` +
          `Actual: ${typeOf(value)} IndexName: ${indexName}`,
      );
    checkPiece(value, piece, piece === schema.hash);
  }
}

export function keyOf(schema: KeySchema, item: Item): Item {
  return Object.fromEntries(keyAttributes(schema).map(({ name }) => [name, attribute(item, name)!]));
}

/** One text per key. */
export const keyIdentity = (schema: KeySchema, item: Item): string =>
  JSON.stringify(keyAttributes(schema).map(({ name }) => identityOf(attribute(item, name)!)));

/** Where an item stands: partitions in the order of a hash, as in the service no order to rely on; then the sort key. */
export interface Place {
  readonly partition: string;
  readonly sort: AttributeValue | undefined;
  /** Tells items of an index with equal keys apart. */
  readonly tie: string;
}

export const partitionOf = (value: AttributeValue): string => createHash('md5').update(identityOf(value)).digest('hex');

/** undefined: the item lacks an attribute of the key, so it is not in this index. */
export function placeOf(schema: KeySchema, item: Item, tie = ''): Place | undefined {
  const hash = attribute(item, schema.hash.name);
  const sort = schema.range && attribute(item, schema.range.name);
  if (!hash || (schema.range && !sort)) return undefined;
  return { partition: partitionOf(hash), sort, tie };
}

const compareTexts = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export function comparePlaces(a: Place, b: Place): number {
  return (
    compareTexts(a.partition, b.partition) ||
    (a.sort && b.sort ? (compareValues(a.sort, b.sort) ?? 0) : 0) ||
    compareStrings(a.tie, b.tie)
  );
}
