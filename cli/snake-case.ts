/**
 * A value for `--json`: every member's name as `snake_case`, as `message_type` is, whatever the record behind it calls
 * it. Members are names of this program; names of tables and the like stand in values, which stay as they are.
 */
export function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeCase(member),
    ]),
  );
}
