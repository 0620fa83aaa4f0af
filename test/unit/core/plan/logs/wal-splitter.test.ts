import { describe, expect, it } from 'vitest';
import { pourCells } from '../../../../../core/hbase/hfile/cell-cursor.ts';
import { MergedCells } from '../../../../../core/hbase/hfile/merge-runs.ts';
import { RunReader } from '../../../../../core/hbase/hfile/run-reader.ts';
import { SnapshotManifest } from '../../../../../core/hbase/snapshot-manifest.ts';
import type { WalBatch } from '../../../../../core/hbase/wal/wal-batch.ts';
import { CutCells } from '../../../../../core/plan/logs/cut-cells.ts';
import { TargetRegions } from '../../../../../core/plan/logs/target-regions.ts';
import { type Segment, WalSplitter } from '../../../../../core/plan/logs/wal-splitter.ts';
import { fixture } from '../../../../support/fixture.ts';
import { memorySource, readLog } from '../../../../support/wal-lines.ts';

const chain = fixture('chain');
const manifest = new SnapshotManifest(chain.get('hbase/.hbase-snapshot/accounts-T0/data.manifest')!);
const families = manifest.tableSchema.families.map(({ name }) => name);
const regions = new TargetRegions(manifest, 'bank:accounts');
const logs = [...chain].filter(([path]) => /^hbase\/(old)?WALs\//.test(path) && !path.includes('.meta.'));

interface Cut {
  readonly boundary: number;
  readonly clockMarginMs?: number;
  readonly writtenAfter?: number;
}

async function split(
  budgetBytes: number,
  { boundary, clockMarginMs = 0, writtenAfter = 0 }: Cut,
  given: readonly string[] = families,
) {
  const objects: { readonly bytes: Buffer; readonly segments: readonly Segment[] }[] = [];
  const table = { table: 'bank:accounts', index: 3, families: given, regions, writtenAfter };
  const splitter = new WalSplitter([table], { boundary, clockMarginMs }, budgetBytes, async (write) => {
    const pieces: Uint8Array[] = [];
    const segments = await write(async (bytes) => {
      pieces.push(Uint8Array.from(bytes));
    });
    objects.push({ bytes: Buffer.concat(pieces), segments });
  });
  for (const [, bytes] of logs) {
    const batches: WalBatch[] = [];
    await readLog(bytes, { isWanted: (name) => name === 'bank:accounts' }, (batch) => batches.push(batch));
    for (const batch of batches) await splitter.add(batch);
  }
  await splitter.flush();
  return { objects, splitter };
}

/** `region family: cell mvcc`, in the order of the merge. */
async function merged(
  objects: Awaited<ReturnType<typeof split>>['objects'],
  cutOf = (_: Segment) => Number.MAX_SAFE_INTEGER,
) {
  const all = objects.flatMap(({ bytes, segments }) => segments.map((segment) => ({ bytes, segment })));
  const lines: string[] = [];
  for (const [name, group] of [
    ...Map.groupBy(all, ({ segment: { region, family } }) => `${region} ${family}`),
  ].sort()) {
    const cursors = group.map(({ bytes, segment }) => {
      const run = memorySource(bytes.subarray(segment.offset, segment.offset + segment.length));
      return new CutCells(new RunReader(run), cutOf(segment));
    });
    await pourCells(new MergedCells(cursors), (bytes, at, end, mvcc) => {
      lines.push(`${name}: ${Buffer.from(bytes.subarray(at, end)).toString('base64')} ${mvcc}`);
      return undefined;
    });
  }
  return lines;
}

/** All cells of the table in the logs, once: the truth, taken another way. */
async function cellsInLogs(isIn: (writeTimeMs: number) => boolean) {
  const cells = new Set<string>();
  for (const [, bytes] of logs) {
    await readLog(bytes, { isWanted: (name) => name === 'bank:accounts' }, (batch) => {
      for (const { firstCell, endCell, sequenceId, writeTimeMs } of batch.entries) {
        if (!isIn(writeTimeMs)) continue;
        for (let i = firstCell; i < endCell; i++) {
          cells.add(`${batch.bytes.toString('base64', batch.starts[i], batch.ends[i])} ${sequenceId}`);
        }
      }
    });
  }
  return cells;
}
const bare = (lines: readonly string[]) => lines.map((line) => line.slice(line.indexOf(': ') + 2)).sort();

describe('splitting the logs of a real HBase', () => {
  it('gives every cell to the region of its row once, in order, whatever fits into memory', async () => {
    const whole = await split(64 << 20, { boundary: Number.MAX_SAFE_INTEGER });
    const lines = await merged(whole.objects);
    expect(whole.objects).toHaveLength(1);
    expect(bare(lines)).toEqual([...(await cellsInLogs(() => true))].sort());
    for (const { bytes, segments } of whole.objects) {
      for (const { region, offset, length } of segments) {
        const run = new RunReader(memorySource(bytes.subarray(offset, offset + length)));
        await pourCells(run, (cell, at) => {
          const rowLength = Buffer.from(cell.buffer, cell.byteOffset).readUInt16BE(at + 8);
          expect(regions.find(cell, at + 10, rowLength)).toBe(region);
          return undefined;
        });
      }
    }
    const pieces = await split(20_000, { boundary: Number.MAX_SAFE_INTEGER });
    expect(pieces.objects.length).toBeGreaterThan(3);
    expect(await merged(pieces.objects)).toEqual(lines);
  });

  it('leaves out what was written after the boundary, and says from which sequence id on', async () => {
    const { 0: roll } = /\d+$/.exec(logs.find(([path]) => path.includes('452694828'))![0])!;
    const boundary = Number(roll);
    const { objects, splitter } = await split(64 << 20, { boundary, clockMarginMs: 500 });
    expect(bare(await merged(objects))).toEqual([...(await cellsInLogs((at) => at <= boundary))].sort());
    const facts = splitter.regionFacts();
    const cut = facts.filter(({ cutSequenceId }) => cutSequenceId !== undefined);
    expect(cut.length).toBeGreaterThan(0);
    for (const { cutSequenceId = 0, sureSequenceId = 0, greatestSequenceId } of cut) {
      expect(sureSequenceId).toBeLessThan(cutSequenceId);
      expect(greatestSequenceId).toBeGreaterThanOrEqual(cutSequenceId);
    }
    expect(splitter.events.some(({ seen: { event } }) => event.kind === 'region-open')).toBe(true);
  });

  it('does not bring back what was written before the snapshot, whose delete may stand in a log that is not read', async () => {
    const { 0: roll } = /\d+$/.exec(logs.find(([path]) => path.includes('452694828'))![0])!;
    const writtenAfter = Number(roll);
    const { objects, splitter } = await split(64 << 20, { boundary: Number.MAX_SAFE_INTEGER, writtenAfter });
    const lines = bare(await merged(objects));
    expect(lines).toEqual([...(await cellsInLogs((at) => at > writtenAfter))].sort());
    expect(lines.length).toBeLessThan((await cellsInLogs(() => true)).size);
    // Regions and markers are looked at all the same.
    const whole = await split(64 << 20, { boundary: Number.MAX_SAFE_INTEGER });
    expect(splitter.regionFacts()).toEqual(whole.splitter.regionFacts());
    expect(splitter.events).toEqual(whole.splitter.events);
  });

  it('is cut at a sequence id where runs are merged', async () => {
    const { objects } = await split(64 << 20, { boundary: Number.MAX_SAFE_INTEGER });
    const all = await merged(objects);
    const below = 40;
    const cut = await merged(objects, () => below);
    expect(cut).toEqual(all.filter((line) => Number(line.split(' ').at(-1)) < below));
    expect(cut.length).toBeGreaterThan(0);
    expect(cut.length).toBeLessThan(all.length);
  });

  it('names a family that the table did not have, and leaves its cells out', async () => {
    const { objects, splitter } = await split(64 << 20, { boundary: Number.MAX_SAFE_INTEGER }, ['none']);
    expect(splitter.regionFacts().map(({ strangeFamily }) => families.includes(strangeFamily ?? ''))).toContain(true);
    expect(objects).toEqual([]);
  });
});
