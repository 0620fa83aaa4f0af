import { expect, test } from 'vitest';
import { endedFailure, report, thrownFailure } from '../../../cli/failure.ts';
import { Output } from '../../../cli/output.ts';
import { RepairRequired } from '../../../core/errors/flag-errors.ts';

const written = (json: boolean) => {
  let text = '';
  return { output: new Output({ write: (piece: string) => (text += piece) }, { json }), text: () => text };
};

test('an execution that failed in a step shows the sentence and what to run next', () => {
  const cause = JSON.stringify({ errorType: 'SnapshotExpired', errorMessage: 'it is over\ntake another', trace: [] });
  expect(endedFailure({ status: 'FAILED', error: 'SnapshotExpired', cause })).toEqual({
    name: 'SnapshotExpired',
    message: 'it is over',
    hint: 'take another',
  });
});

test('an execution without a reason is not an empty line, and has the name of a page of the runbook', () => {
  const ended = (status: string) => endedFailure({ status, error: undefined, cause: undefined });
  expect(ended('ABORTED')).toEqual({ name: 'Stopped', message: 'the execution gave no reason', hint: '' });
  expect(ended('TIMED_OUT').name).toBe('States.Timeout');
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

test('names that a root holds reach the terminal without their control characters, JSON with escapes', () => {
  const evil = 'a\u001b[2J\u009b31m\u007fb';
  const { output, text } = written(false);
  output.note('Table', evil);
  output.say({ type: 'phase', fields: {}, line: ['Failed', `${evil}\nsecond`] });
  output.table(['Name'], [[`${evil}\nsecond`]]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(text().replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  expect(text()).toContain('a�[2J�31m�b�second');
  const json = written(true);
  json.output.document('session', { name: evil }, () => {});
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(json.text().trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  expect(JSON.parse(json.text())).toEqual({ message_type: 'session', name: evil });
});
