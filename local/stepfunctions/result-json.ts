import type { Json, JsonObject } from './json.ts';

/** An SDK answer as a state sees it: dates as ISO-8601, bytes as text, nothing undefined, no `$metadata`. */
export function resultJson(answer: Record<string, unknown>): JsonObject {
  return convert(answer) as JsonObject;
}

function convert(value: unknown): Json | undefined {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (value instanceof Set) return [...value].map((item) => convert(item) ?? null);
  if (Array.isArray(value)) return value.map((item) => convert(item) ?? null);
  if (typeof value === 'object' && value !== null) {
    const members: JsonObject = {};
    for (const [key, member] of Object.entries(value)) {
      const json = key === '$metadata' ? undefined : convert(member);
      if (json !== undefined) members[key] = json;
    }
    return members;
  }
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'function' ? undefined : (value as Json | undefined);
}
