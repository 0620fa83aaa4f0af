import { describe, expect, it } from 'vitest';
import { backupId, backupIdMs, nextBackupId } from '../../../core/backup-id.ts';

const START = 1_795_539_001_120;

describe('a backup id', () => {
  it('is backup_ and thirteen digits', () => {
    expect(backupId(START)).toBe('backup_1795539001120');
    expect(backupId(7)).toBe('backup_0000000000007');
    expect(backupIdMs(backupId(START))).toBe(START);
    for (const text of ['backup_179553900112', 'backup_17955390011200', 'Backup_1795539001120', 'x', ''])
      expect([text, backupIdMs(text)]).toEqual([text, undefined]);
  });

  it('is the start of the execution', () => {
    expect(nextBackupId({ name: 'by-hand', startMs: START }, undefined)).toBe(backupId(START));
    expect(nextBackupId({ name: 'by-hand', startMs: START }, backupId(START - 1))).toBe(backupId(START));
  });

  it('is the name of the execution, if that is an id of the same minutes', () => {
    expect(nextBackupId({ name: backupId(START - 900), startMs: START }, undefined)).toBe(backupId(START - 900));
    for (const typed of [backupId(START - 3_600_000), backupId(9_999_999_999_999)])
      expect(nextBackupId({ name: typed, startMs: START }, undefined)).toBe(backupId(START));
  });

  it('is at least the last one and one more, whatever the clock says (I5)', () => {
    for (const last of [START, START + 5_000])
      expect(nextBackupId({ name: 'x', startMs: START }, backupId(last))).toBe(backupId(last + 1));
  });
});
