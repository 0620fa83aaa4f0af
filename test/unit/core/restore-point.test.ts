import { expect, test } from 'vitest';
import type { ImageRecord, ImageTableRecord } from '../../../core/items.ts';
import { restorePointUntil } from '../../../core/restore-point.ts';

const ROOT = 's3://backups/prod';
/** Images with the positions of their tables, as they would be listed. */
function catalogue(of: Readonly<Record<string, Readonly<Record<string, number>>>>) {
  const images = Object.entries(of).map(([id, tables]) => ({
    ...{ id, state: id.startsWith('lost') ? 'CREATING' : 'COMPLETE', manifestSha256: 'sealed' },
    positionTo: Math.max(...Object.values(tables)),
  }));
  const rows = Object.entries(of).flatMap(([id, tables]) =>
    id.startsWith('lost') ? [] : Object.entries(tables).map(([table, position]) => ({ id, table, position })),
  );
  return { images: images as unknown as ImageRecord[], rows: rows as ImageTableRecord[] };
}
const found = (of: Parameters<typeof catalogue>[0], until: number, ...wanted: string[]) => {
  const { image, tables, ...more } = restorePointUntil(
    catalogue(of),
    until,
    wanted.length > 0 ? wanted : undefined,
    ROOT,
  );
  return { image: image.id, tables: tables.map(({ table, position }) => `${table}@${position}`), ...more };
};

const chain = {
  full: { a: 10, b: 11 },
  first: { a: 20, b: 20 },
  onlyA: { a: 30 },
  lost: { a: 40 },
  second: { a: 50, b: 51 },
};

test('is the newest of which every table is as of the time or before; what comes next is said', () => {
  expect(found(chain, 20)).toEqual({
    ...{ image: 'first', tables: ['a@20', 'b@20'], newer: [] },
    next: { image: 'onlyA', position: 30 },
  });
  expect(found(chain, 19)).toMatchObject({ image: 'full', next: { image: 'first', position: 20 } });
  expect(found(chain, 50, 'b', 'a')).toMatchObject({ image: 'first', next: { image: 'second', position: 51 } });
  expect(found(chain, 99, 'b')).toMatchObject({ image: 'second', tables: ['b@51'], next: undefined });
});

test('a table that another image has as of later is named', () => {
  expect(found(chain, 45, 'a', 'b').newer).toEqual([{ table: 'a', image: 'onlyA', position: 30 }]);
  // Not the image that was restorable up to later, but that of which the table wanted is newer.
  expect(found({ old: { a: 10, b: 60 }, young: { a: 20 } }, 70, 'a')).toMatchObject({ image: 'young', newer: [] });
});

test('none: the oldest is named, or that there is none', () => {
  const at = (ms: number) => new Date(ms).toISOString();
  expect(() => found(chain, 9, 'a')).toThrow(
    `${ROOT} does not have an image of a up to ${at(9)}; the oldest is full, as of ${at(10)}`,
  );
  expect(() => found(chain, 99, 'c')).toThrow(`does not have an image of c up to ${at(99)}`);
  expect(() => found({}, 99)).toThrow(expect.objectContaining({ name: 'ImageNotFound' }));
});
