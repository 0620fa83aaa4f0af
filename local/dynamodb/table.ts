import { copyItem, type Item } from './attribute-value.ts';
import { checkIndexKey, checkItemKey, type KeySchema, keyIdentity, keyOf, type Place, placeOf } from './key-schema.ts';
import { OrderedRows } from './ordered-rows.ts';
import type { TableDefinition } from './table-definition.ts';

/** One effect on one item; with `item` the item is put, without it is deleted. */
export interface Change {
  readonly table: string;
  readonly key: Item;
  readonly item?: Item;
}

interface Index {
  readonly name: string;
  readonly schema: KeySchema;
  readonly rows: OrderedRows;
}

/** The items of one table, in the order of its key and of the keys of its indexes. */
export class Table {
  definition: TableDefinition;
  readonly #items = new Map<string, Item>();
  readonly #rows = new OrderedRows();
  readonly #indexes: Index[];

  constructor(definition: TableDefinition) {
    this.definition = definition;
    this.#indexes = definition.indexes.map(({ name, schema }) => ({ name, schema, rows: new OrderedRows() }));
  }

  get schema(): KeySchema {
    return this.definition.schema;
  }

  get itemCount(): number {
    return this.#items.size;
  }

  /** The stored item itself: not to be changed, to be copied before it leaves the service. */
  get(key: Item): Item | undefined {
    return this.#items.get(keyIdentity(this.schema, key));
  }

  /** Throws unless `item` may be stored here. */
  check(item: Item): void {
    checkItemKey(this.schema, item);
    for (const index of this.#indexes) checkIndexKey(index.schema, index.name, item);
  }

  apply(change: Change): void {
    const identity = keyIdentity(this.schema, change.key);
    const old = this.#items.get(identity);
    if (old) {
      this.#rows.delete(this.#place(old));
      for (const index of this.#indexes) {
        const place = placeOf(index.schema, old, identity);
        if (place) index.rows.delete(place);
      }
    }
    if (!change.item) {
      this.#items.delete(identity);
      return;
    }
    const item = copyItem(change.item);
    this.#items.set(identity, item);
    this.#rows.put({ place: this.#place(item), item });
    for (const index of this.#indexes) {
      const place = placeOf(index.schema, item, identity);
      if (place) index.rows.put({ place, item });
    }
  }

  /** Rows and schema of the table or of one of its indexes; undefined if there is no such index. */
  view(indexName?: string): { schema: KeySchema; rows: OrderedRows } | undefined {
    return indexName === undefined
      ? { schema: this.schema, rows: this.#rows }
      : this.#indexes.find((index) => index.name === indexName);
  }

  /** Where a row with this start key (table key, and index key for an index) would stand. */
  placeIn(indexName: string | undefined, key: Item): Place {
    const schema = this.view(indexName)!.schema;
    return placeOf(schema, key, indexName === undefined ? '' : keyIdentity(this.schema, key))!;
  }

  keyOf(item: Item): Item {
    return keyOf(this.schema, item);
  }

  *items(): Iterable<Item> {
    for (const row of this.#rows) yield row.item;
  }

  #place(item: Item): Place {
    return placeOf(this.schema, item)!;
  }
}
