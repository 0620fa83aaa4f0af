import { type Item, readItem } from './attribute-value.ts';
import { consumed, type Use } from './consumed-capacity.ts';
import { validation } from './errors.ts';
import { itemBytes } from './item-size.ts';
import { ItemWrite } from './item-write.ts';
import { checkKey, keyIdentity } from './key-schema.ts';
import { project } from './projection-expression.ts';
import { type Input, parseExpressions } from './request-expressions.ts';
import type { Change, Table } from './table.ts';

const maxWrites = 25;
const maxReads = 100;
const maxBatchBytes = 16 * 1024 * 1024;

function requestItems(input: Input): [string, unknown][] {
  const items = input.RequestItems;
  const entries = typeof items === 'object' && items !== null ? Object.entries(items) : [];
  if (entries.length === 0)
    throw validation(
      "1 validation error detected: Value at 'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  return entries;
}

function refuseDuplicates(keys: readonly string[]): void {
  if (new Set(keys).size !== keys.length) throw validation('Provided list of item keys contains duplicates');
}

/** BatchGetItem. What does not fit into 16 MB, or is made to fail, comes back in `UnprocessedKeys`. */
export function batchGet(
  input: Input,
  tableOf: (name: unknown) => Table,
  isUnprocessed: (index: number) => boolean,
): Input {
  const requests = requestItems(input).map(([name, body]) => {
    const request = body as Input;
    const table = tableOf(name);
    const keys = (Array.isArray(request.Keys) ? request.Keys : []).map((key) => readItem(key));
    if (keys.length === 0)
      throw validation(
        "1 validation error detected: Value at 'requestItems.member.keys' failed to satisfy constraint: Member must have length greater than or equal to 1",
      );
    const { projection } = parseExpressions(request);
    for (const key of keys) checkKey(table.schema, key);
    refuseDuplicates(keys.map((key) => keyIdentity(table.schema, key)));
    return { name, request, table, keys, projection };
  });
  if (requests.reduce((sum, { keys }) => sum + keys.length, 0) > maxReads)
    throw validation('Too many items requested for the BatchGetItem call');
  const responses: Record<string, Item[]> = {};
  const unprocessed: Record<string, Input> = {};
  const uses: Use[] = [];
  let bytes = 0;
  let index = 0;
  for (const { name, request, table, keys, projection } of requests) {
    const found: Item[] = [];
    const left: Item[] = [];
    for (const key of keys) {
      const item = table.get(key);
      bytes += itemBytes(item ?? {});
      if (isUnprocessed(index++) || bytes > maxBatchBytes) {
        left.push(key);
        continue;
      }
      uses.push({ table, read: item ?? {}, isConsistent: request.ConsistentRead === true });
      if (item) found.push(project(item, projection));
    }
    responses[name] = found;
    if (left.length > 0) unprocessed[name] = { ...request, Keys: left };
  }
  return { Responses: responses, UnprocessedKeys: unprocessed, ...consumed(input, uses) };
}

/** BatchWriteItem up to, not including, its effects. */
export function batchWrite(
  input: Input,
  tableOf: (name: unknown) => Table,
  isUnprocessed: (index: number) => boolean,
): { changes: Change[]; output: Input } {
  const requests = requestItems(input).flatMap(([name, body]) => {
    const table = tableOf(name);
    return (Array.isArray(body) ? (body as Input[]) : []).map((request) => {
      const put = request.PutRequest as Input | undefined;
      const remove = request.DeleteRequest as Input | undefined;
      if (!put === !remove)
        throw validation(
          'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
        );
      const write = put
        ? new ItemWrite('put', table, { Item: put.Item })
        : new ItemWrite('delete', table, { Key: remove?.Key });
      write.check();
      return { name, request, table, write };
    });
  });
  if (requests.length === 0 || requests.length > maxWrites)
    throw validation(
      requests.length === 0
        ? 'The batch write request list for a table cannot be null or empty'
        : 'Too many items requested for the BatchWriteItem call',
    );
  refuseDuplicates(
    requests.map(({ name, table, write }) => JSON.stringify([name, keyIdentity(table.schema, write.key)])),
  );
  const changes: Change[] = [];
  const unprocessed: Record<string, Input[]> = {};
  const uses: Use[] = [];
  let bytes = 0;
  for (const [index, { name, request, table, write }] of requests.entries()) {
    if (isUnprocessed(index)) {
      unprocessed[name] = [...(unprocessed[name] ?? []), request];
      continue;
    }
    const outcome = write.evaluate();
    if (outcome.kind === 'ready' && outcome.change) changes.push(outcome.change);
    const item = (outcome.kind === 'ready' && outcome.change?.item) || {};
    bytes += itemBytes(item);
    uses.push({ table, written: item });
  }
  if (bytes > maxBatchBytes) throw validation('The batch write request exceeds the maximum size of 16 MB');
  return { changes, output: { UnprocessedItems: unprocessed, ...consumed(input, uses) } };
}
