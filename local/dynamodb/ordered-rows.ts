import type { Item } from './attribute-value.ts';
import { comparePlaces, type Place } from './key-schema.ts';

export interface Row {
  readonly place: Place;
  readonly item: Item;
}

/** Items in the order in which Query and Scan give them. */
export class OrderedRows {
  readonly #rows: Row[] = [];

  get length(): number {
    return this.#rows.length;
  }

  at(index: number): Row {
    return this.#rows[index]!;
  }

  /** The first index from which on `isPast` holds; it must hold for all rows after one for which it holds. */
  lowerBound(isPast: (place: Place) => boolean): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isPast(this.#rows[middle]!.place)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #find(place: Place): { index: number; isThere: boolean } {
    const index = this.lowerBound((other) => comparePlaces(other, place) >= 0);
    const row = this.#rows[index];
    return { index, isThere: row !== undefined && comparePlaces(row.place, place) === 0 };
  }

  put(row: Row): void {
    const { index, isThere } = this.#find(row.place);
    this.#rows.splice(index, isThere ? 1 : 0, row);
  }

  delete(place: Place): void {
    const { index, isThere } = this.#find(place);
    if (isThere) this.#rows.splice(index, 1);
  }

  [Symbol.iterator](): Iterator<Row> {
    return this.#rows[Symbol.iterator]();
  }
}
