import { z } from 'zod';
import { canonicalJson } from '../../core/canonical-json.ts';
import { compressLines } from '../../core/compressed-lines.ts';
import type { SeenEvent } from '../../core/plan/logs/region-evidence.ts';
import type { Segment, WalRegionFacts } from '../../core/plan/logs/wal-splitter.ts';
import { splitResultKey } from '../../core/stack-layout.ts';
import { count } from '../contracts/fields.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { readChunkLines } from './chunk-lines.ts';
import { readWorkJson } from './read-work-json.ts';

/** How a log ended, and what was in it. */
const logLine = z.strictObject({
  line: z.literal('log'),
  /** Number in the plan. */
  wal: count,
  name: z.string(),
  end: z.enum(['empty', 'trailer', 'open', 'torn', 'until']),
  /** End of the last whole entry. */
  offset: count,
  /** Bytes behind it that are no whole entry. */
  tornBytes: count,
  entries: count,
  cells: count,
  lastWriteMs: count.nullable(),
});
export type SplitLog = Omit<z.infer<typeof logLine>, 'line'>;

const segmentFields = {
  table: count,
  region: count,
  family: z.string(),
  walRegion: z.string(),
  offset: count,
  length: count,
  cells: count,
  minSequenceId: count,
  maxSequenceId: count,
  hasTags: z.boolean(),
};
const segmentLine = z.strictObject({ line: z.literal('segment'), run: count, etag: z.string(), ...segmentFields });

const regionLine = z.strictObject({
  line: z.literal('region'),
  table: count,
  walRegion: z.string(),
  greatestSequenceId: count,
  cutSequenceId: count.exactOptional(),
  sureSequenceId: count.exactOptional(),
  seen: z.array(z.tuple([count, count, count, count, count])),
  strangeFamily: z.string().exactOptional(),
  began: z.array(z.strictObject({ stream: z.string(), first: count, opened: count.exactOptional() })),
});

const eventLine = z.strictObject({
  line: z.literal('event'),
  table: count,
  /** What readWalEvent made of a marker: checked where it was read. */
  seen: z.looseObject({ sequenceId: count, writeTimeMs: count, event: z.looseObject({ kind: z.string() }) }),
});

/** One line of `results/split-<part>.jsonl.zst`. */
const splitLine = z.discriminatedUnion('line', [logLine, segmentLine, regionLine, eventLine]);

/** A segment and the run object that it lies in, with the object's ETag. */
export type PlacedSegment = Segment & { readonly part: number; readonly run: number; readonly etag: string };

export interface SplitResult {
  readonly logs: readonly SplitLog[];
  readonly segments: readonly PlacedSegment[];
  readonly regions: readonly WalRegionFacts[];
  readonly events: readonly { readonly table: number; readonly seen: SeenEvent }[];
}

interface Place {
  readonly bucket: string;
  readonly work: string;
}

/** Written last of what a child writes: with it its runs are whole. */
export async function putSplitResult(
  objects: Pick<ObjectStore, 'put'>,
  { bucket, work }: Place,
  part: number,
  { logs, segments, regions, events }: SplitResult,
): Promise<void> {
  const lines = [
    ...logs.map((log) => ({ line: 'log', ...log })),
    ...segments.map(({ part: _part, ...segment }) => ({ line: 'segment', ...segment })),
    ...regions.map((region) => ({ line: 'region', ...region })),
    ...events.map((event) => ({ line: 'event', ...event })),
  ];
  await objects.put(bucket, splitResultKey(work, part), compressLines(lines.map((line) => canonicalJson(line))));
}

/** @throws UnknownAnswer if it is missing or damaged */
export async function readSplitResult(
  objects: Pick<ObjectStore, 'getStream'>,
  { bucket, work }: Place,
  part: number,
): Promise<SplitResult> {
  const key = splitResultKey(work, part);
  const logs: SplitLog[] = [];
  const segments: PlacedSegment[] = [];
  const regions: WalRegionFacts[] = [];
  const events: { table: number; seen: SeenEvent }[] = [];
  for (const text of await readChunkLines(objects, bucket, key)) {
    const { line, ...rest } = readWorkJson(splitLine, text, { bucket, key, next: 'start the backup again' });
    if (line === 'log') logs.push(rest as SplitLog);
    else if (line === 'segment') segments.push({ ...(rest as Omit<PlacedSegment, 'part'>), part });
    else if (line === 'region') regions.push(rest as WalRegionFacts);
    else events.push(rest as unknown as { table: number; seen: SeenEvent });
  }
  return { logs, segments, regions, events };
}
