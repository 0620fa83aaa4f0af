import { describe, expect, test } from 'vitest';
import type { ScanRequest } from '../../../../../core/hbase/scan/scan-request.ts';
import { type CellParts, inOrder, madeHFile, makeCell } from '../hfile/made-cells.ts';
import { madeManifest, regionInfo, scanMade } from './made-region.ts';

const [PUT, DELETE, FAMILY_VERSION, COLUMN, FAMILY] = [4, 8, 10, 12, 14];
type Cell = Omit<CellParts, 'row'> & { readonly row?: string };

/** A cell of row r, column q: `put(5)`, `put(5, {value: 'x'})`. */
const cell =
  (type: number) =>
  (timestamp: number, more: Cell = {}) =>
    makeCell({ row: 'r', value: `v${timestamp}`, timestamp: BigInt(timestamp), type, ...more });
const put = cell(PUT);
const ofFamily = (type: number) => (timestamp: number) => cell(type)(timestamp, { qualifier: '', value: '' });

/** Values of a table whose region has these files, as seen; `qualifier=value` where it is not q. */
async function seen(
  files: readonly (readonly ReturnType<typeof put>[])[],
  attributes: Record<string, string> = { VERSIONS: '5' },
  request: Partial<ScanRequest> = {},
): Promise<string[]> {
  const made = await Promise.all(files.map(async (cells) => ({ bytes: (await madeHFile(inOrder(cells))).bytes })));
  const { cells } = await scanMade(madeManifest([{ info: regionInfo(), files: made }], attributes), request);
  return cells.map(({ text, type }) => {
    const column = text.qualifier === 'q' ? '' : `${text.qualifier}=`;
    return `${column}${type === 'Put' ? text.value : type}`;
  });
}

describe('delete markers', () => {
  const cells = [put(1), put(2), put(3), put(2, { qualifier: 'other' })];

  test.each([
    ['a version', cell(DELETE)(2), ['other=v2', 'v3', 'v1']],
    ['a column up to a time', cell(COLUMN)(2), ['other=v2', 'v3']],
    ['a version of the family', ofFamily(FAMILY_VERSION)(2), ['v3', 'v1']],
    ['the family up to a time', ofFamily(FAMILY)(2), ['v3']],
  ])('hide %s, in whichever file they are', async (_, marker, expected) => {
    expect(await seen([[...cells, marker]])).toEqual(expected);
    expect(await seen([[marker], cells])).toEqual(expected);
    expect(await seen([cells, [marker]])).toEqual(expected);
  });

  test('hide what is written later with the same timestamp', async () => {
    expect(await seen([[cell(COLUMN)(5, { mvcc: 3 })], [put(5, { mvcc: 9 })]])).toEqual([]);
  });

  test('of one row or column leave the next one alone', async () => {
    expect(await seen([[cell(COLUMN)(9), put(1), put(1, { row: 's' }), put(1, { qualifier: 'qq' })]])).toEqual([
      'qq=v1',
      'v1',
    ]);
    expect(await seen([[ofFamily(FAMILY)(9), put(1), put(1, { row: 's', value: 's1' })]])).toEqual(['s1']);
  });

  test('of several kinds count each by itself', async () => {
    const versions = [1, 2, 3, 4, 5].map((timestamp) => put(timestamp));
    expect(await seen([[...versions, cell(DELETE)(5), cell(DELETE)(3), cell(COLUMN)(1)]])).toEqual(['v4', 'v2']);
    expect(await seen([[...versions, cell(COLUMN)(4), cell(DELETE)(2)]])).toEqual(['v5']);
  });

  test.each(['FALSE', 'TRUE', 'TTL'])('hide the same with KEEP_DELETED_CELLS %s', async (KEEP_DELETED_CELLS) => {
    const attributes = { VERSIONS: '5', KEEP_DELETED_CELLS };
    expect(await seen([[...cells, cell(COLUMN)(2)]], attributes)).toEqual(['other=v2', 'v3']);
  });
});

