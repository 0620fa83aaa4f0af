/** KeyValue.Type, by the code that ends a key. */
export const CELL_TYPES = {
  Minimum: 0,
  Put: 4,
  Delete: 8,
  DeleteFamilyVersion: 10,
  DeleteColumn: 12,
  DeleteFamily: 14,
  Maximum: 255,
} as const;

const KNOWN = new Uint8Array(256);
for (const code of Object.values(CELL_TYPES)) KNOWN[code] = 1;

export function isCellType(code: number): boolean {
  return KNOWN[code] === 1;
}
