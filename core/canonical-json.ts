/** What the persisted formats are made of: JSON without floats of doubt (numbers are safe integers or plain decimals). */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

const sorted = (_: string, value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
    : value;

/**
 * JSON with the keys of every object sorted, no white space, absent members left out: one value, one text, so that
 * digests of it can be compared. Keys are sorted by UTF-16 code units.
 */
export function canonicalJson(value: Json | object): string {
  return JSON.stringify(value, sorted);
}
