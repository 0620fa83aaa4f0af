import aslValidator from 'asl-validator';
import { describe, expect, test } from 'vitest';
import { validateDefinition } from '../../../../local/stepfunctions/validate-definition.ts';

const machine = (states: Record<string, object>) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
});
const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: 'f' }, End: true };
const inner = { StartAt: 'C', States: { C: { Type: 'Pass', End: true } } };
const distributed = { ...inner, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } };

/** Both judge these alike. Where asl-validator is laxer, the conformance suite has the case. */
describe('asl-validator agrees', () => {
  test.each<[string, object, boolean]>([
    ['Task', machine({ A: { ...task, TimeoutSeconds: 5, Retry: [{ ErrorEquals: ['States.ALL'] }] } }), true],
    [
      'Choice',
      machine({ A: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'B' }] }, B: { Type: 'Succeed' } }),
      true,
    ],
    ['Wait', machine({ A: { Type: 'Wait', Seconds: '{% 1 %}', End: true } }), true],
    ['Map', machine({ A: { Type: 'Map', Items: [1], ItemProcessor: distributed, Label: 'L', End: true } }), true],
    ['a Next that names nothing', machine({ A: { Type: 'Pass', Next: 'B' } }), false],
    ['a Wait for nothing', machine({ A: { Type: 'Wait', End: true } }), false],
    ['JSONPath members', machine({ A: { Type: 'Pass', ResultPath: '$.a', End: true } }), false],
  ])('%s', (_, definition, isValid) => {
    expect(validateDefinition(JSON.stringify(definition)).length === 0).toBe(isValid);
    expect(aslValidator(structuredClone(definition) as never).isValid).toBe(isValid);
  });
});

test.each([
  ['another query language', { StartAt: 'A', States: { A: { Type: 'Succeed' } } }, 'QueryLanguage'],
  ['Credentials', machine({ A: { ...task, Credentials: { RoleArn: 'r' } } }), 'Credentials'],
  [
    'a task token',
    machine({ A: { ...task, Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' } }),
    'waitForTaskToken',
  ],
  [
    'CSV',
    machine({
      A: {
        Type: 'Map',
        ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig: { InputType: 'CSV' }, Arguments: {} },
        ItemProcessor: distributed,
        End: true,
      },
    }),
    'InputType',
  ],
  [
    'a reader in an inline map',
    machine({
      A: {
        Type: 'Map',
        ItemReader: { Resource: 'arn:aws:states:::s3:getObject', Arguments: {} },
        ItemProcessor: inner,
        End: true,
      },
    }),
    'DISTRIBUTED',
  ],
])('%s is refused by name', (_, definition, word) => {
  const text = validateDefinition(JSON.stringify(definition)).map(({ message, location }) => message + location);
  expect(text.join()).toContain(word);
});
