import { join } from 'node:path';
import { pourCells } from '../../core/hbase/hfile/cell-cursor.ts';
import type { WriterCompression } from '../../core/hbase/hfile/compress.ts';
import { HFileWriter } from '../../core/hbase/hfile/hfile-writer.ts';
import { MergedCells } from '../../core/hbase/hfile/merge-runs.ts';
import { RunReader } from '../../core/hbase/hfile/run-reader.ts';
import { readWal } from '../../core/hbase/wal/wal-reader.ts';
import { mergeGroups, walRegionsOf } from '../../core/plan/logs/merge-tasks.ts';
import { RowRegions } from '../../core/plan/logs/target-regions.ts';
import { type Segment, WalSplitter } from '../../core/plan/logs/wal-splitter.ts';
import { fileSink, fileSource } from './local-file.ts';

/** As the steps SplitWals and MergeRuns have them. */
const SORT_BYTES = 256 << 20;
const WINDOW_BYTES = 256 << 10;

export interface LogsOfTable {
  readonly logs: readonly string[];
  readonly table: string;
  readonly families: readonly string[];
  /** In order of their start keys, which are hex. */
  readonly regions: readonly { readonly encodedName: string; readonly startKey: string }[];
}

export interface PlacedRun extends Segment {
  readonly path: string;
}

/** What SplitWals does with a part of the logs, on local files. */
export async function split({ logs, table, families, regions }: LogsOfTable, folder: string) {
  const rows = new RowRegions(
    regions.map(({ encodedName, startKey }) => ({ encodedName, startKey: Buffer.from(startKey, 'hex') })),
  );
  const runs: PlacedRun[] = [];
  let objects = 0;
  const window = { boundary: Number.MAX_SAFE_INTEGER, clockMarginMs: 0 };
  const wanted = { table, index: 0, families, regions: rows, writtenAfter: 0 };
  const splitter = new WalSplitter([wanted], window, SORT_BYTES, async (write) => {
    const path = join(folder, `run-${objects++}`);
    const sink = fileSink(path);
    runs.push(...(await write(sink.write)).map((segment) => ({ ...segment, path })));
    sink.close();
  });
  let walBytes = 0;
  let cells = 0;
  for (const path of logs) {
    const source = fileSource(path);
    const batches = readWal(source, { what: path, isWanted: (name) => name === table });
    for (;;) {
      const next = await batches.next();
      if (next.done) {
        cells += next.value.wantedCells;
        break;
      }
      await splitter.add(next.value);
    }
    walBytes += source.sizeBytes;
    source.close();
  }
  await splitter.flush();
  return { runs, walBytes, cells, facts: splitter.regionFacts() };
}

/** What MergeRuns does with its tasks, on local files; answers how many cells and bytes the HFiles have. */
export async function merge(
  { runs, facts }: Pick<Awaited<ReturnType<typeof split>>, 'runs' | 'facts'>,
  compression: WriterCompression,
  folder: string | undefined,
) {
  let [cells, bytes, files] = [0, 0, 0];
  for (const { segments } of mergeGroups(runs, walRegionsOf(facts))) {
    const sources = segments.map(({ segment }) => fileSource(segment.path, segment.offset, segment.length));
    const merged = new MergedCells(sources.map((source) => new RunReader(source, { windowBytes: WINDOW_BYTES })));
    const sink = fileSink(folder === undefined ? undefined : join(folder, `file-${files}`));
    const kind = { kind: 'store-file', isMob: false } as const;
    const hasTags = segments.some(({ segment }) => segment.hasTags);
    const options = { kind, compression, blockBytes: 65_536, bloom: 'ROW', hasTags, createdAtMs: 0 } as const;
    const writer = new HFileWriter(options, sink.write);
    await pourCells(merged, (from, at, end, mvcc) => writer.append(from, at, end, mvcc));
    const written = await writer.finish();
    sink.close();
    for (const source of sources) source.close();
    files++;
    cells += written.cells;
    bytes += written.sizeBytes;
  }
  return { files, cells, bytes };
}
