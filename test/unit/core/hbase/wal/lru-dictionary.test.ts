import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LruDictionary } from '../../../../../core/hbase/wal/lru-dictionary.ts';

/** LRUDictionary as HBase's source tells it, with an array for the list: the latest first. */
class Model {
  readonly items: number[] = [];
  readonly order: number[] = [];
  readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  add(item: number): void {
    const index = this.items.length < this.capacity ? this.items.length : this.order.pop()!;
    this.items[index] = item;
    this.order.unshift(index);
  }

  use(index: number): number | undefined {
    if (index >= this.items.length) return undefined;
    this.order.splice(this.order.indexOf(index), 1);
    this.order.unshift(index);
    return this.items[index];
  }

  copy(): Model {
    const copy = new Model(this.capacity);
    copy.items.push(...this.items);
    copy.order.push(...this.order);
    return copy;
  }
}

const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ add: fc.nat(255) }) },
  { weight: 6, arbitrary: fc.record({ use: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.constant('commit' as const) },
  { weight: 1, arbitrary: fc.constant('rollBack' as const) },
);

test('gives the index that a writer would have given, also after what was undone', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(act, { maxLength: 200 }), (capacity, acts) => {
      const dictionary = new LruDictionary(capacity);
      let model = new Model(capacity);
      let committed = model.copy();
      for (const each of acts) {
        if (each === 'commit') {
          dictionary.commit();
          committed = model.copy();
        } else if (each === 'rollBack') {
          dictionary.rollBack();
          model = committed.copy();
        } else if ('add' in each) {
          dictionary.add(Uint8Array.of(each.add), 0, 1);
          model.add(each.add);
        } else expect(dictionary.use(each.use)?.[0]).toBe(model.use(each.use));
        expect(dictionary.bytes).toBe(model.items.length);
      }
      dictionary.commit();
      committed = model.copy();
      // Which one is dropped next, and next, shows the whole order.
      for (let i = 0; i < capacity; i++) {
        for (let dropped = 0; dropped <= i; dropped++) {
          dictionary.add(Uint8Array.of(dropped), 0, 1);
          model.add(dropped);
        }
        for (let index = 0; index < capacity; index++) {
          expect(dictionary.use(index)?.[0]).toBe(model.items[index]);
        }
        dictionary.rollBack();
        model = committed.copy();
      }
    }),
    { numRuns: 1000 },
  );
});
