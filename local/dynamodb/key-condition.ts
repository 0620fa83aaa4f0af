import { type AttributeValue, compareValues, typeOf } from './attribute-value.ts';
import { beginsWith } from './condition-evaluation.ts';
import type { Condition, Operand } from './condition-expression.ts';
import { validation } from './errors.ts';
import type { KeySchema } from './key-schema.ts';

/** Which part of a partition a Query reads. `side`: negative before the range, 0 inside, positive after it. */
export interface KeyRange {
  readonly hash: AttributeValue;
  readonly side: (sort: AttributeValue) => number;
  readonly hasSortCondition: boolean;
}

const invalid = (message: string) => validation(`Invalid KeyConditionExpression: ${message}`);
const mirrored = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=', '<>': '<>' } as const;

interface Single {
  readonly name: string;
  readonly operator: string;
  readonly values: readonly AttributeValue[];
}

function attributeName(operand: Operand): string {
  if (operand.kind !== 'path') throw invalid('Invalid condition in KeyConditionExpression: No key attribute specified');
  if (operand.path.length > 1) throw invalid('KeyConditionExpressions cannot have conditions on nested attributes');
  return operand.path[0];
}

function literal(operand: Operand): AttributeValue {
  if (operand.kind === 'size') throw invalid('KeyConditionExpressions cannot contain nested operations');
  if (operand.kind !== 'value')
    throw invalid('Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition');
  return operand.value;
}

function singles(condition: Condition): Single[] {
  switch (condition.kind) {
    case 'and':
      return [...singles(condition.left), ...singles(condition.right)];
    case 'compare': {
      const { left, right, comparator } = condition;
      if (comparator === '<>') throw invalid('Invalid operator used in KeyConditionExpression: <>');
      return left.kind === 'value'
        ? [{ name: attributeName(right), operator: mirrored[comparator], values: [left.value] }]
        : [{ name: attributeName(left), operator: comparator, values: [literal(right)] }];
    }
    case 'between':
      return [
        {
          name: attributeName(condition.operand),
          operator: 'BETWEEN',
          values: [literal(condition.low), literal(condition.high)],
        },
      ];
    case 'begins_with':
      return [
        { name: attributeName(condition.operand), operator: 'begins_with', values: [literal(condition.argument)] },
      ];
    case 'exists':
      throw invalid(
        `Invalid operator used in KeyConditionExpression: ${condition.wanted ? 'attribute_exists' : 'attribute_not_exists'}`,
      );
    case 'type':
      throw invalid('Invalid operator used in KeyConditionExpression: attribute_type');
    default:
      throw invalid(
        `Invalid operator used in KeyConditionExpression: ${condition.kind === 'contains' ? 'contains' : condition.kind.toUpperCase()}`,
      );
  }
}

const order = (a: AttributeValue, b: AttributeValue) => compareValues(a, b) ?? 0;

function sideOf(operator: string, [first, second]: readonly AttributeValue[]): (sort: AttributeValue) => number {
  switch (operator) {
    case '=':
      return (sort) => order(sort, first!);
    case '<':
      return (sort) => (order(sort, first!) < 0 ? 0 : 1);
    case '<=':
      return (sort) => (order(sort, first!) <= 0 ? 0 : 1);
    case '>':
      return (sort) => (order(sort, first!) > 0 ? 0 : -1);
    case '>=':
      return (sort) => (order(sort, first!) >= 0 ? 0 : -1);
    case 'BETWEEN':
      return (sort) => (order(sort, first!) < 0 ? -1 : order(sort, second!) > 0 ? 1 : 0);
    default:
      return (sort) => (beginsWith(sort, first!) ? 0 : order(sort, first!) < 0 ? -1 : 1);
  }
}

/** An equality of the partition key and at most one condition of the sort key; else ValidationException. */
export function readKeyCondition(condition: Condition, schema: KeySchema): KeyRange {
  const all = singles(condition);
  if (new Set(all.map((one) => one.name)).size !== all.length)
    throw validation('KeyConditionExpressions must only contain one condition per key');
  if (all.length > 2) throw validation('Conditions can be of length 1 or 2 only');
  const hash = all.find((one) => one.name === schema.hash.name);
  if (!hash) throw validation(`Query condition missed key schema element: ${schema.hash.name}`);
  if (hash.operator !== '=') throw validation('Query key condition not supported');
  const sort = all.find((one) => one !== hash);
  if (sort && !schema.range) throw validation('Query key condition not supported');
  if (sort && sort.name !== schema.range?.name)
    throw validation(`Query condition missed key schema element: ${schema.range?.name}`);
  for (const [one, piece] of [
    [hash, schema.hash],
    [sort, schema.range],
  ] as const)
    for (const value of one?.values ?? []) {
      if (typeOf(value) !== piece?.type)
        throw validation(
          'One or more parameter values were invalid: Condition parameter type does not match schema type',
        );
      if (one?.operator === 'begins_with' && piece.type === 'N')
        throw invalid(
          'Incorrect operand type for operator or function; operator or function: begins_with, operand type: N',
        );
      if (
        one?.operator !== 'begins_with' &&
        (('S' in value && value.S === '') || ('B' in value && value.B.length === 0))
      )
        throw validation(
          'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ' +
            `${piece.type === 'S' ? 'string' : 'binary'} value. Key: ${piece.name}`,
        );
    }
  return {
    hash: hash.values[0]!,
    side: sort ? sideOf(sort.operator, sort.values) : () => 0,
    hasSortCondition: sort !== undefined,
  };
}
