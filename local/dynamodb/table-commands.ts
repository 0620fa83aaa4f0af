import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { notImplemented, ServiceError } from '../service.ts';
import type { DynamoDbRecord } from './dynamodb-journal.ts';
import { resourceInUse, resourceNotFound, validation } from './errors.ts';
import type { Input } from './request-expressions.ts';
import type { Table } from './table.ts';
import {
  describe,
  readDefinition,
  readFlags,
  type TableDefinition,
  type Tag,
  tableNamePattern,
} from './table-definition.ts';

export interface TableCommandsOptions {
  readonly clock: Clock;
  readonly arnPrefix: string;
  readonly tables: ReadonlyMap<string, Table>;
  commit(record: DynamoDbRecord): void;
}

/** The commands about tables rather than items. Tables are ACTIVE at once after the answer that says CREATING. */
export class TableCommands {
  readonly #options: TableCommandsOptions;

  constructor(options: TableCommandsOptions) {
    this.#options = options;
  }

  /** undefined: not a command about tables. */
  call(operation: string, input: Input): Input | undefined {
    switch (operation) {
      case 'CreateTable':
        return this.#create(input);
      case 'DescribeTable':
        return { Table: this.#describe(this.#definition(input)) };
      case 'UpdateTable':
        return this.#update(input);
      case 'DeleteTable':
        return this.#delete(input);
      case 'ListTables':
        return this.#list(input);
      case 'UpdateContinuousBackups':
        return this.#updateContinuousBackups(input);
      case 'DescribeContinuousBackups':
        return this.#continuousBackups(this.#definition(input, 'TableNotFoundException'));
      case 'UpdateTimeToLive':
        return this.#updateTimeToLive(input);
      case 'DescribeTimeToLive':
        return this.#timeToLive(this.#definition(input));
      case 'TagResource':
        return this.#tag(input);
      case 'UntagResource':
        return this.#untag(input);
      case 'ListTagsOfResource':
        return { Tags: this.#byArn(input).tags };
      default:
        return undefined;
    }
  }

  /** Requests name a table by its name or its ARN. */
  tableName(input: unknown): string {
    const text = typeof input === 'string' ? input : '';
    const name = text.startsWith(this.#options.arnPrefix) ? text.slice(this.#options.arnPrefix.length) : text;
    if (!tableNamePattern.test(name))
      throw validation(
        `1 validation error detected: Value '${text}' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+`,
      );
    return name;
  }

  #definition(input: Input, error = 'ResourceNotFoundException'): TableDefinition {
    const name = this.tableName(input.TableName);
    const table = this.#options.tables.get(name);
    if (table) return table.definition;
    if (error === 'ResourceNotFoundException') throw resourceNotFound(name);
    throw new ServiceError(error, `Table not found: ${name}`);
  }

  #describe(definition: TableDefinition, status = 'ACTIVE'): Input {
    const count = this.#options.tables.get(definition.name)?.itemCount ?? 0;
    return describe(definition, this.#options.arnPrefix + definition.name, status, count);
  }

  #set(definition: TableDefinition): void {
    this.#options.commit({ kind: 'table', definition });
  }

  #create(input: Input): Input {
    const name = this.tableName(input.TableName);
    const definition = readDefinition({ ...input, TableName: name }, randomUUID(), this.#options.clock.now());
    if (this.#options.tables.has(name)) throw resourceInUse(`Table already exists: ${name}`);
    this.#set(definition);
    return { TableDescription: this.#describe(definition, 'CREATING') };
  }

  #update(input: Input): Input {
    const old = this.#definition(input);
    if (input.GlobalSecondaryIndexUpdates || input.ReplicaUpdates || input.AttributeDefinitions)
      throw notImplemented('UpdateTable of indexes or replicas');
    const throughput = input.ProvisionedThroughput as TableDefinition['throughput'];
    const billingMode =
      input.BillingMode === undefined ? old.billingMode : (String(input.BillingMode) as typeof old.billingMode);
    if (billingMode === 'PROVISIONED' && old.billingMode !== 'PROVISIONED' && !throughput)
      throw validation(
        'One or more parameter values were invalid: ProvisionedThroughput must be specified when BillingMode is PROVISIONED',
      );
    const definition: TableDefinition = {
      ...old,
      billingMode,
      ...(throughput ? { throughput } : {}),
      ...readFlags(input),
      deletionProtection:
        input.DeletionProtectionEnabled === undefined
          ? old.deletionProtection
          : input.DeletionProtectionEnabled === true,
    };
    this.#set(definition);
    return { TableDescription: this.#describe(definition, 'UPDATING') };
  }

  #delete(input: Input): Input {
    const definition = this.#definition(input);
    if (definition.deletionProtection)
      throw validation(
        'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
      );
    const description = this.#describe(definition, 'DELETING');
    this.#options.commit({ kind: 'table-deleted', name: definition.name });
    return { TableDescription: description };
  }

  #list(input: Input): Input {
    const limit = Number(input.Limit ?? 100);
    if (!(limit >= 1 && limit <= 100))
      throw validation(
        "1 validation error detected: Value at 'limit' failed to satisfy constraint: Member must have value between 1 and 100",
      );
    const after = input.ExclusiveStartTableName === undefined ? '' : String(input.ExclusiveStartTableName);
    const names = [...this.#options.tables.keys()].sort().filter((name) => name > after);
    const page = names.slice(0, limit);
    return { TableNames: page, ...(names.length > limit ? { LastEvaluatedTableName: page[page.length - 1] } : {}) };
  }

  #updateContinuousBackups(input: Input): Input {
    const old = this.#definition(input, 'TableNotFoundException');
    const specification = input.PointInTimeRecoverySpecification as Input | undefined;
    if (!specification) throw validation('PointInTimeRecoverySpecification must not be null');
    const { pointInTimeRecovery, ...rest } = old;
    const definition: TableDefinition =
      specification.PointInTimeRecoveryEnabled === true
        ? {
            ...rest,
            pointInTimeRecovery: {
              enabledMs: pointInTimeRecovery?.enabledMs ?? this.#options.clock.now(),
              days: Number(specification.RecoveryPeriodInDays ?? 35),
            },
          }
        : rest;
    this.#set(definition);
    return this.#continuousBackups(definition);
  }

  #continuousBackups({ pointInTimeRecovery }: TableDefinition): Input {
    return {
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription: pointInTimeRecovery
          ? {
              PointInTimeRecoveryStatus: 'ENABLED',
              RecoveryPeriodInDays: pointInTimeRecovery.days,
              EarliestRestorableDateTime: new Date(pointInTimeRecovery.enabledMs),
              LatestRestorableDateTime: new Date(this.#options.clock.now()),
            }
          : { PointInTimeRecoveryStatus: 'DISABLED' },
      },
    };
  }

