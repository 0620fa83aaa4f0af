import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RunWriter } from '../../core/hbase/hfile/run-writer.ts';
import { fileSink } from './local-file.ts';
import { merge, type PlacedRun } from './split-and-merge.ts';

// merge-memory-once.ts FOLDER RUNS MEGABYTES: merges so many runs of so many MB in a process of its own; prints its figures as JSON.
const folder = mkdtempSync(join(String(process.argv[2]), 'merge-'));
const [runs, megabytes] = [Number(process.argv[3]), Number(process.argv[4])];
const VALUE_BYTES = 1000;

const made: PlacedRun[] = [];
for (let i = 0; i < runs; i++) made.push(await madeRun(i));
const before = process.cpuUsage();
const beforeMB = Math.round(process.resourceUsage().maxRSS / 1024);
const { cells, bytes } = await merge({ runs: made, facts: [] }, 'NONE', undefined);
const { user, system } = process.cpuUsage(before);
rmSync(folder, { recursive: true });
const peakMB = Math.round(process.resourceUsage().maxRSS / 1024);
const cpuSeconds = (user + system) / 1e6;
console.log(JSON.stringify({ runs, megabytesEach: megabytes, cells, bytes, cpuSeconds, beforeMB, peakMB }));

/** Cells of 1 kB with rows in order: those of one run lie between those of all others. */
async function madeRun(run: number): Promise<PlacedRun> {
  const path = join(folder, `run-${run}`);
  const sink = fileSink(path);
  const writer = new RunWriter(sink.write);
  const cell = Buffer.alloc(8 + 2 + 16 + 2 + 1 + 9 + VALUE_BYTES);
  const keyBytes = cell.length - 8 - VALUE_BYTES;
  cell.writeInt32BE(keyBytes, 0);
  cell.writeInt32BE(VALUE_BYTES, 4);
  cell.writeUInt16BE(16, 8);
  cell.write('\u0001fq', 26, 'latin1');
  cell.writeBigInt64BE(1_700_000_000_000n, 29);
  cell[37] = 4;
  const count = Math.ceil((megabytes * 1e6) / cell.length);
  for (let i = 0; i < count; i++) {
    cell.write(String(i * runs + run).padStart(16, '0'), 10, 'latin1');
    // Of values that do not compress, so that the run is as long as its cells.
    for (let at = 38; at + 4 <= cell.length; at += 4) cell.writeInt32LE(Math.imul(i * 7919 + at, 0x9e3779b1), at);
    const full = writer.append(cell, 0, cell.length, i + 1);
    if (full !== undefined) await full;
  }
  const { sizeBytes } = await writer.finish();
  sink.close();
  return {
    ...{ table: 0, region: 0, family: 'f', walRegion: `${run}`, path, offset: 0, length: sizeBytes, cells: count },
    ...{ minSequenceId: 1, maxSequenceId: count, hasTags: false },
  };
}
