import type { Clock } from '../clock.ts';
import type { Journal } from '../journal.ts';
import { type CallContext, type CommandService, notImplemented, ServiceError } from '../service.ts';
import { copyItem, type Item, readItem } from './attribute-value.ts';
import { batchGet, batchWrite } from './batch.ts';
import { consumed } from './consumed-capacity.ts';
import { appendTo, type DynamoDbRecord, fromJournal, toJournal } from './dynamodb-journal.ts';
import { resourceNotFound, validation } from './errors.ts';
import { ItemWrite, refuseInsideKey, type WriteKind } from './item-write.ts';
import { checkKey, keyAttributes } from './key-schema.ts';
import { readPage } from './page.ts';
import { project } from './projection-expression.ts';
import { type Input, parseExpressions } from './request-expressions.ts';
import { RequestTokens } from './request-tokens.ts';
import { type Change, Table } from './table.ts';
import { TableCommands } from './table-commands.ts';
import { prepareTransaction, readActions, reasonOf, refuseReasons, refuseSameItem } from './transaction.ts';

type Output = Record<string, unknown>;

/** Answers that the service gives under load only; the embedded one gives them when told to. */
interface DynamoDbFaults {
  /** Whether the action at this place of a transaction meets another transaction (`TransactionConflict`). */
  isInConflict?(actionIndex: number): boolean;
  /** Whether a batch leaves this request (counted over all tables) to the caller. */
  isUnprocessed?(requestIndex: number): boolean;
}

export interface DynamoDbOptions {
  readonly clock: Clock;
  readonly region: string;
  readonly accountId: string;
  readonly journal?: Journal;
  readonly faults?: DynamoDbFaults;
}

/**
 * Amazon DynamoDB in memory, at the level of the low-level SDK commands, strongly consistent and serial: every call
 * runs to its end in one turn of the event loop. Items past their time to live stay (the service gives days of delay).
 */
export class DynamoDbService implements CommandService {
  readonly #options: DynamoDbOptions;
  readonly #tables = new Map<string, Table>();
  readonly #tokens = new RequestTokens();
  readonly #commands: TableCommands;

