import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Json } from '../../../core/canonical-json.ts';
import { UnknownAnswer } from '../../../core/errors/platform-errors.ts';
import type { Item } from '../../../core/items.ts';

/**
 * JSON to DynamoDB's attribute values. Absent members are left out.
 * @throws UnknownAnswer for a number that {@link fromAttribute} would refuse: nobody could read the item again
 */
export function toAttribute(value: Json): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new UnknownAnswer(`${value} is no number for the system table`, '');
    return { N: String(value) };
  }
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map((v: Json) => toAttribute(v)) };
  return { M: toAttributes(value as { [key: string]: Json | undefined }) };
}

export function toAttributes(object: object): Record<string, AttributeValue> {
  const entries = Object.entries(object as Record<string, Json | undefined>);
  return Object.fromEntries(entries.flatMap(([k, v]) => (v === undefined ? [] : [[k, toAttribute(v)]])));
}

/**
 * The way back.
 * @throws UnknownAnswer for a type or a number that the system table does not use (I9)
 */
export function fromAttribute(value: AttributeValue): Json {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) {
    const number = Number(value.N);
    if (!Number.isSafeInteger(number)) throw new UnknownAnswer(`the system table holds the number ${value.N}`, '');
    return number;
  }
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.L !== undefined) return value.L.map(fromAttribute);
  if (value.M !== undefined) return fromAttributes(value.M);
  throw new UnknownAnswer(`the system table holds an attribute of type ${Object.keys(value).join()}`, '');
}

export function fromAttributes(map: Record<string, AttributeValue>): Record<string, Json> {
  return Object.fromEntries(Object.entries(map).map(([k, v]) => [k, fromAttribute(v)]));
}

export const itemOf = (map: Record<string, AttributeValue>): Item => fromAttributes(map) as Item;
