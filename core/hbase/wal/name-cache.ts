/** A name as text, read once: logs repeat a few names millions of times. Two names may share a slot and take turns. */
export class NameCache<T> {
  readonly #slots: ({ readonly bytes: Uint8Array; readonly value: T } | undefined)[] = [];
  readonly #read: (text: string) => T;

  /** @param read makes the value of a name; what it throws is thrown to who asks */
  constructor(read: (text: string) => T) {
    this.#read = read;
  }

  get(b: Uint8Array, at: number, end: number): T {
    let hash = end - at;
    for (let i = at; i < end; i++) hash = (hash * 31 + b[i]!) | 0;
    const slot = hash & 1023;
    const known = this.#slots[slot];
    if (known !== undefined && isSame(known.bytes, b, at, end)) return known.value;
    const bytes = Uint8Array.prototype.slice.call(b, at, end);
    const value = this.#read(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    this.#slots[slot] = { bytes, value };
    return value;
  }
}

function isSame(a: Uint8Array, b: Uint8Array, at: number, end: number): boolean {
  if (a.length !== end - at) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[at + i]) return false;
  return true;
}
