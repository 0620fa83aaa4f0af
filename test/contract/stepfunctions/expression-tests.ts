import { describe, expect, test } from 'vitest';
import type { Suite } from './stepfunctions-conformance.ts';
import { alone } from './stepfunctions-subject.ts';

/** JSONata as Step Functions has it. */
export function expressionTests({ bench, has }: Suite): void {
  const evaluated = async (source: string, input: unknown = {}): Promise<unknown> => {
    const { execution, output } = await bench().run(
      alone({ Type: 'Pass', Output: { x: `{% ${source} %}` }, End: true }),
      input,
    );
    return execution.status === 'SUCCEEDED' ? (output as { x: unknown }).x : execution.error;
  };

  describe('expressions', () => {
    test('stand at any depth, beside constants', async () => {
      const { output } = await bench().run(
        alone({ Type: 'Pass', Output: { a: ['{% $states.input.n + 1 %}', 'text', { b: '{% true %}' }] }, End: true }),
        { n: 1 },
      );
      expect(output).toEqual({ a: [2, 'text', { b: true }] });
    });

    test.each([
      ['$states.input.list[0]', { list: [4, 5] }, 4],
      ['$states.input.rows.size', { rows: [{ size: 1 }, { size: 2 }] }, [1, 2]],
      ['$sum($states.input.rows.size)', { rows: [{ size: 1 }, { size: 2 }] }, 3],
      ['$states.input.empty', { empty: [] }, []],
      ['$states.input.none', { none: null }, null],
      ['$count($states.input.list)', { list: [] }, 0],
      ['$map([1, 2], function($v) { $v * 2 })', {}, [2, 4]],
      ['$merge([$states.input, { "b": 2 }])', { a: 1 }, { a: 1, b: 2 }],
      ['$string($states.input)', { a: 1 }, '{"a":1}'],
      ['$states.input.a.b.c', { a: { b: { c: { d: 1 } } } }, { d: 1 }],
    ])('%s', async (source, input, expected) => {
      expect(await evaluated(source, input)).toEqual(expected);
    });

    test('a list with one element that an expression made stays what JSONata made of it', async () => {
      expect(await evaluated('[$states.input.rows.size]', { rows: [{ size: 1 }] })).toEqual([1]);
    });

    test.each(['$states.input.missing', '$error("no")', 'function($v) { $v }', '1 / 0', '$nothing'])(
      '%s fails with States.QueryEvaluationError',
      async (source) => {
        expect(await evaluated(source)).toBe('States.QueryEvaluationError');
      },
    );

    test('the context tells of the execution, the machine and the state', async () => {
      const { output, execution } = await bench().run(
        alone({ Type: 'Pass', Output: '{% $states.context %}', End: true }),
        { a: 1 },
      );
      expect(output).toMatchObject({
        Execution: {
          Id: execution.executionArn,
          Name: execution.name,
          Input: { a: 1 },
          RoleArn: bench().subject.roleArn,
        },
        StateMachine: { Id: execution.stateMachineArn },
        State: { Name: 'Only' },
      });
    });

    if (has('jsonata additions')) {
      test.each([
        ['$partition([1, 2, 3, 4, 5], 2)', [[1, 2], [3, 4], [5]]],
        ['$range(0, 10, 5)', [0, 5, 10]],
        ['$range(3, 1, -1)', [3, 2, 1]],
        ['$hash("input data", "SHA-1")', 'aaff4a450a104cd177d28d18d74485e8cae074b7'],
        ['$parse("{\\"a\\":[1]}")', { a: [1] }],
        ['$random() < 1', true],
        ['$random(3) = $random(3)', true],
        ['$length($uuid())', 36],
        ['$uuid() != $uuid()', true],
      ])('%s', async (source, expected) => {
        expect(await evaluated(source)).toEqual(expected);
      });
    }
  });
}
