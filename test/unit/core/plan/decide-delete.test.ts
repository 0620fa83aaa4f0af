import { describe, expect, it } from 'vitest';
import type { ImageRecord, ImageState } from '../../../../core/items.ts';
import { decideDelete, type WantedDelete } from '../../../../core/plan/decide-delete.ts';
import { listedOrNot } from '../../../../core/plan/listed-or-not.ts';

const image = (
  id: string,
  { state = 'COMPLETE', holders = [], parents = [] }: Partial<Pick<ImageRecord, 'state' | 'holders' | 'parents'>> = {},
) =>
  ({
    id,
    state,
    holders,
    parents,
    positionTo: 1_700_000_000_000,
    completedAt: Number(id.slice(1)),
  }) as unknown as ImageRecord;
const want = (images: string[], how: Partial<WantedDelete> = {}): WantedDelete => ({
  ...{ root: 's3://b/r', images, completedBefore: null, cascade: false, force: false },
  ...how,
});
const becomes = (records: ImageRecord[], wanted: WantedDelete): Record<string, ImageState> =>
  Object.fromEntries(decideDelete(records, wanted).doomed.map((one) => [one.id, one.becomes]));

/** A full, two increments; the second lists nothing of the first. */
const F = image('b1');
const I1 = image('b2', { holders: ['b1'], parents: ['b1'] });
const I2 = image('b3', { holders: ['b1'], parents: ['b2'] });
const SHELL = image('b1', { state: 'SHELL' });

describe('decideDelete', () => {
  it('what is listed stays, what nobody lists goes', () => {
    expect(becomes([F, I1, I2], want(['b3']))).toEqual({ b3: 'DELETING' });
    expect(becomes([F, I1, I2], want(['b2'], { force: true }))).toEqual({ b2: 'DELETING' });
    expect(becomes([F, I1, I2], want(['b1'], { force: true }))).toEqual({ b1: 'SHELL' });
    expect(becomes([F, I1, I2], want(['b1'], { cascade: true }))).toEqual({
      b1: 'DELETING',
      b2: 'DELETING',
      b3: 'DELETING',
    });
  });

  it('a shell that a deleted image lists is decided in the same plan; a shell is no lister', () => {
    expect(becomes([SHELL, I1, I2], want(['b3']))).toEqual({ b1: 'SHELL', b3: 'DELETING' });
    expect(becomes([SHELL, I1], want(['b2']))).toEqual({ b1: 'DELETING', b2: 'DELETING' });
    const shells = [image('b1', { state: 'SHELL' }), image('b2', { state: 'SHELL', holders: ['b1'] })];
    expect(becomes([...shells, image('b3', { holders: ['b1'] })], want(['b3']))).toEqual({
      b1: 'DELETING',
      b3: 'DELETING',
    });
  });

  it('markers first: of every image deleted, SHELL or DELETING that lists it', () => {
    const records = [F, image('b2', { state: 'DELETING', holders: ['b1'] }), image('b3', { holders: ['b1'] })];
    const { doomed } = decideDelete(records, want(['b1', 'b3']));
    expect(doomed.map(({ id, first }) => [id, first])).toEqual([
      ['b1', ['b2', 'b3']],
      ['b3', []],
    ]);
  });

  it('names all that follow, directly or not, each with its time', () => {
    const refused = () => decideDelete([F, I1, I2], want(['b1']));
    expect(refused).toThrow('on b1 follow b2 (restorable at 2023-11-14T22:13:20.000Z), b3 (restorable at');
    expect(() => decideDelete([F, I1, I2], want(['b1', 'b2', 'b3']))).not.toThrow();
  });

  it('what does not fit into one transaction is left for later, the newest go first', () => {
    const many = Array.from({ length: 60 }, (_, i) => image(`b${100 + i}`, i > 0 ? { parents: [`b${99 + i}`] } : {}));
    const by = (failed: number) => decideDelete(many, want([], { images: null, completedBefore: 1_000 }), failed);
    // 3 and 2 each.
    expect(by(0)).toMatchObject({ pointsBefore: 60, pointsAfter: 12 });
    expect(by(0).later).toHaveLength(12);
    expect(by(0).later.at(-1)).toBe('b111');
    expect(by(10).doomed).toHaveLength(43);
  });
});

it('listedOrNot: each file of a path by its holder, once', async () => {
  const of = async function* (...files: string[]) {
    for (const text of files) yield { path: text.slice(0, 1), holder: text.slice(1), size: 1 };
  };
  const found: string[] = [];
  for await (const { path, holder, isListed } of listedOrNot(
    of('a1', 'a2', 'a1', 'c1', 'd1'),
    of('a2', 'b1', 'c1', 'c2'),
  )) {
    found.push(`${path}${holder}${isListed ? '+' : '-'}`);
  }
  expect(found.sort()).toEqual(['a1-', 'a2+', 'b1+', 'c1+', 'c2+', 'd1-']);
});
