import { expect, test } from 'vitest';
import { ImageNotFound } from '../../../core/errors/image-errors.ts';
import { meantId } from '../../../core/image-choice.ts';

const ROOT = 's3://backups/prod';
const IDS = ['backup_1795452579581', 'backup_1795539001120', 'backup_1795542601004', 'backup_1795542609999'];

const missed = (text: string, ids = IDS): string => {
  try {
    return meantId(ids, text, ROOT);
  } catch (error) {
    expect(error).toBeInstanceOf(ImageNotFound);
    return (error as Error).message;
  }
};

test('an id is meant by itself, by a prefix, and by its digits alone', () => {
  expect(['backup_1795452579581', 'backup_17954', '17955390'].map((text) => meantId(IDS, text, ROOT))).toEqual([
    IDS[0],
    IDS[0],
    IDS[1],
  ]);
});

test('an id that is not there is answered with those that it may have been, else with the newest', () => {
  expect(missed('backup_1795539001121')).toBe(`${ROOT} has no image backup_1795539001121; it has backup_1795539001120`);
  // Two digits the wrong way round.
  expect(missed('1795452579518')).toContain('; it has backup_1795452579581');
  expect(missed('backup_2000000000000')).toContain(
    '; it has backup_1795542609999, backup_1795542601004, backup_1795539001120',
  );
  expect(missed('backup_2000000000000', [])).toContain('; it has none');
});
