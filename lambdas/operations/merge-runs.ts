import { canonicalJson } from '../../core/canonical-json.ts';
import { compressLines } from '../../core/compressed-lines.ts';
import { OutOfTime, UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { SourceFileMissing } from '../../core/errors/source-errors.ts';
import { type CellCursor, pourCells } from '../../core/hbase/hfile/cell-cursor.ts';
import { HFileReader } from '../../core/hbase/hfile/hfile-reader.ts';
import { HFileScanner } from '../../core/hbase/hfile/hfile-scanner.ts';
import type { HFileSource } from '../../core/hbase/hfile/hfile-source.ts';
import { HFileWriter } from '../../core/hbase/hfile/hfile-writer.ts';
import { MergedCells } from '../../core/hbase/hfile/merge-runs.ts';
import { RunReader } from '../../core/hbase/hfile/run-reader.ts';
import { RunWriter } from '../../core/hbase/hfile/run-writer.ts';
import { CutCells } from '../../core/plan/logs/cut-cells.ts';
import { LoadedCells } from '../../core/plan/logs/loaded-cells.ts';
import { madeFilePath } from '../../core/plan/logs/made-file-name.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { madePrefix, mergeResultKey, runKey, workPrefix } from '../../core/stack-layout.ts';
import type { mergeRunsContract } from '../contracts/merge-runs.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { StepRun } from '../ports/step-run.ts';
import { abandonUpload } from './abandon-upload.ts';
import { findExactly } from './find-exactly.ts';
import { type MergeTask, readMergeChunk } from './merge-plan.ts';
import { notingFailure } from './noting-failure.ts';
import { sourceKey } from './source-listing.ts';
import { readWalPlan, type WalPlan, type WalTable } from './wal-plan.ts';
import type { MadeFile } from './wal-results.ts';

type Ports = { readonly objects: ObjectStore; readonly clock: Clock };

/** Runs that are merged at once: each holds two windows and a frame. More are merged in passes. */
const RUNS_AT_ONCE = 128;
const WINDOW_BYTES = 256 << 10;
/** A further file begins behind it, as with hbase.hregion.max.filesize. */
const MOST_FILE_BYTES = 10 * 1024 ** 3;
/** Run objects of passes are numbered behind those of the splits. */
const FIRST_PASS_PART = 50_000;

/**
 * {@link mergeRunsContract}: one HFile of each target region and family, in the work bucket, from where CopyFiles takes
 * it as it takes any store file. Names and bytes follow from plan and runs, so that a second or late run makes the same
 * again (I8, I10).
 * @throws SourceFileMissing for a bulk-loaded file; HFileCorrupt, HFileUnreadable; RunCorrupt; OutOfTime
 */
export const mergeRuns =
  (ports: Ports, config: { readonly WORK_BUCKET: string }) =>
  async (
    { Items, BatchInput }: InputOf<typeof mergeRunsContract>,
    { stopAt }: StepRun,
  ): Promise<OutputOf<typeof mergeRunsContract>> => {
    const { objects, clock } = ports;
    const { root, sessionId } = BatchInput;
    const place = { bucket: config.WORK_BUCKET, work: workPrefix(root, sessionId) };
    let files = 0;
    let bytes = 0;
    for (const { chunk } of Items) {
      const made = await notingFailure({ objects, ...place }, { step: 'MergeRuns', number: chunk }, () =>
        mergeChunk(chunk),
      );
      files += made.length;
      for (const { size } of made) bytes += size;
    }
    return { files, bytes };

    async function mergeChunk(chunk: number): Promise<readonly MadeFile[]> {
      const plan = await readWalPlan(objects, place.bucket, place.work);
      const tasks = await readMergeChunk(objects, place, chunk);
      const merger = new TaskMerger(objects, place, plan, chunk);
      const made: MadeFile[] = [];
      for (const task of tasks) {
        if (clock.now() >= stopAt) throw new OutOfTime(`chunk ${chunk} is not merged`, 'it goes on by itself');
        made.push(...(await merger.merge(task)));
      }
      const lines = made.map((file) => canonicalJson(file));
      await objects.put(place.bucket, mergeResultKey(place.work, chunk), compressLines(lines));
      return made;
    }
  };

interface Place {
  readonly bucket: string;
  readonly work: string;
}

class TaskMerger {
  readonly #objects: ObjectStore;
  readonly #place: Place;
  readonly #plan: WalPlan;
  readonly #chunk: number;
  #passes = 0;

  constructor(objects: ObjectStore, place: Place, plan: WalPlan, chunk: number) {
    this.#objects = objects;
    this.#place = place;
    this.#plan = plan;
    this.#chunk = chunk;
  }

  async merge(task: MergeTask): Promise<MadeFile[]> {
    const table = this.#plan.tables.find(({ index }) => index === task.table);
    const region = table?.regions[task.region];
    const family = table?.families.find(({ name }) => name === task.family);
    if (table === undefined || region === undefined || family === undefined) {
      throw new UnknownAnswer('a task of a region or family that the plan does not have', 'start the backup again');
    }
    let runs = task.segments.map((segment) => ({ cells: this.#segment(segment), hasTags: segment.hasTags }));
    while (runs.length > RUNS_AT_ONCE) runs = await this.#pass(runs);
    const loads = await Promise.all(task.bulkLoads.map((load) => this.#bulkLoad(table, region, load)));
    const merged = new MergedCells([...runs.map(({ cells }) => cells), ...loads]);
    // Of bulk-loaded files only reading all of it would tell; an empty field of tags costs two bytes a cell.
    const hasTags = loads.length > 0 || runs.some((run) => run.hasTags);
    return this.#write(merged, table, region.encodedName, family, hasTags);
  }

  async #write(
    cells: MergedCells,
    { table }: WalTable,
    region: string,
    family: WalTable['families'][number],
    hasTags: boolean,
  ): Promise<MadeFile[]> {
    const made: MadeFile[] = [];
    let more = await cells.advance();
    while (more) {
      const path = madeFilePath({
        sessionId: this.#plan.sessionId,
        table,
        region,
        family: family.name,
        part: made.length,
      });
      const upload = this.#objects.upload(this.#place.bucket, `${madePrefix(this.#place.work)}${path}`);
      try {
        const { compression, blockBytes, bloom, bloomPrefixBytes, isMob } = family;
        const options = {
          compression,
          blockBytes,
          bloom,
          bloomPrefixBytes,
          hasTags,
          createdAtMs: this.#plan.startedAt,
        };
        const writer = new HFileWriter({ ...options, kind: { kind: 'store-file', isMob } }, (bytes) =>
          upload.write(bytes),
        );
        more = await fill(writer, cells);
        const { cells: count, maxSeqId } = await writer.finish();
        const { etag, size } = await upload.close();
        made.push({ path, size, etag, cells: count, maxSequenceId: maxSeqId });
      } catch (error) {
        return abandonUpload(upload, error);
      }
    }
    return made;
  }

  #segment({ part, run, etag, offset, length, below }: MergeTask['segments'][number]): CellCursor {
    const cells = new RunReader(this.#range(runKey(this.#place.work, part, run), etag, offset, length), {
      windowBytes: WINDOW_BYTES,
    });
    return below === undefined ? cells : new CutCells(cells, below);
  }

  #range(key: string, etag: string, start: number, sizeBytes: number): HFileSource {
    const { bucket } = this.#place;
    return {
      sizeBytes,
      read: (offset, length) => this.#objects.getRange(bucket, key, start + offset, length, etag),
    };
  }

  /** Many runs become few. */
  async #pass(runs: readonly { readonly cells: CellCursor; readonly hasTags: boolean }[]) {
    const fewer: { cells: CellCursor; hasTags: boolean }[] = [];
    for (let from = 0; from < runs.length; from += RUNS_AT_ONCE) {
      const group = runs.slice(from, from + RUNS_AT_ONCE);
      const part = FIRST_PASS_PART + this.#chunk;
      const key = runKey(this.#place.work, part, this.#passes++);
      const upload = this.#objects.upload(this.#place.bucket, key);
      try {
        const run = new RunWriter((bytes) => upload.write(bytes));
        await pourCells(new MergedCells(group.map(({ cells }) => cells)), (bytes, at, end, mvcc) =>
          run.append(bytes, at, end, mvcc),
        );
        await run.finish();
        const { etag, size } = await upload.close();
        const cells = new RunReader(this.#range(key, etag, 0, size), { windowBytes: WINDOW_BYTES });
        fewer.push({ cells, hasTags: group.some(({ hasTags }) => hasTags) });
      } catch (error) {
        return abandonUpload(upload, error);
      }
    }
    return fewer;
  }

  /** The rows of one region out of a file that crosses its border, wherever the source has it now. */
  async #bulkLoad(
    { table }: WalTable,
    { startKey, endKey }: WalTable['regions'][number],
    { path, sequenceId }: MergeTask['bulkLoads'][number],
  ): Promise<CellCursor> {
    const source = parseS3Uri(this.#plan.source, 'source');
    for (const area of ['data', 'archive'] as const) {
      const key = sourceKey(source, area, path);
      const object = await findExactly(this.#objects, source.bucket, key);
      if (object === undefined) continue;
      const reader = await HFileReader.open({
        sizeBytes: object.size,
        read: (offset, length) => this.#objects.getRange(source.bucket, key, offset, length, object.etag),
      });
      const range = {
        ...(startKey !== '' && { startRow: Buffer.from(startKey, 'hex') }),
        ...(endKey !== '' && { stopRow: Buffer.from(endKey, 'hex') }),
      };
      return new LoadedCells(new HFileScanner(reader, range), sequenceId);
    }
    throw new SourceFileMissing(
      `${table}: the file ${path}, which was bulk loaded since the parent, is neither in data/ nor in archive/`,
      'take a full of the table, or run it again with --from-snapshot',
      { path },
    );
  }
}

/** Up to the limit, then on to the end of the row: what HBase splits at is never within one. */
async function fill(writer: HFileWriter, cells: MergedCells): Promise<boolean> {
  for (;;) {
    const full = writer.append(cells.bytes, cells.at, cells.end, cells.mvcc);
    if (full !== undefined) await full;
    const isLarge = writer.writtenBytes >= MOST_FILE_BYTES;
    const row = isLarge ? rowOf(cells) : undefined;
    const more = cells.advance();
    if (!(typeof more === 'boolean' ? more : await more)) return false;
    if (row !== undefined && !row.equals(rowOf(cells))) return true;
  }
}

/** A copy: the cell's memory is the cursor's. */
function rowOf({ bytes, at }: CellCursor): Buffer {
  const cell = Buffer.from(bytes.buffer, bytes.byteOffset + at + 8);
  return Buffer.from(cell.subarray(2, 2 + cell.readUInt16BE(0)));
}
