import { compareUtf8 } from './utf8-order.ts';

/** Keys in S3's order, each with a value. */
export class SortedKeys<V> {
  readonly #keys: string[] = [];
  readonly #values = new Map<string, V>();

  get size(): number {
    return this.#keys.length;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: V): void {
    if (!this.#values.has(key)) this.#keys.splice(this.#firstNotBelow(key), 0, key);
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#keys.splice(this.#firstNotBelow(key), 1);
  }

  /** The first key at or after `from`. */
  seek(from: string): string | undefined {
    return this.#keys[this.#firstNotBelow(from)];
  }

  /** The first key behind every key that begins with `prefix`. */
  seekBehind(prefix: string): string | undefined {
    return this.#keys[this.#first((key) => key.startsWith(prefix) || compareUtf8(key, prefix) < 0)];
  }

  *entries(): Iterable<[string, V]> {
    for (const key of this.#keys) yield [key, this.#values.get(key)!];
  }

  #firstNotBelow(key: string): number {
    return this.#first((other) => compareUtf8(other, key) < 0);
  }

  /** Index of the first key for which `isBefore` is false. Keys mostly come in order: the end is tried first. */
  #first(isBefore: (key: string) => boolean): number {
    const last = this.#keys.at(-1);
    if (last === undefined || isBefore(last)) return this.#keys.length;
    let low = 0;
    let high = this.#keys.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.#keys[middle]!)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
