import { int32 } from '../hfile/cell-order.ts';

/** TagType, those that decide what a reader sees. */
export const TAG_TYPES = { mobReference: 5, ttl: 8 } as const;

/** Where the tags of a cell `bytes[at, end)` begin, without their length; `end` if it has none. */
export function tagsAt(bytes: Uint8Array, at: number, end: number): number {
  return Math.min(end, at + 8 + int32(bytes, at) + int32(bytes, at + 4) + 2);
}

/** Value of the first tag of that type, of a cell whose tags were checked. */
export function tagOf(bytes: Uint8Array, at: number, end: number, type: number): Uint8Array | undefined {
  for (let i = tagsAt(bytes, at, end); i + 3 <= end; ) {
    const length = (bytes[i]! << 8) | bytes[i + 1]!;
    if (bytes[i + 2] === type) return bytes.subarray(i + 3, i + 2 + length);
    i += 2 + length;
  }
  return undefined;
}