  #updateTimeToLive(input: Input): Input {
    const old = this.#definition(input);
    const specification = (input.TimeToLiveSpecification ?? {}) as Input;
    const { timeToLive, ...rest } = old;
    const isEnabled = specification.Enabled === true;
    if (isEnabled === (timeToLive !== undefined))
      throw validation(`TimeToLive is already ${isEnabled ? 'enabled' : 'disabled'}`);
    this.#set(isEnabled ? { ...rest, timeToLive: String(specification.AttributeName) } : rest);
    return { TimeToLiveSpecification: specification };
  }

  #timeToLive({ timeToLive }: TableDefinition): Input {
    return {
      TimeToLiveDescription: timeToLive
        ? { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLive }
        : { TimeToLiveStatus: 'DISABLED' },
    };
  }

  #byArn(input: Input): TableDefinition {
    const arn = String(input.ResourceArn ?? '');
    const table = this.#options.tables.get(arn.slice(this.#options.arnPrefix.length));
    if (!arn.startsWith(this.#options.arnPrefix) || !table)
      throw new ServiceError('ResourceNotFoundException', `Requested resource not found: ResourcArn: ${arn} not found`);
    return table.definition;
  }

  #tag(input: Input): Input {
    const definition = this.#byArn(input);
    const added = (Array.isArray(input.Tags) ? (input.Tags as Tag[]) : []).map(({ Key, Value }) => ({ Key, Value }));
    const kept = definition.tags.filter((tag) => !added.some(({ Key }) => Key === tag.Key));
    this.#set({ ...definition, tags: [...kept, ...added] });
    return {};
  }

  #untag(input: Input): Input {
    const definition = this.#byArn(input);
    const gone = Array.isArray(input.TagKeys) ? input.TagKeys : [];
    this.#set({ ...definition, tags: definition.tags.filter((tag) => !gone.includes(tag.Key)) });
    return {};
  }
}
