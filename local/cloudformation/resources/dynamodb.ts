import { ServiceError } from '../../service.ts';
import { type ResourceHandler, type ResourceRequest, textOf } from '../resource-handler.ts';

type Shape = Record<string, unknown>;

const table: ResourceHandler = {
  async apply(request) {
    const properties = ofOneRegion(request);
    const { cloud } = request;
    const TableName = textOf(properties.TableName, request.name);
    const call = (operation: string, input: Shape) => cloud.call('dynamodb', operation, { TableName, ...input });
    const flags = { DeletionProtectionEnabled: properties.DeletionProtectionEnabled === true };
    const existing = await call('DescribeTable', {}).catch((error) => {
      if (error instanceof ServiceError && error.name === 'ResourceNotFoundException') return undefined;
      throw error;
    });
    if (!existing) await call('CreateTable', { ...creation(properties), ...flags });
    else await update(call, existing.Table as Shape, properties, flags);
    const recovery = properties.PointInTimeRecoverySpecification as Shape | undefined;
    if (recovery) await call('UpdateContinuousBackups', { PointInTimeRecoverySpecification: recovery });
    const timeToLive = properties.TimeToLiveSpecification as Shape | undefined;
    if (timeToLive && !(await hasTimeToLive(call, timeToLive))) {
      await call('UpdateTimeToLive', { TimeToLiveSpecification: { Enabled: true, ...timeToLive } });
    }
    const { Table } = (await call('DescribeTable', {})) as { Table: Shape };
    return {
      physicalId: TableName,
      attributes: { Arn: Table.TableArn, StreamArn: Table.LatestStreamArn, TableId: Table.TableId },
    };
  },
};

const SAME_SHAPE = [
  'AttributeDefinitions',
  'KeySchema',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
  'ProvisionedThroughput',
  'TableClass',
  'Tags',
] as const;

function creation(properties: Shape): Shape {
  const encryption = properties.SSESpecification as Shape | undefined;
  const stream = properties.StreamSpecification as Shape | undefined;
  return {
    BillingMode: properties.BillingMode ?? 'PROVISIONED',
    ...Object.fromEntries(
      SAME_SHAPE.filter((key) => properties[key] !== undefined).map((key) => [key, properties[key]]),
    ),
    ...(stream ? { StreamSpecification: { StreamEnabled: true, ...stream } } : {}),
    ...(encryption
      ? {
          SSESpecification: {
            Enabled: encryption.SSEEnabled,
            SSEType: encryption.SSEType,
            KMSMasterKeyId: encryption.KMSMasterKeyId,
          },
        }
      : {}),
  };
}

/** Keys of a table cannot change in place; CloudFormation would replace the table, which is refused here. */
async function update(
  call: (operation: string, input: Shape) => Promise<Shape>,
  existing: Shape,
  properties: Shape,
  flags: Shape,
): Promise<void> {
  const keys = (schema: unknown) => JSON.stringify((schema as Shape[]).map((k) => [k.AttributeName, k.KeyType]));
  if (keys(existing.KeySchema) !== keys(properties.KeySchema)) {
    throw new ServiceError('ValidationException', 'not implemented here: replacing a table whose key schema changed');
  }
  if (existing.DeletionProtectionEnabled !== flags.DeletionProtectionEnabled) await call('UpdateTable', flags);
}

async function hasTimeToLive(
  call: (operation: string, input: Shape) => Promise<Shape>,
  wanted: Shape,
): Promise<boolean> {
  const { TimeToLiveDescription: now } = (await call('DescribeTimeToLive', {})) as { TimeToLiveDescription?: Shape };
  return now?.TimeToLiveStatus === 'ENABLED' && now.AttributeName === wanted.AttributeName;
}

/** A global table (CDK's TableV2) of one replica is a table. */
function ofOneRegion({ type, properties, cloud }: ResourceRequest): Shape {
  if (type !== 'AWS::DynamoDB::GlobalTable') return properties;
  const replicas = (properties.Replicas ?? []) as Shape[];
  const others = replicas.filter((replica) => replica.Region !== cloud.region);
  if (others.length > 0)
    throw new ServiceError('ValidationException', 'not implemented here: replicas in other regions');
  return { ...replicas[0], ...properties, Tags: undefined };
}

export const dynamodbResources: Record<string, ResourceHandler> = {
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
};
