import { expect, test } from 'vitest';
import { executionFailure, report, thrownFailure } from '../../../cli/failure.ts';
import { Output } from '../../../cli/output.ts';
import { RepairRequired } from '../../../core/errors/flag-errors.ts';

const written = (json: boolean) => {
  let text = '';
  return { output: new Output({ write: (piece: string) => (text += piece) }, { json }), text: () => text };
};

test('an execution that failed in a step shows the sentence and what to run next', () => {
  const cause = JSON.stringify({ errorType: 'SnapshotExpired', errorMessage: 'it is over\ntake another', trace: [] });
  expect(executionFailure('SnapshotExpired', cause)).toEqual({
    name: 'SnapshotExpired',
    message: 'it is over',
    hint: 'take another',
  });
});

test('an execution without a reason is not an empty line', () => {
  expect(executionFailure(undefined, undefined).message).toBe('the execution gave no reason');
});

test('exit codes follow the name of the error', () => {
  const { output, text } = written(true);
  expect(report(output, thrownFailure(new RepairRequired('held', 'holdfast repair s3://a/b')))).toBe(11);
  expect(JSON.parse(text())).toEqual({
    message_type: 'exit_error',
    name: 'RepairRequired',
    message: 'held',
    hint: 'holdfast repair s3://a/b',
    code: 11,
  });
});

test('a refused connection is the platform, not a failed backup', () => {
  const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const { output } = written(false);
  expect(report(output, thrownFailure(error))).toBe(14);
});

test('a pipe gets plain lines: no colour, no control characters', () => {
  const { output, text } = written(false);
  output.progress({ phase: 'Copy', files: 1, ofFiles: 2, bytes: 1, ofBytes: 2 });
  output.progress({ phase: 'Copy', files: 2, ofFiles: 2, bytes: 2, ofBytes: 2 });
  report(output, { name: 'SourceChanged', message: 'a\nb', hint: 'next' });
  expect(text()).not.toContain('\u001b');
  expect(
    text()
      .split('\n')
      .filter((line) => line.startsWith('Copy')),
  ).toHaveLength(1);
});
