import {
  type AttributeValue,
  GetItemCommand,
  QueryCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { Json } from '../../../core/canonical-json.ts';
import { PlatformRefused, PlatformUnavailable } from '../../../core/errors/platform-errors.ts';
import { UnknownOutcome } from '../../../core/errors/unknown-outcome.ts';
import type { Item } from '../../../core/items.ts';
import type { Clients } from '../clients.ts';
import { describeSdkError, retrying, type Verdict, verdictOf } from '../retry.ts';
import { fromAttribute, itemOf } from './attribute-values.ts';

type World = Pick<Clients, 'dynamodb' | 'clock' | 'ids'>;

/** Why DynamoDB cancelled a transaction: per action `None`, `ConditionalCheckFailed`, `TransactionConflict` … */
interface Cancellation {
  readonly Code?: string;
  readonly Item?: Record<string, AttributeValue>;
}

const cancellations = (error: unknown): readonly Cancellation[] =>
  (error as { CancellationReasons?: Cancellation[] }).CancellationReasons ?? [];

/** A conflict or a throttle inside a cancellation is neither success nor loss: ask again (API, "TransactWriteItems"). */
function verdictOfTransaction(error: unknown): Verdict {
  if (describeSdkError(error).name !== 'TransactionCanceledException') return verdictOf(error);
  const codes = cancellations(error).map((r) => r.Code);
  if (codes.includes('ConditionalCheckFailed')) return 'final';
  return codes.some(
    (c) => c === 'TransactionConflict' || c === 'ThrottlingError' || c === 'ProvisionedThroughputExceeded',
  )
    ? 'again'
    : 'final';
}

export type TransactionAnswer =
  | { readonly decision: 'APPLIED' }
  /** Per action the item that stood against its condition (if it asked for it and there was one). */
  | {
      readonly decision: 'REFUSED';
      readonly items: readonly (Item | undefined)[];
      readonly failed: readonly boolean[];
    };

/**
 * The commands that the adapters use, on one table: consistent reads, paged queries, transactions.
 * A transaction that is tried again carries the same token, so that a first try whose answer was lost counts.
 * @throws UnknownOutcome when a transaction's answer stays unknown, PlatformRefused, PlatformUnavailable
 */
export class TableClient {
  readonly #world: World;
  readonly tableName: string;

  constructor(world: World, tableName: string) {
    this.#world = world;
    this.tableName = tableName;
  }

  async get(pk: string, sk: string): Promise<Item | undefined> {
    const item = await this.#get(pk, sk);
    return item && itemOf(item);
  }

  /** One attribute, whatever the others are. */
  async getAttribute(pk: string, sk: string, name: string): Promise<Json | undefined> {
    const value = (await this.#get(pk, sk))?.[name];
    return value && fromAttribute(value);
  }

  async #get(pk: string, sk: string): Promise<Record<string, AttributeValue> | undefined> {
    const answer = await this.send(() =>
      this.#world.dynamodb.send(
        new GetItemCommand({ TableName: this.tableName, Key: { pk: { S: pk }, sk: { S: sk } }, ConsistentRead: true }),
      ),
    );
    return answer.Item;
  }

  /** All items of a partition whose sort key has the prefix, in key order (or reversed), page by page. */
  async *query(pk: string, skPrefix = '', order: 'ascending' | 'descending' = 'ascending'): AsyncIterable<Item> {
    let from: Record<string, AttributeValue> | undefined;
    do {
      const answer = await this.send(() =>
        this.#world.dynamodb.send(
          new QueryCommand({
            TableName: this.tableName,
            KeyConditionExpression: skPrefix ? 'pk = :pk AND begins_with(sk, :sk)' : 'pk = :pk',
            ExpressionAttributeValues: { ':pk': { S: pk }, ...(skPrefix ? { ':sk': { S: skPrefix } } : {}) },
            ConsistentRead: true,
            ScanIndexForward: order === 'ascending',
            ...(from ? { ExclusiveStartKey: from } : {}),
          }),
        ),
      );
      for (const item of answer.Items ?? []) yield itemOf(item);
      from = answer.LastEvaluatedKey;
    } while (from !== undefined);
  }

  async transact(actions: TransactWriteItem[]): Promise<TransactionAnswer> {
    const token = this.#world.ids.unique().slice(0, 36);
    try {
      await retrying(
        this.#world,
        () =>
          this.#world.dynamodb.send(
            new TransactWriteItemsCommand({ TransactItems: actions, ClientRequestToken: token }),
          ),
        verdictOfTransaction,
      );
      return { decision: 'APPLIED' };
    } catch (error) {
      const reasons = cancellations(error);
      if (reasons.some((r) => r.Code === 'ConditionalCheckFailed')) {
        return {
          decision: 'REFUSED',
          items: reasons.map((r) => r.Item && itemOf(r.Item)),
          failed: reasons.map((r) => r.Code === 'ConditionalCheckFailed'),
        };
      }
      const { name, message, status } = describeSdkError(error);
      if (status !== undefined && status < 500 && verdictOfTransaction(error) === 'final') {
        throw new PlatformRefused(
          `DynamoDB refused a transaction on ${this.tableName}: ${name}: ${message}`,
          'holdfast progress',
        );
      }
      throw new UnknownOutcome(`the answer to a transaction on ${this.tableName} stayed unknown: ${name}: ${message}`, {
        error: name,
      });
    }
  }

  /** One idempotent command, tried again while that is useful. A failed condition is left to the caller. */
  async send<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await retrying(this.#world, call);
    } catch (error) {
      const { name, message } = describeSdkError(error);
      if (name === 'ConditionalCheckFailedException') throw error;
      const Kind = verdictOf(error) === 'again' ? PlatformUnavailable : PlatformRefused;
      throw new Kind(
        `DynamoDB did not answer on ${this.tableName}: ${name}: ${message}`,
        'check the credentials and the Region, then run it again',
      );
    }
  }
}
