import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HBaseLogs, onOneCore, type WalPlayerTime } from './hbase-logs.ts';
import { repeatedLog } from './repeated-log.ts';
import type { LogsOfTable } from './split-and-merge.ts';

const COMPRESSIONS = ['NONE', 'GZ'] as const;
const VALUES = [100, 1000, 100_000];
/** Least ratio to WALPlayer. */
const BARS = { NONE: 5, GZ: 3 };
const REPEATED_BYTES = 64e6;

interface Figures {
  readonly walBytes: number;
  readonly cells: number;
  readonly writtenCells: number;
  readonly splitCpuSeconds: number;
  readonly mergeCpuSeconds: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly splitPeakMB: number;
  readonly peakMB: number;
}

/**
 * Logs to HFiles by the classes of the steps SplitWals and MergeRuns on local files, one core, each size and compression in
 * a process of its own. Promises, by CPU time since the machine is shared: 5 times HBase's own WALPlayer without compression,
 * 3 times with gz; 1 GB for the split of a 256 MB log. For genuine logs of that size and for WALPlayer HOLDFAST_HBASE has to
 * name the launcher (test/interop/README.md); HOLDFAST_BENCH_WALS a folder in which they are kept for the next run.
 */
export async function walToHFile(): Promise<object> {
  const launcher = process.env.HOLDFAST_HBASE ?? '';
  const kept = process.env.HOLDFAST_BENCH_WALS;
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  mkdirSync(folder, { recursive: true });
  try {
    const loadBefore = loadavg()[0];
    const figures = launcher === '' ? await withoutHBase(folder) : besideHBase(new HBaseLogs(launcher, folder), folder);
    const memory = [10, 40].map((megabytes) =>
      once('merge-memory-once.ts', [folder, '100', launcher === '' ? `${megabytes / 10}` : `${megabytes}`]),
    );
    return { name: 'wal-to-hfile', loadBefore, loadAfter: loadavg()[0], ...figures, mergesOf100Runs: memory };
  } finally {
    if (kept === undefined) rmSync(folder, { recursive: true });
  }
}

function besideHBase(hbase: HBaseLogs, folder: string): object {
  hbase.make();
  const sizes = COMPRESSIONS.flatMap((compression) => VALUES.map((valueBytes) => ({ compression, valueBytes })));
  const ours = sizes.map(({ compression, valueBytes }) => convert(hbase.of(`v${valueBytes}`), compression, folder));
  // The first one pays for the JVM's classes, the second one is what a job costs that has next to nothing to do.
  const jobs = ['tiny=NONE', 'tiny=NONE', ...sizes.map((one) => `v${one.valueBytes}=${one.compression}`)];
  const [, start, ...theirs] = hbase.walPlayer(jobs);
  const results = sizes.map((size, i) => ({ ...size, ...beside(ours[i]!, theirs[i]!, start!) }));
  const isMet = results.every(({ compression, ratio }) => ratio >= BARS[compression]);
  return { logs: 'written by HBase', bars: BARS, isMet, walPlayerStart: start, results };
}

function beside(ours: Figures, theirs: WalPlayerTime, start: WalPlayerTime) {
  if (ours.writtenCells !== theirs.cells)
    throw new Error(`${ours.writtenCells} cells, WALPlayer wrote ${theirs.cells}`);
  const cpuSeconds = theirs.cpuSeconds - start.cpuSeconds;
  const walPlayer = { ...speeds(ours, cpuSeconds), cpuSeconds, seconds: theirs.seconds - start.seconds };
  return { ours, ...speeds(ours, ours.cpuSeconds), walPlayer, ratio: round(cpuSeconds / ours.cpuSeconds) };
}

async function withoutHBase(folder: string): Promise<object> {
  const needs =
    'set HOLDFAST_HBASE to the launcher (test/interop/README.md) for logs of 275 MB and for WALPlayer beside it';
  console.error(`wal-to-hfile: ${needs}; until then a log of test/fixtures is repeated`);
  const logs = await repeatedLog(REPEATED_BYTES, folder);
  const results = COMPRESSIONS.map((compression) => {
    const ours = convert(logs, compression, folder);
    return { compression, ours, ...speeds(ours, ours.cpuSeconds) };
  });
  return { logs: 'a small log of test/fixtures, repeated: says little about large tables', needs, results };
}

function convert(logs: LogsOfTable, compression: string, folder: string): Figures {
  const figures = once('split-and-merge-once.ts', [folder, compression, JSON.stringify(logs)]) as Figures;
  if (figures.cells !== figures.writtenCells) throw new Error(`${figures.writtenCells} of ${figures.cells} cells`);
  return figures;
}

function once(script: string, args: readonly string[]): object {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const [command = '', ...rest] = [...onOneCore, process.execPath, path, ...args];
  return JSON.parse(execFileSync(command, rest, { encoding: 'utf8', maxBuffer: 1 << 20 }));
}

const speeds = ({ cells, walBytes }: Figures, seconds: number) => ({
  cellsPerSecond: Math.round(cells / seconds),
  walMBps: round(walBytes / 1e6 / seconds),
});

const round = (value: number) => Number(value.toFixed(1));

if (import.meta.main) console.log(JSON.stringify(await walToHFile(), null, 2));