  /** `records`: what an earlier journal holds; records of other services are passed over. */
  constructor(options: DynamoDbOptions, records: Iterable<unknown> = []) {
    this.#options = options;
    for (const input of records) {
      const record = fromJournal(input);
      if (record) this.#apply(record);
    }
    this.#commands = new TableCommands({
      clock: options.clock,
      arnPrefix: `arn:aws:dynamodb:${options.region}:${options.accountId}:table/`,
      tables: this.#tables,
      commit: (record) => this.#commit(record),
    });
  }

  /** The least records that restore this state: for compaction of a journal. */
  *records(): Generator<unknown> {
    for (const table of this.#tables.values()) {
      yield toJournal({ kind: 'table', definition: table.definition });
      for (const item of table.items())
        yield toJournal({
          kind: 'write',
          changes: [{ table: table.definition.name, key: table.keyOf(item), item }],
        });
    }
    for (const token of this.#tokens) yield toJournal({ kind: 'write', changes: [], token });
  }

  /** Name of the partition key of a table, or of one of its indexes; undefined if there is none of that name. */
  partitionKey(tableName: string, indexName?: string): string | undefined {
    return this.#tables.get(tableName)?.view(indexName)?.schema.hash.name;
  }

  async call(operation: string, input: Input, _context: CallContext): Promise<Output> {
    switch (operation) {
      case 'GetItem':
        return this.#getItem(input);
      case 'PutItem':
        return this.#write('put', input);
      case 'UpdateItem':
        return this.#write('update', input);
      case 'DeleteItem':
        return this.#write('delete', input);
      case 'Query':
        return this.#page(input, 'query');
      case 'Scan':
        return this.#page(input, 'scan');
      case 'BatchGetItem':
        return batchGet(
          input,
          (name) => this.#table(name),
          (index) => this.#isUnprocessed(index),
        );
      case 'BatchWriteItem': {
        const { changes, output } = batchWrite(
          input,
          (name) => this.#table(name),
          (index) => this.#isUnprocessed(index),
        );
        // One record each: the service does not make a batch atomic, so nobody may come to rely on it.
        for (const change of changes) this.#commit({ kind: 'write', changes: [change] });
        return output;
      }
      case 'TransactWriteItems':
        return this.#transactWrite(input);
      case 'TransactGetItems':
        return this.#transactGet(input);
      default: {
        const output = this.#commands.call(operation, input);
        if (!output) throw notImplemented(`DynamoDB ${operation}`);
        return output;
      }
    }
  }

  #isUnprocessed(index: number): boolean {
    return this.#options.faults?.isUnprocessed?.(index) ?? false;
  }

  #table(name: unknown): Table {
    const table = this.#tables.get(this.#commands.tableName(name));
    if (!table) throw resourceNotFound(this.#commands.tableName(name));
    return table;
  }

  #getItem(input: Input): Output {
    const table = this.#table(input.TableName);
    const { projection } = parseExpressions(input);
    const key = readItem(input.Key);
    checkKey(table.schema, key);
    const keys = keyAttributes(table.schema).map((piece) => piece.name);
    for (const path of projection ?? []) refuseInsideKey(path, keys);
    const item = table.get(key);
    return {
      ...(item ? { Item: project(item, projection) } : {}),
      ...consumed(input, [{ table, read: item ?? {}, isConsistent: input.ConsistentRead === true }]),
    };
  }

  #write(kind: WriteKind, input: Input): Output {
    const table = this.#table(input.TableName);
    const write = new ItemWrite(kind, table, input);
    write.check();
    const outcome = write.evaluate();
    if (outcome.kind === 'condition-failed')
      throw new ServiceError('ConditionalCheckFailedException', 'The conditional request failed', 400, {
        ...(write.returnsOldOnFailure && outcome.old ? { Item: copyItem(outcome.old) } : {}),
      });
    if (outcome.change) this.#commit({ kind: 'write', changes: [outcome.change] });
    const attributes = write.attributes(outcome.old, outcome.change?.item);
    return {
      ...(attributes ? { Attributes: attributes } : {}),
      ...consumed(input, [{ table, written: outcome.change?.item ?? outcome.old ?? {} }]),
    };
  }

  #page(input: Input, kind: 'query' | 'scan'): Output {
    if (input.Segment !== undefined || input.TotalSegments !== undefined) throw notImplemented('a segmented Scan');
    const table = this.#table(input.TableName);
    const page = readPage(table, input, kind);
    const read: Item = { items: { L: (page.Items ?? []).map((item) => ({ M: item })) } };
    return { ...page, ...consumed(input, [{ table, read, isConsistent: input.ConsistentRead === true }]) };
  }

  #transactWrite(input: Input): Output {
    const token = this.#tokens.read(input, this.#options.clock.now());
    if (token === 'repeated') return {};
    const changes = prepareTransaction(
      input,
      (name) => this.#table(name),
      (index) => this.#options.faults?.isInConflict?.(index) ?? false,
    );
    if (changes.length > 0 || token) this.#commit({ kind: 'write', changes, ...(token ? { token } : {}) });
    return consumed(
      input,
      changes.map((change) => ({ table: this.#table(change.table), written: change.item ?? {}, isTransaction: true })),
    );
  }

  #transactGet(input: Input): Output {
    const gets = readActions(input).map((action) => {
      const get = action.Get as Input | undefined;
      if (!get) throw validation('TransactItems can only contain Get');
      return {
        table: this.#table(get.TableName),
        key: readItem(get.Key),
        projection: parseExpressions(get).projection,
      };
    });
    refuseReasons(gets.map(({ table, key }) => reasonOf(() => checkKey(table.schema, key))));
    refuseSameItem(gets);
    const items = gets.map(({ table, key }) => table.get(key));
    return {
      Responses: items.map((item, i) => (item ? { Item: project(item, gets[i]!.projection) } : {})),
      ...consumed(
        input,
        gets.map(({ table }, i) => ({ table, read: items[i] ?? {}, isConsistent: true, isTransaction: true })),
      ),
    };
  }

  /** Journal first: what a reader can see survives, and a failing append leaves memory as it was. */
  #commit(record: DynamoDbRecord): void {
    if (this.#options.journal) appendTo(this.#options.journal, record);
    this.#apply(record);
  }

  #apply(record: DynamoDbRecord): void {
    switch (record.kind) {
      case 'table': {
        const table = this.#tables.get(record.definition.name);
        if (table) table.definition = record.definition;
        else this.#tables.set(record.definition.name, new Table(record.definition));
        return;
      }
      case 'table-deleted':
        this.#tables.delete(record.name);
        return;
      case 'write':
        for (const change of record.changes as readonly Change[]) this.#tables.get(change.table)?.apply(change);
        if (record.token) this.#tokens.remember(record.token, this.#options.clock.now());
    }
  }
}
