import { type Condition, ConditionParser } from '../dynamodb/condition-expression.ts';
import { TokenStream } from '../dynamodb/expression-tokens.ts';
import { Placeholders } from '../dynamodb/placeholders.ts';
import { type AccessRequest, contextOf, type Input, type RequestPlace } from './access-request.ts';

/** Operations on one item, by the member that names it. */
const itemOperations: Record<string, 'Key' | 'Item'> = {
  GetItem: 'Key',
  PutItem: 'Item',
  UpdateItem: 'Key',
  DeleteItem: 'Key',
};

/** What an action of a transaction needs; there is no permission of the transaction's own. */
const transactActions: Record<string, string> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

const tableOperations = new Set([
  'CreateTable',
  'DeleteTable',
  'DescribeContinuousBackups',
  'DescribeTable',
  'DescribeTimeToLive',
  'UpdateContinuousBackups',
  'UpdateTable',
  'UpdateTimeToLive',
]);
const taggingOperations = new Set(['ListTagsOfResource', 'TagResource', 'UntagResource']);

const asShape = (value: unknown): Input => (typeof value === 'object' && value !== null ? (value as Input) : {});

/** A key's value as a policy sees it: numbers as text, bytes in base64. */
function keyText(value: unknown): string | undefined {
  const { S, N, B } = asShape(value);
  if (B instanceof Uint8Array) return Buffer.from(B).toString('base64');
  return typeof S === 'string' ? S : typeof N === 'string' ? N : undefined;
}

class Requests {
  readonly #place: RequestPlace;

  constructor(place: RequestPlace) {
    this.#place = place;
  }

  tableArn(name: unknown): string {
    const text = String(name);
    return text.startsWith('arn:')
      ? text
      : `arn:aws:dynamodb:${this.#place.region}:${this.#place.accountId}:table/${text}`;
  }

  partitionKey(table: unknown, index?: unknown): string | undefined {
    const name = String(table).replace(/^arn:.*:table\//, '');
    return this.#place.partitionKey?.(name, index === undefined ? undefined : String(index));
  }

  leading(table: unknown, items: readonly unknown[]): string[] | undefined {
    const key = this.partitionKey(table);
    if (key === undefined) return undefined;
    const values = items.map((item) => keyText(asShape(item)[key])).filter((value) => value !== undefined);
    return [...new Set(values)];
  }

  onTable(action: string, table: unknown, leadingKeys: readonly string[] | undefined, more: Input = {}): AccessRequest {
    return {
      action: `dynamodb:${action}`,
      resource: this.tableArn(table),
      context: contextOf({ 'dynamodb:LeadingKeys': leadingKeys, ...more }),
    };
  }

  transaction(operation: string, input: Input): AccessRequest[] {
    const actions = Array.isArray(input.TransactItems) ? input.TransactItems : [];
    return actions.flatMap((action) =>
      Object.entries(asShape(action))
        .filter(([kind, body]) => body !== undefined && Object.hasOwn(transactActions, kind))
        .map(([kind, body]) => {
          const { TableName, Key, Item } = asShape(body);
          const leading = this.leading(TableName, [kind === 'Put' ? Item : Key]);
          return this.onTable(transactActions[kind]!, TableName, leading, { 'dynamodb:EnclosingOperation': operation });
        }),
    );
  }

  batch(operation: string, input: Input): AccessRequest[] {
    return Object.entries(asShape(input.RequestItems)).map(([table, body]) => {
      const writes = Array.isArray(body) ? (body as Input[]) : [];
      const keys = writes.map((one) => asShape(one.PutRequest).Item ?? asShape(one.DeleteRequest).Key);
      const reads = asShape(body).Keys;
      return this.onTable(operation, table, this.leading(table, Array.isArray(reads) ? reads : keys));
    });
  }

  page(operation: string, input: Input): AccessRequest {
    const index = input.IndexName;
    const key = this.partitionKey(input.TableName, index);
    const value = operation === 'Query' && key !== undefined ? queriedPartition(input, key) : undefined;
    const request = this.onTable(operation, input.TableName, value === undefined ? undefined : [value], {
      'dynamodb:Select': input.Select,
    });
    return index === undefined ? request : { ...request, resource: `${request.resource}/index/${String(index)}` };
  }
}

/** Which partition a Query reads; undefined when its condition is malformed: the service then refuses it. */
function queriedPartition(input: Input, key: string): string | undefined {
  if (typeof input.KeyConditionExpression !== 'string') return undefined;
  let condition: Condition;
  try {
    const tokens = new TokenStream('KeyConditionExpression', input.KeyConditionExpression);
    condition = new ConditionParser(tokens, new Placeholders(input, true, true)).parse();
  } catch {
    return undefined;
  }
  const equalities = (one: Condition): string[] => {
    if (one.kind === 'and') return [...equalities(one.left), ...equalities(one.right)];
    if (one.kind !== 'compare' || one.comparator !== '=') return [];
    const [path, value] = one.left.kind === 'path' ? [one.left, one.right] : [one.right, one.left];
    const text = value.kind === 'value' ? keyText(value.value) : undefined;
    return path.kind === 'path' && path.path.length === 1 && path.path[0] === key && text !== undefined ? [text] : [];
  };
  return equalities(condition)[0];
}

export function dynamoDbRequests(operation: string, input: Input, place: RequestPlace): AccessRequest[] | undefined {
  const requests = new Requests(place);
  if (Object.hasOwn(itemOperations, operation)) {
    const item = input[itemOperations[operation]!];
    const more = { 'dynamodb:ReturnValues': input.ReturnValues };
    return [requests.onTable(operation, input.TableName, requests.leading(input.TableName, [item]), more)];
  }
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems')
    return requests.transaction(operation, input);
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') return requests.batch(operation, input);
  if (operation === 'Query' || operation === 'Scan') return [requests.page(operation, input)];
  if (operation === 'ListTables') return [{ action: 'dynamodb:ListTables', resource: '*', context: {} }];
  if (tableOperations.has(operation)) return [requests.onTable(operation, input.TableName, undefined)];
  if (taggingOperations.has(operation)) return [requests.onTable(operation, input.ResourceArn, undefined)];
  return undefined;
}
