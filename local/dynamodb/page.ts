import { attribute, copyItem, type Item, readItem, typeOf } from './attribute-value.ts';
import { satisfies } from './condition-evaluation.ts';
import { pathsOf } from './condition-paths.ts';
import { validation } from './errors.ts';
import { itemBytes } from './item-size.ts';
import { refuseInsideKey } from './item-write.ts';
import { type KeyRange, readKeyCondition } from './key-condition.ts';
import { comparePlaces, keyAttributes, partitionOf } from './key-schema.ts';
import type { OrderedRows } from './ordered-rows.ts';
import { project } from './projection-expression.ts';
import { type Input, parseExpressions } from './request-expressions.ts';
import type { Table } from './table.ts';

/** A page ends with the item that reaches this size. */
const maxPageBytes = 1024 * 1024;

export interface Page {
  readonly Items?: Item[];
  readonly Count: number;
  readonly ScannedCount: number;
  readonly LastEvaluatedKey?: Item;
}

function readStartKey(table: Table, indexName: string | undefined, input: unknown): Item | undefined {
  if (input === undefined || input === null) return undefined;
  const key = readItem(input);
  const wanted = new Map(
    [table.schema, table.view(indexName)!.schema].flatMap(keyAttributes).map((piece) => [piece.name, piece.type]),
  );
  const fits = Object.keys(key).length === wanted.size;
  const typed = [...wanted].every(([name, type]) => {
    const value = attribute(key, name);
    return value !== undefined && typeOf(value) === type;
  });
  if (!fits || !typed) throw validation('The provided starting key is invalid');
  return key;
}

/** Query and Scan: one page of a table or index, filtered after it was read, projected after it was filtered. */
export function readPage(table: Table, input: Input, kind: 'query' | 'scan'): Page {
  const indexName = input.IndexName === undefined ? undefined : String(input.IndexName);
  const view = table.view(indexName);
  if (!view) throw validation(`The table does not have the specified index: ${indexName}`);
  if (indexName !== undefined && input.ConsistentRead === true)
    throw validation('Consistent reads are not supported on global secondary indexes');
  const limit = input.Limit === undefined || input.Limit === null ? Number.POSITIVE_INFINITY : Number(input.Limit);
  if (!(limit >= 1))
    throw validation(
      `1 validation error detected: Value '${String(input.Limit)}' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    );
  const select = checkSelect(input);
  if (kind === 'query' && input.KeyConditionExpression === undefined)
    throw validation('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.');
  const { keyCondition, filter, projection } = parseExpressions(input);
  const keys = keyAttributes(view.schema).map((piece) => piece.name);
  for (const path of [...(projection ?? []), ...(filter ? pathsOf(filter) : [])]) refuseInsideKey(path, keys);
  const range = keyCondition && readKeyCondition(keyCondition, view.schema);
  if (kind === 'query')
    for (const [name] of filter ? pathsOf(filter) : [])
      if (keys.includes(name))
        throw validation(
          `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`,
        );
  const startKey = readStartKey(table, indexName, input.ExclusiveStartKey);
  const start = startKey && table.placeIn(indexName, startKey);

  let [from, to] = bounds(view.rows, range);
  const backward = input.ScanIndexForward === false;
  if (start) {
    if (range && (start.partition !== partitionOf(range.hash) || (start.sort && range.side(start.sort) !== 0)))
      throw validation('The provided starting key is outside query boundaries based on provided conditions');
    if (backward) to = view.rows.lowerBound((place) => comparePlaces(place, start) >= 0);
    else from = view.rows.lowerBound((place) => comparePlaces(place, start) > 0);
  }

  const items: Item[] = [];
  let scanned = 0;
  let matched = 0;
  let bytes = 0;
  let last: Item | undefined;
  for (let at = backward ? to - 1 : from; backward ? at >= from : at < to; at += backward ? -1 : 1) {
    if (scanned >= limit || bytes >= maxPageBytes) break;
    const { item } = view.rows.at(at);
    scanned++;
    bytes += itemBytes(item);
    last = item;
    if (filter && !satisfies(filter, item)) continue;
    matched++;
    if (select !== 'COUNT') items.push(project(item, projection));
  }
  const stoppedEarly = last && (scanned >= limit || bytes >= maxPageBytes);
  return {
    ...(select === 'COUNT' ? {} : { Items: items }),
    Count: matched,
    ScannedCount: scanned,
    // The service names a last key whenever a page stopped for its limit, even if nothing follows.
    ...(stoppedEarly ? { LastEvaluatedKey: startKeyAt(table, indexName, last!) } : {}),
  };
}

function bounds(rows: OrderedRows, range: KeyRange | undefined): [number, number] {
  if (!range) return [0, rows.length];
  const partition = partitionOf(range.hash);
  const side = (sort: Parameters<KeyRange['side']>[0] | undefined) => (sort ? range.side(sort) : 0);
  return [
    rows.lowerBound((place) => place.partition > partition || (place.partition === partition && side(place.sort) >= 0)),
    rows.lowerBound((place) => place.partition > partition || (place.partition === partition && side(place.sort) > 0)),
  ];
}

function startKeyAt(table: Table, indexName: string | undefined, item: Item): Item {
  const names = [table.schema, table.view(indexName)!.schema].flatMap(keyAttributes).map((piece) => piece.name);
  return copyItem(Object.fromEntries(names.map((name) => [name, attribute(item, name)!])));
}

function checkSelect(input: Input): string {
  const select = input.Select === undefined ? 'ALL_ATTRIBUTES' : String(input.Select);
  const known = ['ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES', 'SPECIFIC_ATTRIBUTES', 'COUNT'];
  if (!known.includes(select))
    throw validation(
      `1 validation error detected: Value '${select}' at 'select' failed to satisfy constraint: Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]`,
    );
  if (select === 'SPECIFIC_ATTRIBUTES' && input.ProjectionExpression === undefined)
    throw validation(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  if (input.Select !== undefined && select !== 'SPECIFIC_ATTRIBUTES' && input.ProjectionExpression !== undefined)
    throw validation(
      `Cannot specify the ProjectionExpression when choosing to get ${select === 'COUNT' ? 'only the Count' : select}`,
    );
  if (select === 'ALL_PROJECTED_ATTRIBUTES' && input.IndexName === undefined)
    throw validation('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName');
  return select;
}
