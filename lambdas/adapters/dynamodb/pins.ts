import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type Item, type Pin, pinsPartition } from '../../../core/items.ts';
import type { Pins } from '../../ports/pins.ts';
import type { Clients } from '../clients.ts';
import { describeSdkError } from '../retry.ts';
import { toAttributes } from './attribute-values.ts';
import { TableClient } from './table-client.ts';

const pinOf = ({ pk: _pk, sk: _sk, ...pin }: Item) => pin as unknown as Pin;

/** Pins in DynamoDB, partition `pins#<root>`, sort key = pin id. */
export function dynamoDbPins(world: Pick<Clients, 'dynamodb' | 'clock' | 'ids'>, tableName: string): Pins {
  const client = new TableClient(world, tableName);
  return {
    async put(pin) {
      const item = toAttributes({ ...pin, pk: pinsPartition(pin.root), sk: pin.pinId });
      await client.send(() => world.dynamodb.send(new PutItemCommand({ TableName: tableName, Item: item })));
    },
    async get(root, pinId) {
      const item = await client.get(pinsPartition(root), pinId);
      return item && pinOf(item);
    },
    async *list(root) {
      for await (const item of client.query(pinsPartition(root))) yield pinOf(item);
    },
    async remove(root, pinId) {
      const key = { pk: { S: pinsPartition(root) }, sk: { S: pinId } };
      await client.send(() => world.dynamodb.send(new DeleteItemCommand({ TableName: tableName, Key: key })));
    },
    async removeExpired(root, pinId, beforeMs) {
      try {
        await client.send(() =>
          world.dynamodb.send(
            new DeleteItemCommand({
              TableName: tableName,
              Key: { pk: { S: pinsPartition(root) }, sk: { S: pinId } },
              ConditionExpression: 'expiresAt < :before',
              ExpressionAttributeValues: { ':before': { N: String(beforeMs) } },
            }),
          ),
        );
      } catch (error) {
        if (describeSdkError(error).name !== 'ConditionalCheckFailedException') throw error;
      }
    },
  };
}
