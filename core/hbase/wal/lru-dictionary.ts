/** No item. */
const NONE = -1;
const ADDED = -1;
const REPLACED = -2;

/**
 * LRUDictionary as a reader sees it: an index is given in order while there is room, then that of the item unused for
 * longest, and both adding and using make an item the latest. What was done since the last `commit` can be undone, for
 * an entry that turns out to be there in part only.
 */
export class LruDictionary {
  /** Bytes of the items. */
  bytes = 0;
  readonly #items: Uint8Array[] = [];
  readonly #newer: Int32Array;
  readonly #older: Int32Array;
  readonly #capacity: number;
  #latest = NONE;
  #oldest = NONE;
  /** Pairs: an index, and what it was moved from behind, or ADDED, or REPLACED. */
  readonly #done: number[] = [];
  readonly #replaced: Uint8Array[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#newer = new Int32Array(capacity).fill(NONE);
    this.#older = new Int32Array(capacity).fill(NONE);
  }

  /** The item, which thereby becomes the latest; undefined if there is none. */
  use(index: number): Uint8Array | undefined {
    if (index >= this.#items.length) return undefined;
    this.#toFront(index);
    return this.#items[index];
  }

  /** Adds a copy of `b[at, end)`, which is not empty. */
  add(b: Uint8Array, at: number, end: number): void {
    // Not Buffer's own slice, which would keep the whole window in memory.
    const item = Uint8Array.prototype.slice.call(b, at, end);
    this.bytes += item.length;
    const index = this.#items.length;
    if (index < this.#capacity) {
      this.#items.push(item);
      this.#done.push(index, ADDED);
      this.#link(index);
      return;
    }
    const reused = this.#oldest;
    const old = this.#items[reused]!;
    this.bytes -= old.length;
    this.#items[reused] = item;
    this.#done.push(reused, REPLACED);
    this.#replaced.push(old);
    this.#toFront(reused);
  }

  commit(): void {
    this.#done.length = 0;
    this.#replaced.length = 0;
  }

  rollBack(): void {
    while (this.#done.length > 0) {
      const how = this.#done.pop()!;
      const index = this.#done.pop()!;
      if (how === REPLACED) {
        this.bytes += this.#replaced.at(-1)!.length - this.#items[index]!.length;
        this.#items[index] = this.#replaced.pop()!;
        continue;
      }
      // Whatever was done to it last made it the latest.
      this.#latest = this.#older[index]!;
      if (this.#latest === NONE) this.#oldest = NONE;
      else this.#newer[this.#latest] = NONE;
      if (how === ADDED) {
        this.bytes -= this.#items.pop()!.length;
        continue;
      }
      const older = this.#older[how]!;
      this.#newer[index] = how;
      this.#older[index] = older;
      this.#older[how] = index;
      if (older === NONE) this.#oldest = index;
      else this.#newer[older] = index;
    }
  }

  #toFront(index: number): void {
    if (index === this.#latest) return;
    const newer = this.#newer[index]!;
    const older = this.#older[index]!;
    this.#done.push(index, newer);
    this.#older[newer] = older;
    if (older === NONE) this.#oldest = newer;
    else this.#newer[older] = newer;
    this.#link(index);
  }

  #link(index: number): void {
    this.#newer[index] = NONE;
    this.#older[index] = this.#latest;
    if (this.#latest === NONE) this.#oldest = index;
    else this.#newer[this.#latest] = index;
    this.#latest = index;
  }
}
