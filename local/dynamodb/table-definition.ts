import { notImplemented } from '../service.ts';
import { validation } from './errors.ts';
import type { KeyAttribute, KeySchema, KeyType } from './key-schema.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** What CreateTable and the Update… calls set; plain data, as it stands in the journal. */
export interface TableDefinition {
  readonly name: string;
  readonly id: string;
  readonly createdMs: number;
  readonly schema: KeySchema;
  readonly indexes: readonly { readonly name: string; readonly schema: KeySchema }[];
  readonly billingMode: 'PAY_PER_REQUEST' | 'PROVISIONED';
  readonly throughput?: { readonly ReadCapacityUnits: number; readonly WriteCapacityUnits: number };
  readonly deletionProtection: boolean;
  readonly tableClass?: string;
  readonly sse?: { readonly SSEType: string; readonly KMSMasterKeyArn?: string };
  readonly stream?: Record<string, unknown>;
  readonly pointInTimeRecovery?: { readonly enabledMs: number; readonly days: number };
  readonly timeToLive?: string;
  readonly tags: readonly Tag[];
}

type Raw = Record<string, unknown>;

const list = (value: unknown): Raw[] => (Array.isArray(value) ? (value as Raw[]) : []);

function readSchema(elements: unknown, types: ReadonlyMap<string, KeyType>): KeySchema {
  const keys = list(elements);
  const names = keys.map((key) => String(key.AttributeName));
  if (keys.length < 1 || keys.length > 2)
    throw validation('1 validation error detected: KeySchema must have 1 or 2 elements');
  if (names.some((name) => !types.has(name)))
    throw validation(
      'One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. ' +
        `Keys: [${names.join(', ')}], AttributeDefinitions: [${[...types.keys()].join(', ')}]`,
    );
  if (names[0] === names[1])
    throw validation('Both the Hash Key and the Range Key element in the KeySchema have the same name');
  if (keys[0]?.KeyType !== 'HASH')
    throw validation('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  if (keys[1] && keys[1].KeyType !== 'RANGE')
    throw validation('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
  const [hash, range] = names.map((name): KeyAttribute => ({ name, type: types.get(name)! }));
  return range ? { hash: hash!, range } : { hash: hash! };
}

function readTypes(definitions: unknown): Map<string, KeyType> {
  const types = new Map<string, KeyType>();
  for (const { AttributeName: name, AttributeType: type } of list(definitions)) {
    if (type !== 'S' && type !== 'N' && type !== 'B')
      throw validation(
        `1 validation error detected: Value '${String(type)}' at 'attributeType' failed to satisfy constraint: Member must satisfy enum value set: [B, N, S]`,
      );
    if (types.has(String(name)))
      throw validation(`One or more parameter values were invalid: Duplicate AttributeName: ${String(name)}`);
    types.set(String(name), type);
  }
  return types;
}

export const tableNamePattern = /^[a-zA-Z0-9_.-]{3,255}$/;

/** Reads the input of CreateTable. */
export function readDefinition(input: Raw, id: string, nowMs: number): TableDefinition {
  const types = readTypes(input.AttributeDefinitions);
  const schema = readSchema(input.KeySchema, types);
  if (input.LocalSecondaryIndexes) throw notImplemented('local secondary indexes');
  const indexes = list(input.GlobalSecondaryIndexes).map((index) => {
    if ((index.Projection as Raw | undefined)?.ProjectionType !== 'ALL')
      throw notImplemented('a global secondary index that does not project ALL');
    if (!tableNamePattern.test(String(index.IndexName)))
      throw validation(`Invalid index name: ${String(index.IndexName)}`);
    return { name: String(index.IndexName), schema: readSchema(index.KeySchema, types) };
  });
  if (new Set(indexes.map((index) => index.name)).size !== indexes.length)
    throw validation('One or more parameter values were invalid: Duplicate index name');
  const used = new Set(
    [schema, ...indexes.map((index) => index.schema)].flatMap(({ hash, range }) =>
      range ? [hash.name, range.name] : [hash.name],
    ),
  );
  if (used.size !== types.size)
    throw validation(
      'One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of ' +
        'attributes defined in AttributeDefinitions',
    );
  const billingMode = input.BillingMode === 'PAY_PER_REQUEST' ? 'PAY_PER_REQUEST' : 'PROVISIONED';
  const throughput = input.ProvisionedThroughput as TableDefinition['throughput'];
  if (billingMode === 'PAY_PER_REQUEST' && throughput)
    throw validation(
      'One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  if (billingMode === 'PROVISIONED' && !(throughput?.ReadCapacityUnits && throughput.WriteCapacityUnits))
    throw validation(
      'One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
    );
  return {
    name: String(input.TableName),
    id,
    createdMs: nowMs,
    schema,
    indexes,
    billingMode,
    ...(throughput
      ? {
          throughput: {
            ReadCapacityUnits: throughput.ReadCapacityUnits,
            WriteCapacityUnits: throughput.WriteCapacityUnits,
          },
        }
      : {}),
    ...readFlags(input),
    deletionProtection: input.DeletionProtectionEnabled === true,
    tags: list(input.Tags).map((tag) => ({ Key: String(tag.Key), Value: String(tag.Value) })),
  };
}

/** What both CreateTable and UpdateTable may set. */
export function readFlags(input: Raw): Pick<TableDefinition, 'tableClass' | 'sse' | 'stream'> {
  const sse = input.SSESpecification as Raw | undefined;
  const stream = input.StreamSpecification as Raw | undefined;
  return {
    ...(input.TableClass === undefined ? {} : { tableClass: String(input.TableClass) }),
    ...(sse?.Enabled === true
      ? {
          sse: {
            SSEType: 'KMS',
            ...(sse.KMSMasterKeyId === undefined ? {} : { KMSMasterKeyArn: String(sse.KMSMasterKeyId) }),
          },
        }
      : {}),
    ...(stream?.StreamEnabled === true ? { stream } : {}),
  };
}

/** The shape of DescribeTable's `Table`. */
export function describe(definition: TableDefinition, arn: string, status: string, itemCount: number): Raw {
  const keySchema = ({ hash, range }: KeySchema) => [
    { AttributeName: hash.name, KeyType: 'HASH' },
    ...(range ? [{ AttributeName: range.name, KeyType: 'RANGE' }] : []),
  ];
  const types = new Map<string, KeyType>();
  for (const { hash, range } of [definition.schema, ...definition.indexes.map((index) => index.schema)])
    for (const piece of range ? [hash, range] : [hash]) types.set(piece.name, piece.type);
  const throughput = {
    NumberOfDecreasesToday: 0,
    ReadCapacityUnits: definition.throughput?.ReadCapacityUnits ?? 0,
    WriteCapacityUnits: definition.throughput?.WriteCapacityUnits ?? 0,
  };
  return {
    TableName: definition.name,
    TableArn: arn,
    TableId: definition.id,
    TableStatus: status,
    CreationDateTime: new Date(definition.createdMs),
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    KeySchema: keySchema(definition.schema),
    ItemCount: itemCount,
    TableSizeBytes: 0,
    ProvisionedThroughput: throughput,
    ...(definition.billingMode === 'PAY_PER_REQUEST' ? { BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } } : {}),
    DeletionProtectionEnabled: definition.deletionProtection,
    ...(definition.tableClass ? { TableClassSummary: { TableClass: definition.tableClass } } : {}),
    ...(definition.sse ? { SSEDescription: { Status: 'ENABLED', ...definition.sse } } : {}),
    ...(definition.stream ? { StreamSpecification: definition.stream } : {}),
    ...(definition.indexes.length > 0
      ? {
          GlobalSecondaryIndexes: definition.indexes.map((index) => ({
            IndexName: index.name,
            IndexArn: `${arn}/index/${index.name}`,
            IndexStatus: status === 'CREATING' ? 'CREATING' : 'ACTIVE',
            KeySchema: keySchema(index.schema),
            Projection: { ProjectionType: 'ALL' },
            ItemCount: 0,
            IndexSizeBytes: 0,
            ProvisionedThroughput: throughput,
          })),
        }
      : {}),
  };
}
