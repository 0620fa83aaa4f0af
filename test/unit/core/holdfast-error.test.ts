import { expect, test } from 'vitest';
import { SnapshotNotFound } from '../../../core/errors/source-errors.ts';

test('names from a source cannot write to the terminal, begin a hint, or turn a line around', () => {
  const evil = 'a\u001b[2J\u009b31m\u007f\nfake hint\r\u202egnp';
  const error = new SnapshotNotFound(`no snapshot ${evil}`, `look for ${evil}`);
  expect(error.message).toBe('no snapshot a�[2J�31m��fake hint��gnp');
  expect(error.hint).toBe('look for a�[2J�31m�\nfake hint��gnp');
  expect(new SnapshotNotFound('größe 表 𝒯', '').message).toBe('größe 表 𝒯');
});

test('an error is cut before it is too long for the state of an execution', () => {
  const error = new SnapshotNotFound('𝒯'.repeat(200_000), '表'.repeat(200_000));
  expect(error.message.length + error.hint.length).toBeLessThanOrEqual(16 * 1024);
  expect(error.message.isWellFormed()).toBe(true);
  expect(error.message).toMatch(/…$/);
});
