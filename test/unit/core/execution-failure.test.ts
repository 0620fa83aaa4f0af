import { expect, test } from 'vitest';
import { executionFailure } from '../../../core/execution-failure.ts';

test.each([
  ['a Fail state: sentence, and what to run', 'a file is gone\ntake a snapshot\nthen again', 'a file is gone'],
  [
    'a step without Catch: JSON of Lambda',
    JSON.stringify({ errorMessage: 'a file is gone\ntake a snapshot\nthen again' }),
    'a file is gone',
  ],
])('%s', (_, cause, message) => {
  expect(executionFailure('Name', cause)).toEqual({ name: 'Name', message, hint: 'take a snapshot then again' });
});

test('a sentence that happens to be JSON stays as it is; what is not said is empty', () => {
  expect(executionFailure(undefined, '12').message).toBe('12');
  expect(executionFailure('Name', 'null')).toEqual({ name: 'Name', message: 'null', hint: '' });
  expect(executionFailure(undefined, undefined)).toEqual({ name: '', message: '', hint: '' });
});
