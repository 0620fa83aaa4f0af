/** So many names are spelled out: an error with thousands of them would not fit an execution's state (256 KiB). */
export const NAMED = 20;

/** `a, b and 7 more`. */
export function nameSome(names: readonly string[], separator = ', '): string {
  const named = names.slice(0, NAMED).join(separator);
  return names.length > NAMED ? `${named} and ${names.length - NAMED} more` : named;
}
