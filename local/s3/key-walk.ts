import { s3Error } from './s3-error.ts';
import type { SortedKeys } from './sorted-keys.ts';
import { compareUtf8 } from './utf8-order.ts';

export interface WalkOptions {
  readonly prefix: string;
  readonly delimiter: string;
  /** Begins behind this key; where it is a common prefix itself, behind everything under it. */
  readonly after: string;
  /** Begins at `after` itself: its own later versions or uploads are still wanted. */
  readonly isAfterIncluded?: boolean;
}

export type WalkStep<V> =
  | { readonly commonPrefix: string }
  | { readonly commonPrefix?: undefined; readonly key: string; readonly value: V };

/**
 * Keys of a listing in S3's order, rolled up to common prefixes. `isListed` hides keys with nothing to show, so that
 * a common prefix appears only where something under it does.
 */
export function* walkKeys<V>(
  keys: SortedKeys<V>,
  { prefix, delimiter, after, isAfterIncluded = false }: WalkOptions,
  isListed: (value: V) => boolean,
): Iterable<WalkStep<V>> {
  let key = first(keys, prefix, delimiter, after, isAfterIncluded);
  while (key?.startsWith(prefix)) {
    const value = keys.get(key)!;
    if (isListed(value)) {
      const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      if (cut >= 0) {
        const commonPrefix = key.slice(0, cut + delimiter.length);
        yield { commonPrefix };
        key = keys.seekBehind(commonPrefix);
        continue;
      }
      yield { key, value };
    }
    key = keys.seek(`${key}\0`);
  }
}

function first<V>(keys: SortedKeys<V>, prefix: string, delimiter: string, after: string, isAfterIncluded: boolean) {
  if (after === '' || compareUtf8(after, prefix) < 0) return keys.seek(prefix);
  if (isAfterIncluded) return keys.seek(after);
  const cut = delimiter === '' || !after.startsWith(prefix) ? -1 : after.indexOf(delimiter, prefix.length);
  const isCommonPrefix = cut >= 0 && cut + delimiter.length === after.length;
  return isCommonPrefix ? keys.seekBehind(after) : keys.seek(`${after}\0`);
}

/** `MaxKeys` and its kin: 0 to 1,000, and 1,000 where more is asked. */
export function pageSizeOf(name: string, asked: number | undefined): number {
  if (asked === undefined) return 1000;
  if (!Number.isInteger(asked) || asked < 0) {
    throw s3Error.invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, asked);
  }
  return Math.min(asked, 1000);
}
