import {
  type AttributeValue,
  CreateTableCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';

/** What an implementation does not have: its tests are not defined for it. */
export type Lack =
  | 'transactions'
  | 'item-on-failed-condition'
  | 'table-settings'
  | 'collections-in-conditions'
  | 'strict-expressions'
  | 'list-removals'
  | 'empty-key-conditions'
  | 'tags'
  | 'continuous-backups'
  | 'validation-reasons'
  | 'paths-in-return-values';

export interface DynamoDbSubject {
  readonly client: Pick<DynamoDBClient, 'send'>;
  close(): Promise<void>;
}

export type Item = Record<string, AttributeValue>;

export const S = (value: string): AttributeValue => ({ S: value });
export const N = (value: number | string): AttributeValue => ({ N: String(value) });
export const L = (...value: AttributeValue[]): AttributeValue => ({ L: value });
export const M = (value: Item): AttributeValue => ({ M: value });
export const B = (...bytes: number[]): AttributeValue => ({ B: Uint8Array.from(bytes) });

/** Partition key `pk`, sort key `sk` (strings); index `by-owner` on `owner` and the number `rank`, all projected. */
export async function createSubjectTable(client: DynamoDbSubject['client'], table: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
        { AttributeName: 'owner', AttributeType: 'S' },
        { AttributeName: 'rank', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-owner',
          KeySchema: [
            { AttributeName: 'owner', KeyType: 'HASH' },
            { AttributeName: 'rank', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  await waitUntilTableExists(
    { client: client as DynamoDBClient, minDelay: 0.05, maxDelay: 0.2, maxWaitTime: 10 },
    { TableName: table },
  );
}

/** The commands on one table in the short form that the tests use. */
export class TableUnderTest {
  readonly client: DynamoDbSubject['client'];
  readonly name: string;

  constructor(client: DynamoDbSubject['client'], name: string) {
    this.client = client;
    this.name = name;
  }

  put(item: Item, more: Record<string, unknown> = {}) {
    return this.client.send(new PutItemCommand({ TableName: this.name, Item: item, ...more }));
  }

  update(key: Item, more: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>) {
    return this.client.send(new UpdateItemCommand({ TableName: this.name, Key: key, ...more }));
  }

  delete(key: Item, more: Record<string, unknown> = {}) {
    return this.client.send(new DeleteItemCommand({ TableName: this.name, Key: key, ...more }));
  }

  async get(key: Item, more: Record<string, unknown> = {}): Promise<Item | undefined> {
    return (
      await this.client.send(new GetItemCommand({ TableName: this.name, Key: key, ConsistentRead: true, ...more }))
    ).Item;
  }

  query(input: Omit<QueryCommandInput, 'TableName'>) {
    return this.client.send(new QueryCommand({ TableName: this.name, ...input }));
  }

  scan(input: Omit<ScanCommandInput, 'TableName'> = {}) {
    return this.client.send(new ScanCommand({ TableName: this.name, ...input }));
  }
}

export interface Refusal {
  readonly name: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** Awaits the error of a call, which must have this name (and message). */
export async function refused(call: Promise<unknown>, name: string, message?: RegExp): Promise<Refusal> {
  const error = await call.then(
    (answer) => ({ name: 'not refused', message: JSON.stringify(answer) }) as Refusal,
    (reason: Refusal) => reason,
  );
  expect(`${error.name}: ${error.message}`).toMatch(new RegExp(`^${name}: `));
  if (message) expect(error.message).toMatch(message);
  return error;
}

/** Sets have no order. */
export function sortedSets(value: AttributeValue): AttributeValue {
  if (value.SS) return { SS: [...value.SS].sort() };
  if (value.NS) return { NS: [...value.NS].sort() };
  return value;
}
