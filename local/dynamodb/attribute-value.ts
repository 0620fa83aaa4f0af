import {
  addDecimals,
  compareDecimals,
  type Decimal,
  type DecimalProblem,
  decimal,
  formatDecimal,
  parseDecimal,
} from './decimal.ts';
import { validation } from './errors.ts';

/** A value as the SDK's low-level commands carry it. */
export type AttributeValue =
  | { S: string }
  | { N: string }
  | { B: Uint8Array }
  | { BOOL: boolean }
  | { NULL: boolean }
  | { SS: string[] }
  | { NS: string[] }
  | { BS: Uint8Array[] }
  | { L: AttributeValue[] }
  | { M: Item };

export type Item = { [name: string]: AttributeValue };

const typeNames = ['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M'] as const;
export type AttributeType = (typeof typeNames)[number];

export const isAttributeType = (name: string): name is AttributeType => (typeNames as readonly string[]).includes(name);

export const typeOf = (value: AttributeValue): AttributeType => Object.keys(value)[0] as AttributeType;

/** Own members only: an attribute may be called `constructor` or `__proto__`. */
export const attribute = (item: Item, name: string): AttributeValue | undefined =>
  Object.hasOwn(item, name) ? item[name] : undefined;

export function setAttribute(item: Item, name: string, value: AttributeValue): void {
  Object.defineProperty(item, name, { value, enumerable: true, configurable: true, writable: true });
}

const maxDepth = 32;

const numberProblems: Record<DecimalProblem, string> = {
  syntax: 'The parameter cannot be converted to a numeric value',
  digits: 'Attempting to store more than 38 significant digits in a Number',
  overflow: 'Number overflow. Attempting to store a number with magnitude larger than supported range',
  underflow: 'Number underflow. Attempting to store a number with magnitude smaller than supported range',
};

function canonicalNumber(text: unknown): string {
  if (typeof text !== 'string') throw validation('The parameter cannot be converted to a numeric value');
  const parsed = parseDecimal(text);
  if (parsed === 'syntax' && text !== '') throw validation(`${numberProblems.syntax}: ${text}`);
  if (typeof parsed === 'string') throw validation(numberProblems[parsed]);
  return formatDecimal(parsed);
}

/** a + sign × b of two stored numbers; a result that cannot be stored is refused. */
export function addNumbers(a: string, b: string, sign: 1n | -1n = 1n): string {
  const sum = addDecimals(decimal(a), decimal(b), sign);
  if (typeof sum === 'string') throw validation(numberProblems[sum]);
  return formatDecimal(sum as Decimal);
}

const bytesOf = (value: unknown): Uint8Array => {
  if (!(value instanceof Uint8Array)) throw validation('a binary value must be bytes');
  return Uint8Array.from(value);
};

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw validation('a string value must be a string');
  if (!value.isWellFormed()) throw validation('a string value must be well-formed Unicode');
  return value;
};

function setOf<T>(
  kind: 'string' | 'number' | 'binary',
  value: unknown,
  member: (v: unknown) => T,
  identity: (v: T) => string,
): T[] {
  if (!Array.isArray(value)) throw validation('a set must be a list');
  if (value.length === 0)
    throw validation(
      kind === 'binary'
        ? 'One or more parameter values were invalid: Binary sets should not be empty'
        : `One or more parameter values were invalid: An ${kind} set  may not be empty`,
    );
  const members = value.map(member);
  if (new Set(members.map(identity)).size !== members.length)
    throw validation(
      kind === 'number'
        ? 'Input collection contains duplicates'
        : 'One or more parameter values were invalid: Input collection contains duplicates.',
    );
  return members;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** A deep copy of what a caller sent, numbers in canonical form; anything the service would refuse is refused. */
export function readValue(input: unknown, depth = 0): AttributeValue {
  if (typeof input !== 'object' || input === null) throw validation('an attribute value must be a structure');
  if (depth > maxDepth) throw validation('Nesting Levels have exceeded supported limits');
  const present = Object.entries(input).filter(([, v]) => v !== undefined);
  if (present.length > 1)
    throw validation(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  const [type, value] = present[0] ?? ['', undefined];
  switch (type) {
    case 'S':
      return { S: text(value) };
    case 'N':
      return { N: canonicalNumber(value) };
    case 'B':
      return { B: bytesOf(value) };
    case 'BOOL':
      if (typeof value !== 'boolean') throw validation('BOOL must be a boolean');
      return { BOOL: value };
    case 'NULL':
      if (value !== true)
        throw validation(
          'One or more parameter values were invalid: Null attribute value types must have the value of true',
        );
      return { NULL: true };
    case 'SS':
      return { SS: setOf('string', value, text, (v) => v) };
    case 'NS':
      return { NS: setOf('number', value, canonicalNumber, (v) => v) };
    case 'BS':
      return { BS: setOf('binary', value, bytesOf, hex) };
    case 'L':
      if (!Array.isArray(value)) throw validation('a list must be a list');
      return { L: value.map((member) => readValue(member, depth + 1)) };
    case 'M':
      return { M: readItem(value, depth + 1) };
    default:
      throw validation('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  }
}

export function readItem(input: unknown, depth = 0): Item {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw validation('an item must be a map');
  return Object.fromEntries(
    Object.entries(input)
      .filter(([, v]) => v !== undefined)
      .map(([name, v]) => [name, readValue(v, depth)]),
  );
}

/** A copy that the receiver may change. */
export function copyValue(value: AttributeValue): AttributeValue {
  if ('L' in value) return { L: value.L.map(copyValue) };
  if ('M' in value) return { M: copyItem(value.M) };
  if ('B' in value) return { B: Uint8Array.from(value.B) };
  if ('BS' in value) return { BS: value.BS.map((b) => Uint8Array.from(b)) };
  if ('SS' in value) return { SS: [...value.SS] };
  if ('NS' in value) return { NS: [...value.NS] };
  return { ...value };
}

export const copyItem = (item: Item): Item =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, copyValue(value)]));

/** One text per value; equal values (sets without order, numbers by value) have equal texts. */
export function identityOf(value: AttributeValue): string {
  if ('B' in value) return `B${hex(value.B)}`;
  if ('L' in value) return `L${JSON.stringify(value.L.map(identityOf))}`;
  if ('M' in value)
    return `M${JSON.stringify(
      Object.keys(value.M)
        .sort()
        .map((name) => [name, identityOf(value.M[name]!)]),
    )}`;
  if ('SS' in value) return `SS${JSON.stringify([...value.SS].sort())}`;
  if ('NS' in value) return `NS${JSON.stringify([...value.NS].sort())}`;
  if ('BS' in value) return `BS${JSON.stringify(value.BS.map(hex).sort())}`;
  const type = typeOf(value);
  return `${type}${String((value as Record<string, unknown>)[type])}`;
}

export const equalValues = (a: AttributeValue, b: AttributeValue): boolean =>
  typeOf(a) === typeOf(b) && identityOf(a) === identityOf(b);

/** Order of UTF-8 bytes, which is that of code points, not of UTF-16 units. */
export function compareStrings(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const isSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;
    if (isSurrogate(x) !== isSurrogate(y)) return isSurrogate(x) ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

/** Negative, 0, positive; undefined for types without an order or of two types. */
export function compareValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if ('S' in a && 'S' in b) return compareStrings(a.S, b.S);
  if ('N' in a && 'N' in b) return compareDecimals(decimal(a.N), decimal(b.N));
  if ('B' in a && 'B' in b) return Buffer.compare(a.B, b.B);
  return undefined;
}
