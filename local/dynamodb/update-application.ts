import { type AttributeValue, addNumbers, copyItem, copyValue, type Item, typeOf } from './attribute-value.ts';
import { removeAt, setAt, valueAt } from './document-path.ts';
import { validation } from './errors.ts';
import type { UpdateAction, UpdateOperand } from './update-expression.ts';

const wrongType = () => validation('An operand in the update expression has an incorrect data type');

/** Operands see the item as it was before any action of the expression. */
function resolve(operand: UpdateOperand, before: Item): AttributeValue {
  switch (operand.kind) {
    case 'value':
      return operand.value;
    case 'path': {
      const value = valueAt(before, operand.path);
      if (!value) throw validation('The provided expression refers to an attribute that does not exist in the item');
      return value;
    }
    case 'if_not_exists':
      return valueAt(before, operand.path) ?? resolve(operand.otherwise, before);
    case 'list_append': {
      const left = resolve(operand.left, before);
      const right = resolve(operand.right, before);
      if (!('L' in left && 'L' in right)) throw wrongType();
      return { L: [...left.L, ...right.L] };
    }
    default: {
      const left = resolve(operand.left, before);
      const right = resolve(operand.right, before);
      if (!('N' in left && 'N' in right)) throw wrongType();
      return { N: addNumbers(left.N, right.N, operand.kind === 'plus' ? 1n : -1n) };
    }
  }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** A set's members by identity, and how to make the set of some of them again. */
function membersOf(value: AttributeValue): Map<string, string | Uint8Array> | undefined {
  if ('SS' in value) return new Map(value.SS.map((v) => [v, v]));
  if ('NS' in value) return new Map(value.NS.map((v) => [v, v]));
  return 'BS' in value ? new Map(value.BS.map((v) => [hex(v), v])) : undefined;
}

const setWith = (like: AttributeValue, members: Map<string, string | Uint8Array>): AttributeValue =>
  ({ [typeOf(like)]: [...members.values()] }) as unknown as AttributeValue;

function added(old: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (!old) return value;
  if (typeOf(old) !== typeOf(value)) throw wrongType();
  if ('N' in old && 'N' in value) return { N: addNumbers(old.N, value.N) };
  return setWith(value, new Map([...(membersOf(old) ?? []), ...(membersOf(value) ?? [])]));
}

/** undefined: nothing is left, the attribute goes. */
function without(old: AttributeValue, value: AttributeValue): AttributeValue | undefined {
  if (typeOf(old) !== typeOf(value)) throw wrongType();
  const members = membersOf(old) ?? new Map();
  for (const key of (membersOf(value) ?? new Map()).keys()) members.delete(key);
  return members.size === 0 ? undefined : setWith(value, members);
}

/** The item after all actions; `before` is left alone. */
export function applyUpdate(actions: readonly UpdateAction[], before: Item): Item {
  const item = copyItem(before);
  const gone: { list: AttributeValue[]; index: number }[] = [];
  const results = actions.map((action): AttributeValue | undefined => {
    if (action.kind === 'set') return copyValue(resolve(action.operand, before));
    if (action.kind === 'remove') return undefined;
    const old = valueAt(before, action.path);
    if (action.kind === 'add') return copyValue(added(old, action.value));
    return old && without(old, action.value);
  });
  const appended = [...actions.entries()].sort(([, a], [, b]) => lastIndex(a) - lastIndex(b));
  for (const [i, action] of appended) {
    const value = results[i];
    if (value) setAt(item, action.path, value);
    else if (action.kind === 'remove' || valueAt(item, action.path)) {
      const hole = removeAt(item, action.path);
      if (hole) gone.push(hole);
    }
  }
  // Removals of list elements come last and from the end, so that every index means the list as it was.
  for (const { list, index } of gone.sort((a, b) => b.index - a.index)) if (index < list.length) list.splice(index, 1);
  return item;
}

/** Several indexes past the end of one list append in the order of the indexes. */
function lastIndex(action: UpdateAction): number {
  const last = action.path[action.path.length - 1];
  return typeof last === 'number' ? last : -1;
}
