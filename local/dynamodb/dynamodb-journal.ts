import type { Journal } from '../journal.ts';
import type { AttributeValue, Item } from './attribute-value.ts';
import type { Change } from './table.ts';
import type { TableDefinition } from './table-definition.ts';

/** A remembered ClientRequestToken: `digest` is that of the request it came with. */
export interface RememberedToken {
  readonly token: string;
  readonly digest: string;
  readonly untilMs: number;
}

/** Everything that one call changed; a record is whole or not there, so a transaction is too. */
export type DynamoDbRecord =
  | { readonly kind: 'table'; readonly definition: TableDefinition }
  | { readonly kind: 'table-deleted'; readonly name: string }
  | { readonly kind: 'write'; readonly changes: readonly Change[]; readonly token?: RememberedToken };

const service = 'dynamodb';

/** Bytes have no JSON form; an object with this one member is no attribute value, so nothing else looks like it. */
const bytesMember = '$bytes';

const freeze = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array ? { [bytesMember]: Buffer.from(value).toString('base64') } : value;

function thawValue(value: AttributeValue): AttributeValue {
  const bytes = (frozen: unknown) =>
    Uint8Array.from(Buffer.from((frozen as Record<string, string>)[bytesMember] ?? '', 'base64'));
  if ('B' in value) return { B: bytes(value.B) };
  if ('BS' in value) return { BS: value.BS.map(bytes) };
  if ('L' in value) return { L: value.L.map(thawValue) };
  return 'M' in value ? { M: thaw(value.M) } : value;
}

const thaw = (item: Item): Item =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, thawValue(value)]));

/** The form of a record in a journal that services may share. */
export const toJournal = (record: DynamoDbRecord): unknown =>
  JSON.parse(JSON.stringify({ service, ...record }, freeze));

export function appendTo(journal: Journal, record: DynamoDbRecord): void {
  journal.append(toJournal(record));
}

/** undefined for a record of another service. */
export function fromJournal(input: unknown): DynamoDbRecord | undefined {
  if (typeof input !== 'object' || input === null || (input as { service?: unknown }).service !== service)
    return undefined;
  const record = input as DynamoDbRecord;
  if (record.kind !== 'write') return record;
  const changes = record.changes.map(({ table, key, item }) => ({
    table,
    key: thaw(key),
    ...(item ? { item: thaw(item) } : {}),
  }));
  return { ...record, changes };
}
