import { type DynamoDbOptions, DynamoDbService } from '../../../../local/dynamodb/dynamodb-service.ts';
import { VirtualClock } from '../../../../local/virtual-clock.ts';

export const tableName = 'things';

type Shape = Record<string, unknown>;

export interface ServiceFixture {
  readonly service: DynamoDbService;
  readonly clock: VirtualClock;
  call(operation: string, input?: Shape): Promise<Shape>;
}

/** A service with the table `things` (string key `id`), restored from `records` if there are any. */
export async function serviceFixture(
  options: Partial<DynamoDbOptions> = {},
  records: unknown[] = [],
): Promise<ServiceFixture> {
  const clock = new VirtualClock();
  const service = new DynamoDbService(
    { clock, region: 'eu-central-1', accountId: '000000000000', ...options },
    records,
  );
  const call = (operation: string, input: Shape = {}) =>
    service.call(operation, { TableName: tableName, ...input }, { caller: { kind: 'operator' }, requestId: 'r' });
  if (records.length === 0)
    await call('CreateTable', {
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    });
  return { service, clock, call };
}

export const put = (id: string, more: Shape = {}): Shape => ({
  Put: { TableName: tableName, Item: { id: { S: id }, ...more } },
});
