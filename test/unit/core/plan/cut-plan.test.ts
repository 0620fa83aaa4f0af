import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlannedFile } from '../../../../core/file-entry.ts';
import { compareUtf8 } from '../../../../core/hbase/utf8-order.ts';
import { cutPlan, type PlanPiece } from '../../../../core/plan/cut-plan.ts';
import { mergePlans } from '../../../../core/plan/merge-plans.ts';
import { readPlannedFile, shareOf, writePlannedFile } from '../../../../core/plan/planned-line.ts';

const copy = (path: string, size = 1): PlannedFile => ({ action: 'copy', path, size, area: 'data', etag: 'e' });
const share = (path: string, holder = 'backup_1700000000000'): PlannedFile =>
  shareOf({
    ...{ path, size: 1, holder, etag: 'e' },
    checksum: { algorithm: 'CRC64NVME', value: 'AAAAAAAAAAA=' },
    source: { clusterId: 'c', area: 'data', etag: 's' },
  });

async function* each<T>(items: readonly T[]) {
  yield* items;
}
const name = (n: number) => `ns/t/r/f/${n.toString(16).padStart(8, '0')}`;
const ranges = (pieces: readonly PlanPiece[]) => pieces.filter((piece) => piece.kind === 'range');
const chunks = (pieces: readonly PlanPiece[]) => pieces.filter((piece) => piece.kind === 'chunk');

const planned = fc.uniqueArray(
  fc.record({ n: fc.nat(500), isShared: fc.boolean(), size: fc.integer({ min: 0, max: 40 }) }),
  { selector: ({ n }) => n, maxLength: 200 },
);

describe('cutting a plan', () => {
  it('loses nothing, keeps the order and its limits, and covers every key once', async () => {
    const limits = { chunkObjects: 4, chunkBytes: 60, rangeChunks: 3, rangeFiles: 10 };
    await fc.assert(
      fc.asyncProperty(planned, async (items) => {
        const files = items
          .sort((a, b) => a.n - b.n)
          .map(({ n, isShared, size }) => (isShared ? share(name(n)) : copy(name(n), size)));
        const pieces = await Array.fromAsync(cutPlan(each(files), limits));
        const copied = chunks(pieces).flatMap((piece) => piece.files.map(({ path }) => path));
        const shared = ranges(pieces).flatMap((piece) => piece.shares.map(({ path }) => path));
        expect(copied).toEqual(files.filter(({ action }) => action === 'copy').map(({ path }) => path));
        expect(shared).toEqual(files.filter(({ action }) => action === 'share').map(({ path }) => path));
        for (const { line, files: inChunk } of chunks(pieces)) {
          expect(inChunk.length).toBeLessThanOrEqual(4);
          expect(line.bytes <= 60 || inChunk.length === 1).toBe(true);
          expect(line).toMatchObject({ files: inChunk.length });
        }
        let after: string | undefined;
        let nextChunk = 0;
        for (const [i, { line, bounds, shares }] of ranges(pieces).entries()) {
          expect(bounds.after).toBe(after);
          expect(line).toMatchObject({ range: i, isLast: i === ranges(pieces).length - 1 });
          expect(bounds.upTo === undefined).toBe(line.isLast);
          const [first, last] = line.chunks ?? [nextChunk, nextChunk - 1];
          expect(first).toBe(nextChunk);
          expect(last - first).toBeLessThan(3);
          nextChunk = last + 1;
          const inRange = [
            ...shares,
            ...chunks(pieces)
              .slice(first, nextChunk)
              .flatMap((piece) => piece.files),
          ];
          expect(inRange.length).toBe(line.files);
          for (const { path } of inRange) {
            expect(after === undefined || compareUtf8(path, after) > 0).toBe(true);
            expect(bounds.upTo === undefined || compareUtf8(path, bounds.upTo) <= 0).toBe(true);
          }
          after = bounds.upTo;
        }
        expect(nextChunk).toBe(chunks(pieces).length);
      }),
    );
  });

  it('has one range, which covers all, where nothing is planned', async () => {
    const limits = { chunkObjects: 4, chunkBytes: 60, rangeChunks: 3, rangeFiles: 10 };
    expect(await Array.fromAsync(cutPlan(each([]), limits))).toEqual([
      { kind: 'range', line: { range: 0, files: 0, isLast: true }, bounds: {}, shares: [] },
    ]);
  });
});

describe('merging plans', () => {
  it('makes one of overlapping ones, in order, each copy and each share once', async () => {
    const plans = [
      [copy(name(2)), copy(name(5)), share(name(7))],
      [copy(name(1)), share(name(2)), copy(name(5)), copy(name(9))],
      [share(name(7)), share(name(8), 'backup_1700000000001')],
    ];
    const merged = await Array.fromAsync(
      mergePlans(plans.map((files) => ({ firstPath: files[0]!.path, open: () => each(files) }))),
    );
    expect(merged.map(({ action, path }) => `${action} ${Number.parseInt(path.slice(-8), 16)}`)).toEqual([
      'copy 1',
      'share 2',
      'copy 2',
      'copy 5',
      'share 7',
      'share 8',
      'copy 9',
    ]);
  });

  it('opens a plan only when its first path comes', async () => {
    const opened: number[] = [];
    const plans = [3, 1, 2].map((n) => ({
      firstPath: name(n * 10),
      open: () => {
        opened.push(n);
        return each([copy(name(n * 10)), copy(name(n * 10 + 1))]);
      },
    }));
    const seen: [number, number][] = [];
    for await (const { path } of mergePlans(plans)) seen.push([Number.parseInt(path.slice(-8), 16), opened.length]);
    expect(seen).toEqual([10, 11, 20, 21, 30, 31].map((n) => [n, Math.floor(n / 10)]));
  });
});

it('a line of a plan is read as it was written', () => {
  for (const file of [copy('a/b/c/d/ä"\\'), share('x')]) expect(readPlannedFile(writePlannedFile(file))).toEqual(file);
  for (const line of [
    '',
    '{}',
    '{"action":"delete","path":"x","size":1}',
    '{"action":"copy","path":"x","size":-0.5}',
  ]) {
    expect(() => readPlannedFile(line)).toThrow('cannot be read');
  }
});
