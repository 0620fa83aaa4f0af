import { type AttributeValue, compareValues, equalValues, type Item, typeOf } from './attribute-value.ts';
import type { Comparator, Condition, Operand } from './condition-expression.ts';
import { valueAt } from './document-path.ts';

function sizeOf(value: AttributeValue): number | undefined {
  if ('S' in value) return value.S.length;
  if ('B' in value) return value.B.length;
  if ('M' in value) return Object.keys(value.M).length;
  const list =
    'L' in value ? value.L : 'SS' in value ? value.SS : 'NS' in value ? value.NS : 'BS' in value ? value.BS : undefined;
  return list?.length;
}

function resolve(operand: Operand, item: Item): AttributeValue | undefined {
  if (operand.kind === 'value') return operand.value;
  if (operand.kind === 'path') return valueAt(item, operand.path);
  const value = resolve(operand.of, item);
  const size = value && sizeOf(value);
  return size === undefined ? undefined : { N: String(size) };
}

/** Values of two types, and a missing one, are in no order: only `<>` can hold between them. */
function holds(comparator: Comparator, left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  if (comparator === '=') return left !== undefined && right !== undefined && equalValues(left, right);
  if (comparator === '<>') return left === undefined || right === undefined || !equalValues(left, right);
  const order = left && right && compareValues(left, right);
  if (order === undefined) return false;
  if (comparator === '<') return order < 0;
  if (comparator === '<=') return order <= 0;
  return comparator === '>' ? order > 0 : order >= 0;
}

export function beginsWith(value: AttributeValue, prefix: AttributeValue): boolean {
  if ('S' in value && 'S' in prefix) return value.S.startsWith(prefix.S);
  return 'B' in value && 'B' in prefix && Buffer.compare(value.B.subarray(0, prefix.B.length), prefix.B) === 0;
}

function contains(value: AttributeValue, argument: AttributeValue): boolean {
  if ('S' in value && 'S' in argument) return value.S.includes(argument.S);
  if ('B' in value && 'B' in argument) return Buffer.from(value.B).includes(Buffer.from(argument.B));
  if ('SS' in value && 'S' in argument) return value.SS.includes(argument.S);
  if ('NS' in value && 'N' in argument) return value.NS.includes(argument.N);
  if ('BS' in value && 'B' in argument) return value.BS.some((member) => Buffer.compare(member, argument.B) === 0);
  return 'L' in value && value.L.some((member) => equalValues(member, argument));
}

/** Whether `item` ({} for an absent one) satisfies `condition`. */
export function satisfies(condition: Condition, item: Item): boolean {
  switch (condition.kind) {
    case 'and':
      return satisfies(condition.left, item) && satisfies(condition.right, item);
    case 'or':
      return satisfies(condition.left, item) || satisfies(condition.right, item);
    case 'not':
      return !satisfies(condition.inner, item);
    case 'exists':
      return (valueAt(item, condition.path) !== undefined) === condition.wanted;
    case 'compare':
      return holds(condition.comparator, resolve(condition.left, item), resolve(condition.right, item));
    case 'between': {
      const value = resolve(condition.operand, item);
      return holds('>=', value, resolve(condition.low, item)) && holds('<=', value, resolve(condition.high, item));
    }
    case 'in': {
      const value = resolve(condition.operand, item);
      return condition.list.some((candidate) => holds('=', value, resolve(candidate, item)));
    }
    case 'type': {
      const value = resolve(condition.path, item);
      return value !== undefined && typeOf(value) === condition.type;
    }
    case 'begins_with':
    case 'contains': {
      const value = resolve(condition.operand, item);
      const argument = resolve(condition.argument, item);
      if (!value || !argument) return false;
      return condition.kind === 'contains' ? contains(value, argument) : beginsWith(value, argument);
    }
  }
}
