import { describe, expect, it } from 'vitest';
import type { FileEntry, SourceArea } from '../../../../core/file-entry.ts';
import { tableName } from '../../../../core/hbase/table-name.ts';
import { HolderFiles } from '../../../../core/plan/holder-files.ts';
import { noTableTotals, planTable } from '../../../../core/plan/plan-table.ts';
import { type Listed, SortedLookup } from '../../../../core/plan/sorted-lookup.ts';
import { SourceFiles } from '../../../../core/plan/source-files.ts';

const TABLE = tableName('ns', 't');
const path = (name: string) => `ns/t/r/f/${name}`;
const needed = (name: string, size = 5) => ({ table: TABLE, region: 'r', family: 'f', name, size, path: path(name) });
const listed = (name: string, more: Partial<Listed> = {}): Listed => ({
  ...{ path: path(name), size: 5, etag: `etag-${name}`, storageClass: 'STANDARD' },
  ...more,
});
const entry = (name: string, more: Partial<FileEntry> = {}): FileEntry => ({
  ...{ path: path(name), size: 5, holder: 'backup_1700000000000', etag: 'copied' },
  checksum: { algorithm: 'CRC64NVME', value: 'AAAAAAAAAAA=' },
  source: { clusterId: 'cluster', area: 'data', etag: `etag-${name}` },
  ...more,
});

async function* inPages(objects: readonly Listed[], size: number) {
  for (let at = 0; at < objects.length; at += size) yield objects.slice(at, at + size);
}

async function plan(options: {
  readonly needed: readonly string[];
  readonly areas: Partial<Record<SourceArea, readonly Listed[]>>;
  readonly previous?: readonly FileEntry[];
  readonly pageSize?: number;
  /** What the image holds now; all of `previous` by default. */
  readonly held?: readonly Listed[];
}) {
  const totals = noTableTotals();
  const opened: string[] = [];
  const source = new SourceFiles((area) => (directory, after) => {
    opened.push(`${area} ${directory}${after ?? ''}`);
    return inPages(options.areas[area] ?? [], options.pageSize ?? 2);
  });
  const table = { snapshot: 's', clusterId: 'cluster', needed: options.needed.map((name) => needed(name)), source };
  const held = options.held ?? (options.previous ?? []).map(({ path, size }) => ({ ...listed('a'), path, size }));
  const holders = new HolderFiles(() => () => inPages(held, options.pageSize ?? 2));
  const batches = await Array.fromAsync(planTable({ ...table, holders, previous: options.previous ?? [] }, totals));
  return { files: batches.flat(), totals, opened };
}

describe('planning a table', () => {
  it('finds each file in the first place that has it, over pages of every size', async () => {
    for (const pageSize of [1, 2, 3, 100]) {
      const { files, opened } = await plan({
        needed: ['b', 'd', 'f', 'h'],
        areas: {
          data: ['a', 'b', 'c', 'h'].map((name) => listed(name)),
          archive: ['b', 'd', 'e'].map((name) => listed(name, { etag: 'archived' })),
          mobdir: [listed('f')],
        },
        pageSize,
      });
      expect(files.map((file) => file.action === 'copy' && `${file.area} ${file.path} ${file.etag}`)).toEqual([
        `data ${path('b')} etag-b`,
        `archive ${path('d')} archived`,
        `mobdir ${path('f')} etag-f`,
        `data ${path('h')} etag-h`,
      ]);
      expect(opened).toEqual(['data ns/t/', 'archive ns/t/', 'mobdir ns/t/']);
    }
  });

  it('shares what the previous list has of the same cluster, path and size', async () => {
    const { files, totals } = await plan({
      needed: ['a', 'b', 'c', 'd', 'e', 'f'],
      areas: { data: ['a', 'b', 'c', 'e', 'f'].map((name) => listed(name)), archive: [listed('d', { etag: 'moved' })] },
      previous: [
        entry('a'),
        entry('b', { source: { clusterId: 'another', area: 'data', etag: 'etag-b' } }),
        entry('c', { size: 6 }),
        entry('d'),
        entry('e', { source: { clusterId: 'cluster', area: 'data', etag: 'replaced' } }),
        entry('g'),
      ],
    });
    expect(files.map(({ action }) => action)).toEqual(['share', 'copy', 'copy', 'share', 'copy', 'copy']);
    expect(totals).toMatchObject({ files: 6, bytes: 30, newFiles: 4, newBytes: 20 });
    // What the previous list has besides.
    expect(totals).toMatchObject({ rewrittenFiles: 1, rewrittenBytes: 5 });
  });

  it.each([
    ['STANDARD', 'share'],
    ['GLACIER_IR', 'share'],
    ['GLACIER', 'copy'],
    ['DEEP_ARCHIVE', 'copy'],
  ])('held in the storage class %s: %s', async (storageClass, action) => {
    const held = [listed('0'), listed('a', { storageClass })];
    const { files } = await plan({ needed: ['a'], areas: { data: [listed('a')] }, previous: [entry('a')], held });
    expect(files).toMatchObject([{ action }]);
  });

  it.each<[SourceArea, SourceArea, 'share' | 'copy']>([
    ['data', 'archive', 'share'],
    ['archive', 'data', 'copy'],
    ['archive', 'mobdir', 'copy'],
    ['mobdir', 'data', 'copy'],
    ['data', 'mobdir', 'copy'],
  ])('listed from %s/, now in %s/: %s', async (before, now, action) => {
    const previous = [entry('a', { source: { clusterId: 'cluster', area: before, etag: 'etag-a' } })];
    const { files } = await plan({ needed: ['a'], areas: { [now]: [listed('a')] }, previous });
    expect(files).toMatchObject([{ action }]);
  });

  it.each([
    ['SourceFileMissing', []],
    ['SourceChanged', [listed('a', { size: 4 })]],
    ['SourceUnreadable', [listed('a', { storageClass: 'GLACIER' })]],
  ])('%s names the file', async (name, data) => {
    const evidence = { table: 'ns:t', region: 'r', family: 'f', file: 'a', sizeBytes: 5, snapshot: 's' };
    await expect(plan({ needed: ['a'], areas: { data } })).rejects.toMatchObject({ name, evidence });
  });

  it('reads the previous list to its end, where its digest is compared', async () => {
    const previous = (async function* () {
      yield entry('a');
      yield entry('z');
      throw new Error('damaged');
    })();
    const source = new SourceFiles(() => () => inPages([listed('a')], 1));
    const table = {
      snapshot: 's',
      clusterId: 'cluster',
      needed: [needed('a')],
      source,
      previous,
      holders: { find: () => undefined },
    };
    await expect(Array.fromAsync(planTable(table, noTableTotals()))).rejects.toThrow('damaged');
  });
});

describe('looking up in a listing', () => {
  it('opens one listing a table, from behind the given path on where that lies in it', async () => {
    const opened: (string | undefined)[][] = [];
    const open = (directory: string, after: string | undefined) => {
      opened.push([directory, after]);
      return inPages([listed('b'), { ...listed('c'), path: `${directory}r/f/c` }], 1);
    };
    const lookup = new SortedLookup(open, path('a'));
    expect(await lookup.find(path('b'))).toMatchObject({ etag: 'etag-b' });
    expect(await lookup.find(path('bb'))).toBeUndefined();
    expect(await lookup.find('ns/t2/r/f/c')).toMatchObject({ path: 'ns/t2/r/f/c' });
    expect(await lookup.find('ns/t2/r/f/d')).toBeUndefined();
    expect(opened).toEqual([
      ['ns/t/', path('a')],
      ['ns/t2/', undefined],
    ]);
  });
});
