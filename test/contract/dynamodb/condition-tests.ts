import { describe, expect, it } from 'vitest';
import type { Suite } from './dynamodb-conformance.ts';
import { B, type Item, L, M, N, refused, S } from './dynamodb-subject.ts';

const key: Item = { pk: S('conditions'), sk: S('item') };
const item: Item = {
  ...key,
  n: N(5),
  m: M({ a: L(N(1), S('x')), deep: M({ flag: { BOOL: true } }) }),
  word: S('holdfast'),
  bytes: B(1, 2, 3),
  tags: { SS: ['blue', 'red'] },
  numbers: { NS: ['1', '2'] },
  gone: { NULL: true },
};

const values: Item = {
  ':5': N(5),
  ':5.0': N('5.0'),
  ':4': N(4),
  ':6': N(6),
  ':0': N(0),
  ':1': N(1),
  ':2': N(2),
  ':8': N(8),
  ':str5': S('5'),
  ':hold': S('hold'),
  ':fast': S('fast'),
  ':holdfast': S('holdfast'),
  ':x': S('x'),
  ':red': S('red'),
  ':b12': B(1, 2),
  ':b23': B(2, 3),
  ':N': S('N'),
  ':S': S('S'),
  ':SS': S('SS'),
  ':NULL': S('NULL'),
  ':true': { BOOL: true },
  ':null': { NULL: true },
  ':redblue': { SS: ['red', 'blue'] },
  ':list': L(N(1), S('x')),
};

const used = (expression: string): Item | undefined => {
  const names = expression.match(/:[A-Za-z0-9_]+/g) ?? [];
  return names.length > 0 ? Object.fromEntries(names.map((name) => [name, values[name]!])) : undefined;
};

const holding = [
  'attribute_exists(pk)',
  'attribute_exists(m.a[1])',
  'attribute_not_exists(m.a[2])',
  'attribute_not_exists(m.b.c)',
  'attribute_not_exists(word.x)',
  'n = :5',
  'n <> :4',
  'n <> :str5',
  'absent <> :5',
  'n < :6 AND n > :4',
  'n <= :5 and n >= :5',
  ':5 = n',
  'NOT n = :4',
  'NOT n < :5',
  'not (n < :5 or n > :5)',
  'n = :4 OR n = :5 AND word = :holdfast',
  'NOT absent = :5',
  'NOT absent < :5',
  'n BETWEEN :5 AND :6',
  'NOT n BETWEEN :6 AND :8',
  'n IN (:4, :5)',
  'NOT absent IN (:4, :5)',
  'begins_with(word, :hold)',
  'begins_with(bytes, :b12)',
  'NOT begins_with(n, :hold)',
  'contains(word, :fast)',
  'contains(bytes, :b23)',
  'contains(tags, :red)',
  'contains(numbers, :2)',
  'contains(m.a, :x)',
  'NOT contains(absent, :x)',
  'attribute_type(n, :N)',
  'attribute_type(tags, :SS)',
  'attribute_type(gone, :NULL)',
  'NOT attribute_type(absent, :S)',
  'size(word) = :8',
  'size(m.a) = :2',
  'size(m) = :2',
  'size(tags) > :1',
  'size(bytes) < :4',
  'NOT size(n) > :0',
  'NOT size(absent) >= :0',
  'm.deep.flag = :true',
  'm.a[0] = :1',
  'gone = :null',
  '(n = :5)',
  '((n = :4) OR (n = :5))',
  '(n = :5) AND ((word = :holdfast) OR n = :4)',
];

const failing = [
  'attribute_not_exists(pk)',
  'attribute_exists(absent)',
  'n = :4',
  'n = :str5',
  'n < :str5',
  'n > :5',
  'absent = :5',
  'absent < :5',
  'absent IN (:4, :5)',
  'n <> :5',
  'n BETWEEN :6 AND :8',
  'word BETWEEN :5 AND :6',
  'NOT (n = :5)',
  'begins_with(word, :fast)',
  'contains(word, :x)',
  'size(absent) = :0',
  'm.deep = :true',
];

