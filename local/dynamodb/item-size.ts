import type { AttributeValue, Item } from './attribute-value.ts';

const utf8 = (text: string) => Buffer.byteLength(text, 'utf8');

/** "Approximately (number of significant digits / 2) + 1 byte", one more for a negative one (Developer Guide, "Item sizes"). */
function numberBytes(text: string): number {
  const digits = text.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length;
  return Math.ceil(digits / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

function valueBytes(value: AttributeValue): number {
  if ('S' in value) return utf8(value.S);
  if ('N' in value) return numberBytes(value.N);
  if ('B' in value) return value.B.length;
  if ('SS' in value) return value.SS.reduce((sum, v) => sum + utf8(v), 0);
  if ('NS' in value) return value.NS.reduce((sum, v) => sum + numberBytes(v), 0);
  if ('BS' in value) return value.BS.reduce((sum, v) => sum + v.length, 0);
  if ('L' in value) return 3 + value.L.reduce((sum, v) => sum + 1 + valueBytes(v), 0);
  if ('M' in value) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
}

/** What counts towards the limits of an item, a page and a transaction. */
export function itemBytes(item: Item): number {
  let sum = 0;
  for (const [name, value] of Object.entries(item)) sum += utf8(name) + valueBytes(value);
  return sum;
}

export const maxItemBytes = 400 * 1024;
