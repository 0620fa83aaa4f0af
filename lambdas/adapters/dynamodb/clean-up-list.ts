import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type CleanUpEntry, cleanUpPartition, type Item } from '../../../core/items.ts';
import type { CleanUpList } from '../../ports/clean-up-list.ts';
import type { Clients } from '../clients.ts';
import { describeSdkError } from '../retry.ts';
import { toAttributes } from './attribute-values.ts';
import { TableClient } from './table-client.ts';

const entryOf = ({ pk: _pk, sk: _sk, ...entry }: Item) => entry as unknown as CleanUpEntry;

/** The clean-up list in DynamoDB, partition `clean-up#<root>`, sort key = entry id. */
export function dynamoDbCleanUpList(
  world: Pick<Clients, 'dynamodb' | 'clock' | 'ids'>,
  tableName: string,
): CleanUpList {
  const client = new TableClient(world, tableName);
  const key = (root: string, entryId: string) => ({ pk: { S: cleanUpPartition(root) }, sk: { S: entryId } });
  return {
    async *list(root) {
      for await (const item of client.query(cleanUpPartition(root))) yield entryOf(item);
    },
    async get(root, entryId) {
      const item = await client.get(cleanUpPartition(root), entryId);
      return item && entryOf(item);
    },
    async add(entry) {
      const item = toAttributes({ ...entry, pk: cleanUpPartition(entry.root), sk: entry.entryId });
      await client.send(() => world.dynamodb.send(new PutItemCommand({ TableName: tableName, Item: item })));
    },
    async markEmptied(root, entryId, atMs) {
      try {
        await client.send(() =>
          world.dynamodb.send(
            new UpdateItemCommand({
              TableName: tableName,
              Key: key(root, entryId),
              ConditionExpression: 'attribute_exists(pk)',
              UpdateExpression: 'SET emptiedAt = if_not_exists(emptiedAt, :at)',
              ExpressionAttributeValues: { ':at': { N: String(atMs) } },
            }),
          ),
        );
      } catch (error) {
        // Gone: another cleaner took it off the list after it was found empty. Nothing to note.
        if (describeSdkError(error).name !== 'ConditionalCheckFailedException') throw error;
      }
    },
    async drop(root, entryId) {
      await client.send(() =>
        world.dynamodb.send(new DeleteItemCommand({ TableName: tableName, Key: key(root, entryId) })),
      );
    },
  };
}