describe('versions', () => {
  const versions = [1, 2, 3, 4].map((timestamp) => put(timestamp));

  test('are as many as the family keeps, or fewer if fewer are asked for', async () => {
    expect(await seen([versions], { VERSIONS: '3' })).toEqual(['v4', 'v3', 'v2']);
    expect(await seen([versions], {})).toEqual(['v4']);
    expect(await seen([versions], { VERSIONS: '3' }, { versions: 2 })).toEqual(['v4', 'v3']);
    expect(await seen([versions], { VERSIONS: '3' }, { versions: 9 })).toEqual(['v4', 'v3', 'v2']);
  });

  test('do not count what is deleted', async () => {
    expect(await seen([[...versions, cell(DELETE)(4)]], { VERSIONS: '2' })).toEqual(['v3', 'v2']);
  });

  test('of one timestamp are one: the higher mvcc, whichever file it is in', async () => {
    const [older, newer] = [put(5, { value: 'older', mvcc: 3 }), put(5, { value: 'newer', mvcc: 7 })];
    expect(await seen([[older], [newer, put(1)]])).toEqual(['newer', 'v1']);
    expect(await seen([[newer], [older, put(1)]])).toEqual(['newer', 'v1']);
  });
});

describe('time to live', () => {
  const hour = 3_600_000;
  const cells = [put(hour), put(2 * hour, { value: 'newer' }), put(hour, { qualifier: 'a', value: 'old' })];
  const at = (nowMs: number) => ({ nowMs });

  test('of the family, in seconds, hides what is older by now', async () => {
    const attributes = { VERSIONS: '5', TTL: '3600' };
    expect(await seen([cells], attributes, at(2 * hour))).toEqual(['a=old', 'newer', `v${hour}`]);
    expect(await seen([cells], attributes, at(2 * hour + 1))).toEqual(['newer']);
    expect(await seen([cells], { VERSIONS: '5', TTL: '2147483647' }, at(2 ** 52))).toHaveLength(3);
  });

  test('leaves MIN_VERSIONS of each column', async () => {
    const attributes = { VERSIONS: '5', TTL: '3600', MIN_VERSIONS: '1' };
    expect(await seen([cells], attributes, at(9 * hour))).toEqual(['a=old', 'newer']);
  });

  test('of a cell is its own, in milliseconds, and is counted', async () => {
    const tags = Buffer.from('0009080000000000000064', 'hex');
    const file = { bytes: (await madeHFile([put(1000, { tags })])).bytes };
    const made = madeManifest([{ info: regionInfo(), files: [file] }]);
    expect(await scanMade(made, at(1100))).toMatchObject({ cells: [{ tags: tags.toString('base64') }], expired: 0 });
    expect(await scanMade(made, at(1101))).toMatchObject({ cells: [], expired: 1 });
    expect(await scanMade(made, { ...at(1101), isRaw: true })).toMatchObject({ cells: [{ ts: '1000' }], expired: 0 });
  });
});

describe('raw', () => {
  const request = { isRaw: true, nowMs: 2 ** 52 };

  test('is everything, what was written twice with one timestamp too', async () => {
    const files = [
      [put(5, { value: 'older', mvcc: 3 }), ofFamily(FAMILY)(9)],
      [put(5, { value: 'newer', mvcc: 7 }), cell(COLUMN)(6)],
    ];
    const all = ['=DeleteFamily', 'DeleteColumn', 'newer', 'older'];
    expect(await seen(files, { TTL: '1' }, request)).toEqual(all);
    expect(await seen(files, { NEW_VERSION_BEHAVIOR: 'true' }, request)).toEqual(all);
    expect(await seen(files, {}, { ...request, versions: 1 })).toEqual(all.slice(0, 3));
  });

  test('of a column has the markers of its family', async () => {
    const columns = new Map([['f', [Buffer.from('q')]]]);
    const files = [
      [put(5), put(5, { qualifier: 'x' }), ofFamily(FAMILY_VERSION)(9), cell(DELETE)(1, { qualifier: 'x' })],
    ];
    expect(await seen(files, {}, { ...request, columns })).toEqual(['=DeleteFamilyVersion', 'v5']);
  });
});

test('a family whose versions count by mvcc is refused by name', async () => {
  await expect(seen([[put(1)]], { NEW_VERSION_BEHAVIOR: 'true' })).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringContaining('family f has NEW_VERSION_BEHAVIOR'),
  });
});
