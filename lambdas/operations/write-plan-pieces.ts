import { canonicalJson } from '../../core/canonical-json.ts';
import { compressLines, LinesDamaged, readCompressedLines } from '../../core/compressed-lines.ts';
import { TextDigest } from '../../core/digest.ts';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import type { PlannedFile } from '../../core/file-entry.ts';
import { writeFileEntry } from '../../core/file-entry-line.ts';
import { CUT_LIMITS, cutPlan } from '../../core/plan/cut-plan.ts';
import { mergePlans } from '../../core/plan/merge-plans.ts';
import { noTotals, type PlanTotals } from '../../core/plan/plan-table.ts';
import { readPlannedFile, writePlannedFile } from '../../core/plan/planned-line.ts';
import { chunkKey, indexKey, rangeKey, tablePlanKey } from '../../core/stack-layout.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { BoundedWrites } from './bounded-writes.ts';

const WRITES_AT_ONCE = 16;

export interface PlanPieces {
  /** Distinct files of all tables. */
  readonly totals: PlanTotals;
  readonly holders: readonly string[];
  readonly chunkFirsts: readonly string[];
  readonly verifyRanges: number;
}

/** Makes chunks, ranges and their two indexes of the tables' plans that lie in the work bucket already. */
export async function writePlanPieces(
  objects: Pick<ObjectStore, 'getStream' | 'put'>,
  place: { readonly bucket: string; readonly work: string },
  tables: readonly { readonly index: number; readonly firstPath: string; readonly planSha256: string }[],
  chunkObjects: number,
): Promise<PlanPieces> {
  const { bucket, work } = place;
  const totals = noTotals();
  const holders = new Set<string>();
  const chunkFirsts: string[] = [];
  const copyIndex: string[] = [];
  const verifyIndex: string[] = [];
  const writes = new BoundedWrites(WRITES_AT_ONCE);
  const put = (key: string, lines: Iterable<string>) =>
    writes.add(() => objects.put(bucket, key, compressLines(lines)));
  const merged = mergePlans(
    tables.map((table) => ({ firstPath: table.firstPath, open: () => readTablePlan(objects, place, table) })),
  );
  try {
    for await (const piece of cutPlan(counted(merged, totals), { ...CUT_LIMITS, chunkObjects })) {
      if (piece.kind === 'chunk') {
        chunkFirsts.push(piece.files[0]!.path);
        copyIndex.push(`${canonicalJson(piece.line)}\n`);
        await put(chunkKey(work, piece.line.chunk), piece.files.map(writePlannedFile));
      } else {
        for (const { holder } of piece.shares) holders.add(holder);
        verifyIndex.push(`${canonicalJson(piece.line)}\n`);
        const lines = [canonicalJson(piece.bounds), ...piece.shares.map(writeFileEntry)];
        await put(rangeKey(work, piece.line.range), lines);
      }
    }
  } finally {
    await writes.end();
  }
  await objects.put(bucket, indexKey(work, 'copy'), Buffer.from(copyIndex.join('')));
  await objects.put(bucket, indexKey(work, 'verify'), Buffer.from(verifyIndex.join('')));
  return { totals, holders: [...holders].sort(), chunkFirsts, verifyRanges: verifyIndex.length };
}

/** A path that one table copies and another shares counts once, as new. */
async function* counted(files: AsyncIterable<PlannedFile>, totals: PlanTotals): AsyncGenerator<PlannedFile> {
  let last: string | undefined;
  for await (const file of files) {
    if (file.path !== last) {
      totals.files++;
      totals.bytes += file.size;
      last = file.path;
    }
    if (file.action === 'copy') {
      totals.newFiles++;
      totals.newBytes += file.size;
    }
    yield file;
  }
}

/**
 * The plan of one table, streamed from the work bucket. A compressed list that is cut short ends without an error, so
 * the digest decides (I9).
 * @throws UnknownAnswer
 */
export async function* readTablePlan(
  objects: Pick<ObjectStore, 'getStream'>,
  { bucket, work }: { readonly bucket: string; readonly work: string },
  table: { readonly index: number; readonly planSha256: string },
): AsyncGenerator<PlannedFile> {
  const key = tablePlanKey(work, table.index);
  const damaged = (why: string) => new UnknownAnswer(`s3://${bucket}/${key} ${why}`, 'start the backup again', { key });
  const pieces = await objects.getStream(bucket, key);
  if (pieces === undefined) throw damaged('is missing');
  const digest = new TextDigest();
  try {
    for await (const line of readCompressedLines(pieces)) {
      digest.update(`${line}\n`);
      yield readPlannedFile(line);
    }
  } catch (error) {
    throw error instanceof LinesDamaged ? damaged(`cannot be read: ${error.message}`) : error;
  }
  if (digest.hex() !== table.planSha256) throw damaged('is not the plan that was written');
}
