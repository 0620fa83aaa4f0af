import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Suite } from './dynamodb-conformance.ts';
import { refused } from './dynamodb-subject.ts';

const plain = (name: string, more: Partial<CreateTableCommandInput> = {}) =>
  new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    ...more,
  });

/** Tables themselves. */
export function tableTests({ table, has }: Suite): void {
  describe('tables', () => {
    it('describes a table as it was created', async () => {
      const { Table } = await table().client.send(new DescribeTableCommand({ TableName: table().name }));
      expect(Table).toMatchObject({
        TableName: table().name,
        TableStatus: 'ACTIVE',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
        GlobalSecondaryIndexes: [{ IndexName: 'by-owner', IndexStatus: 'ACTIVE' }],
      });
      expect(Table?.TableArn).toMatch(/^arn:aws:dynamodb:.*:table\/conformance-/);
      expect(Table?.CreationDateTime).toBeInstanceOf(Date);
      const { TableNames } = await table().client.send(new ListTablesCommand({}));
      expect(TableNames).toContain(table().name);
    });

    it('refuses to create a table twice, or with a key that is not defined', async () => {
      await refused(table().client.send(plain(table().name)), 'ResourceInUseException');
      await refused(
        table().client.send(plain(`t-${randomUUID()}`, { KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }] })),
        'ValidationException',
      );
      await refused(
        table().client.send(
          plain(`t-${randomUUID()}`, {
            AttributeDefinitions: [
              { AttributeName: 'id', AttributeType: 'S' },
              { AttributeName: 'idle', AttributeType: 'S' },
            ],
          }),
        ),
        'ValidationException',
      );
    });

    it('says when a table is not there', async () => {
      await refused(
        table().client.send(new DescribeTableCommand({ TableName: 'no-such-table' })),
        'ResourceNotFoundException',
      );
      await refused(
        table().client.send(new DeleteTableCommand({ TableName: 'no-such-table' })),
        'ResourceNotFoundException',
      );
    });

    if (!has('table-settings')) return;

    it('does not delete a protected table', async () => {
      const name = `t-${randomUUID()}`;
      await table().client.send(plain(name, { DeletionProtectionEnabled: true }));
      await refused(
        table().client.send(new DeleteTableCommand({ TableName: name })),
        'ValidationException',
        /protected against deletion/,
      );
      await table().client.send(new UpdateTableCommand({ TableName: name, DeletionProtectionEnabled: false }));
      await table().client.send(new DeleteTableCommand({ TableName: name }));
      await refused(table().client.send(new DescribeTableCommand({ TableName: name })), 'ResourceNotFoundException');
    });

    it('keeps time to live', async () => {
      const { client, name } = table();
      await client.send(
        new UpdateTimeToLiveCommand({
          TableName: name,
          TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
        }),
      );
      const ttl = await client.send(new DescribeTimeToLiveCommand({ TableName: name }));
      expect(ttl.TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' });
    });

    if (has('continuous-backups'))
      it('keeps continuous backups', async () => {
        const { client, name } = table();
        await client.send(
          new UpdateContinuousBackupsCommand({
            TableName: name,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          }),
        );
        const backups = await client.send(new DescribeContinuousBackupsCommand({ TableName: name }));
        expect(backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe(
          'ENABLED',
        );
      });

    if (!has('tags')) return;

    it('keeps tags', async () => {
      const { client, name } = table();
      const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
      await client.send(new TagResourceCommand({ ResourceArn: Table?.TableArn, Tags: [{ Key: 'Item', Value: 'x' }] }));
      const tags = await client.send(new ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn }));
      expect(tags.Tags).toEqual([{ Key: 'Item', Value: 'x' }]);
    });
  });
}
