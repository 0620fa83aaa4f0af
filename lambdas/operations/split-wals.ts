import { LogUnreadable } from '../../core/errors/log-errors.ts';
import { OutOfTime, UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { WalCorrupt, WalTruncated, WalUnsupported } from '../../core/hbase/wal/wal-errors.ts';
import { readWal, type WalEnd } from '../../core/hbase/wal/wal-reader.ts';
import { RowRegions } from '../../core/plan/logs/target-regions.ts';
import { type SplitTable, WalSplitter } from '../../core/plan/logs/wal-splitter.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { runKey, workPrefix } from '../../core/stack-layout.ts';
import type { splitWalsContract } from '../contracts/split-wals.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { StepRun } from '../ports/step-run.ts';
import { abandonUpload } from './abandon-upload.ts';
import { LogSource } from './log-source.ts';
import { notingFailure } from './noting-failure.ts';
import { type PlacedSegment, putSplitResult, type SplitLog } from './split-results.ts';
import { type PlannedWal, readWalPlan, readWals, streamOf, type WalPlan } from './wal-plan.ts';

type Ports = { readonly objects: ObjectStore; readonly clock: Clock };

/** Memory for cells that are being sorted; the function has several times as much. */
const SORT_BYTES = 256 << 20;

/**
 * {@link splitWalsContract}: the cells of a child's logs, sorted, as runs in the work bucket, and what the logs tell of
 * regions and files. Everything that it writes has the child's number in its name and follows from the logs alone, so
 * that a second or late run writes the same again (I8, I10).
 * @throws LogUnreadable, OutOfTime
 */
export const splitWals =
  (ports: Ports, config: { readonly WORK_BUCKET: string }) =>
  async (
    { Items, BatchInput }: InputOf<typeof splitWalsContract>,
    { stopAt }: StepRun,
  ): Promise<OutputOf<typeof splitWalsContract>> => {
    const { objects, clock } = ports;
    const bucket = config.WORK_BUCKET;
    const work = workPrefix(BatchInput.root, BatchInput.sessionId);
    let wals = 0;
    let cells = 0;
    for (const { part, wals: range } of Items) {
      const logs = await notingFailure({ objects, bucket, work }, { step: 'SplitWals', number: part }, () =>
        splitPart(part, range),
      );
      wals += logs.length;
      for (const log of logs) cells += log.cells;
    }
    return { wals, cells };

    async function splitPart(part: number, [first, last]: readonly [number, number]): Promise<readonly SplitLog[]> {
      const plan = await readWalPlan(objects, bucket, work);
      const planned = (await readWals(objects, bucket, work)).filter(({ wal }) => wal >= first && wal <= last);
      if (planned.length !== last - first + 1) {
        throw new UnknownAnswer(`the plan does not have the logs ${first} to ${last}`, 'start the backup again');
      }
      const segments: PlacedSegment[] = [];
      let runs = 0;
      const splitter = new WalSplitter(tablesOf(plan), plan, SORT_BYTES, async (write) => {
        const run = runs++;
        const upload = objects.upload(bucket, runKey(work, part, run));
        try {
          const written = await write((bytes) => upload.write(bytes));
          const { etag } = await upload.close();
          segments.push(...written.map((segment) => ({ ...segment, part, run, etag })));
        } catch (error) {
          return abandonUpload(upload, error);
        }
      });
      const logs: SplitLog[] = [];
      for (const wal of planned) {
        if (clock.now() >= stopAt) throw new OutOfTime(`part ${part} of the logs is not done`, 'it goes on by itself');
        logs.push(await splitLog(plan, wal, splitter));
      }
      await splitter.flush();
      const { events } = splitter;
      await putSplitResult(objects, { bucket, work }, part, {
        logs,
        segments,
        regions: splitter.regionFacts(),
        events,
      });
      return logs;
    }

    async function splitLog(plan: WalPlan, wal: PlannedWal, splitter: WalSplitter): Promise<SplitLog> {
      const wanted = new Set(plan.tables.flatMap(({ table, index }) => (wal.tables.includes(index) ? [table] : [])));
      const source = new LogSource(objects, parseS3Uri(plan.wals, 'wals'), wal);
      splitter.begin(wal.newTo.length > 0 ? streamOf(wal) : undefined);
      const batches = readWal(source, {
        what: wal.path,
        isWanted: (table) => wanted.has(table),
        mustHaveTrailer: wal.end === 'CLOSED',
      });
      for (;;) {
        const next = await readable(wal, batches.next());
        if (next.done) return summaryOf(wal, next.value);
        await splitter.add(next.value);
      }
    }
  };

const tablesOf = (plan: WalPlan): SplitTable[] =>
  plan.tables.map(({ table, index, snapshotPosition, clockMarginMs, families, regions }) => ({
    table,
    index,
    writtenAfter: snapshotPosition - clockMarginMs,
    families: families.map(({ name }) => name),
    regions: new RowRegions(
      regions.map(({ encodedName, startKey }) => ({ encodedName, startKey: Buffer.from(startKey, 'hex') })),
    ),
  }));

const summaryOf = (wal: PlannedWal, end: WalEnd): SplitLog => ({
  wal: wal.wal,
  name: wal.name,
  end: end.kind,
  offset: end.offset,
  tornBytes: end.tornBytes,
  entries: end.entries,
  cells: end.wantedCells,
  lastWriteMs: end.lastWriteMs ?? null,
});

/** What is wrong with a log is one error, with what its format said about it. */
async function readable<T>({ path }: PlannedWal, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    const isOfFormat = error instanceof WalCorrupt || error instanceof WalTruncated || error instanceof WalUnsupported;
    if (!isOfFormat) throw error;
    throw new LogUnreadable(
      `the log ${error.message}`,
      'compare it with the cluster’s; if that is damaged too, take a full of the tables, or run it again with --from-snapshot',
      { ...error.evidence, log: path },
    );
  }
}