/** [expression, what the service says]. */
const malformed: [string, RegExp][] = [
  ['', /can not be empty/],
  ['   ', /can not be empty|Syntax error/],
  ['n =', /Syntax error/],
  ['n = :5 AND', /Syntax error/],
  ['= :5', /Syntax error/],
  ['n == :5', /Syntax error/],
  ['n != :5', /Syntax error/],
  ['(n = :5', /Syntax error/],
  ['n = :5)', /Syntax error/],
  ['n = "x"', /Syntax error/],
  ['n = 5', /Syntax error/],
  ['n[a] = :5', /Syntax error/],
  ['n IN :5', /Syntax error/],
  ['status = :5', /reserved keyword; reserved keyword: status/],
  ['m.count = :5', /reserved keyword; reserved keyword: count/],
  ['ATTRIBUTE_EXISTS(n)', /Invalid function name; function: ATTRIBUTE_EXISTS/],
  ['exists(n)', /Invalid function name/],
  ['attribute_exists(n, m)', /Incorrect number of operands/],
  ['begins_with(word)', /Incorrect number of operands/],
  ['attribute_exists(:5)', /requires a document path/],
  ['begins_with(word, :5)', /Incorrect operand type/],
  ['attribute_type(n, :5)', /Incorrect operand type/],
  ['attribute_type(n, :x)', /Invalid attribute type name/],
  ['n BETWEEN :6 AND :4', /upper bound/],
  ['n BETWEEN :x AND :4', /same data type/],
  ['n = n', /must be distinct/],
  ['n = attribute_exists(m)', /not allowed to be used this way/],
  ['((n = :5))', /redundant parentheses/],
  ['n = :undefined', /value used in expression is not defined; attribute value: :undefined/],
  ['#undefined = :5', /name used in the document path is not defined; attribute name: #undefined/],
  ['pk.x = :5', /Key attributes must be scalars/],
];

/** ConditionExpression, which FilterExpression shares its grammar with. */
export function conditionTests({ table, has }: Suite): void {
  const put = (expression: string, more: Record<string, unknown> = {}) =>
    table().put(item, { ConditionExpression: expression, ExpressionAttributeValues: used(expression), ...more });

  describe('conditions', () => {
    it.each(holding.filter((e) => has('strict-expressions') || !e.includes('absent')))(
      'holds: %s',
      async (expression) => {
        await table().put(item);
        await put(expression);
      },
    );

    it.each(failing)('fails: %s', async (expression) => {
      await table().put(item);
      const error = await refused(put(expression), 'ConditionalCheckFailedException', /The conditional request failed/);
      expect(error.Item).toBeUndefined();
    });

    it.each(malformed.filter(([e]) => has('strict-expressions') || !/undefined|"x"|pk/.test(e)))(
      'is refused: "%s"',
      async (expression, message) => {
        const wanted = Object.fromEntries(Object.entries(used(expression) ?? {}).filter(([, value]) => value));
        await refused(
          put(expression, { ExpressionAttributeValues: Object.keys(wanted).length > 0 ? wanted : undefined }),
          'ValidationException',
          message,
        );
      },
    );

    it('is refused when a placeholder is unused, or given without an expression', async () => {
      await refused(
        put('n = :5', { ExpressionAttributeValues: { ':5': N(5), ':unused': N(1) } }),
        'ValidationException',
        /ExpressionAttributeValues unused in expressions: keys: \{:unused\}/,
      );
      await refused(
        put('n = :5', { ExpressionAttributeNames: { '#unused': 'x' } }),
        'ValidationException',
        /ExpressionAttributeNames unused in expressions: keys: \{#unused\}/,
      );
      await refused(
        table().put(item, { ExpressionAttributeValues: { ':5': N(5) } }),
        'ValidationException',
        /can only be specified when using expressions/,
      );
      await refused(
        table().put(item, { ExpressionAttributeNames: { '#n': 'n' } }),
        'ValidationException',
        /can only be specified when using expressions/,
      );
    });

    it('takes placeholders for names, also for reserved words and dots', async () => {
      await table().put({ ...item, 'a.b': N(1), status: S('x') });
      const more = { ExpressionAttributeNames: { '#dot': 'a.b', '#status': 'status', '#m': 'm', '#a': 'a' } };
      await table().put(item, {
        ConditionExpression: '#dot = :1 AND #status = :x AND #m.#a[0] = :1',
        ExpressionAttributeValues: { ':1': N(1), ':x': S('x') },
        ...more,
      });
    });

    it('treats an absent item as one without attributes', async () => {
      const absent = { pk: S('conditions'), sk: S('absent') };
      await refused(
        table().delete(absent, { ConditionExpression: 'attribute_exists(pk)' }),
        'ConditionalCheckFailedException',
      );
      await table().delete(absent, { ConditionExpression: 'attribute_not_exists(pk)' });
    });

    if (has('collections-in-conditions'))
      it('compares lists, and sets without regard to order', async () => {
        await table().put(item);
        await put('tags = :redblue AND m.a = :list');
      });

    if (has('item-on-failed-condition'))
      it('answers the item that failed the condition when asked', async () => {
        await table().put(item);
        const error = await refused(
          table().delete(key, {
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
          'ConditionalCheckFailedException',
        );
        expect((error.Item as Item).m).toEqual(item.m);
        expect((error.Item as Item).bytes).toEqual(item.bytes);
      });
  });
}
