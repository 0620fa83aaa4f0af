import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { WriterCompression } from '../../core/hbase/hfile/compress.ts';
import { type LogsOfTable, merge, split } from './split-and-merge.ts';

// split-and-merge-once.ts FOLDER COMPRESSION LOGS: in a process of its own; prints its figures as JSON. What it writes lies in FOLDER and goes again.
const folder = mkdtempSync(join(String(process.argv[2]), 'w2h-'));
const compression = process.argv[3] as WriterCompression;
const logs = JSON.parse(String(process.argv[4])) as LogsOfTable;

const peakMB = () => Math.round(process.resourceUsage().maxRSS / 1024);
const baseMB = peakMB();
const beganSplit = times();
const splitting = await split(logs, folder);
const beganMerge = times();
const splitPeakMB = peakMB();
const merged = await merge(splitting, compression, folder);
const ended = times();
rmSync(folder, { recursive: true });
console.log(
  JSON.stringify({
    walBytes: splitting.walBytes,
    cells: splitting.cells,
    writtenCells: merged.cells,
    runs: splitting.runs.length,
    hfiles: merged.files,
    hfileBytes: merged.bytes,
    splitCpuSeconds: beganMerge.cpu - beganSplit.cpu,
    mergeCpuSeconds: ended.cpu - beganMerge.cpu,
    cpuSeconds: ended.cpu - beganSplit.cpu,
    seconds: ended.wall - beganSplit.wall,
    baseMB,
    splitPeakMB,
    peakMB: peakMB(),
  }),
);

function times(): { wall: number; cpu: number } {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now() / 1000, cpu: (user + system) / 1e6 };
}
