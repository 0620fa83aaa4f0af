import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ByteSink } from '../../core/hbase/hfile/block-writer.ts';
import { HFileWriter } from '../../core/hbase/hfile/hfile-writer.ts';
import { verifyHFile } from '../../core/hbase/hfile/verify-hfile.ts';
import { onOneCore } from './hbase-logs.ts';
import { fileSink } from './local-file.ts';

const FILE_BYTES = 128e6;
const RUNS = 3;

/**
 * Writing and deeply verifying HFiles without compression, cells of 100 B, 1 kB and 100 kB, by CPU time since the machine
 * is shared. Promises at 1 kB: verify 400 MB/s a core, write 250 MB/s. With HOLDFAST_HBASE set, HBase's own reader
 * (`hfile-dump`, its start left out) reads the same files, and its HFile.Writer writes as many of the same size: 0.4 times
 * its speed is promised.
 */
export async function hfileVerify(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    const sizes: object[] = [];
    for (const valueBytes of [100, 1000, 100_000]) sizes.push(await oneSize(valueBytes, folder));
    return { name: 'hfile-verify', sizes };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function oneSize(valueBytes: number, folder: string): Promise<object> {
  const cells = madeCells(Math.floor(FILE_BYTES / (valueBytes + 45)), valueBytes);
  let bytes = Buffer.alloc(0);
  const written = [];
  const verified = [];
  for (let run = 0; run <= RUNS; run++) {
    const parts: Buffer[] = [];
    written.push(await cpuSeconds(() => write(cells, run < RUNS ? undefined : parts)));
    if (run === RUNS) bytes = Buffer.concat(parts);
  }
  const source = { sizeBytes: bytes.length, read: async (at: number, n: number) => bytes.subarray(at, at + n) };
  for (let run = 0; run < RUNS; run++) verified.push(await cpuSeconds(() => verifyHFile(source)));
  // The last write also kept its output.
  const [write1, verify1] = [Math.min(...written.slice(0, RUNS)), Math.min(...verified)];
  const file = join(folder, `${valueBytes}`);
  writeFileSync(file, bytes);
  const hbase = hbaseSeconds(file, folder);
  const hbaseWriter = hbaseWriterSeconds(valueBytes, cells.length, folder);
  const toFile: number[] = [];
  for (let run = 0; run < RUNS; run++) toFile.push(await cpuSeconds(() => writeFile(cells, join(folder, 'ours'))));
  const write2 = Math.min(...toFile);
  const megabytes = bytes.length / 1e6;
  return {
    valueBytes,
    cells: cells.length,
    megabytes: Math.round(megabytes),
    writeMBps: Math.round(megabytes / write1),
    writeCellsPerSecond: Math.round(cells.length / write1),
    verifyMBps: Math.round(megabytes / verify1),
    verifyCellsPerSecond: Math.round(cells.length / verify1),
    writeToFileMBps: Math.round(megabytes / write2),
    ...(hbaseWriter === undefined
      ? {}
      : {
          hbaseWriterMBps: Math.round(megabytes / hbaseWriter),
          writeToHBase: Number((hbaseWriter / write2).toFixed(2)),
        }),
    ...(hbase === undefined
      ? {}
      : { hbaseReaderMBps: Math.round(megabytes / hbase), verifyToHBase: Number((hbase / verify1).toFixed(2)) }),
  };
}

async function write(cells: readonly Buffer[], parts: Buffer[] | undefined): Promise<void> {
  await writeTo(cells, 'ROW', async (bytes) => {
    parts?.push(Buffer.from(bytes));
  });
}

/** As TimedHFileWriter does: to a file, without a filter. */
async function writeFile(cells: readonly Buffer[], path: string): Promise<void> {
  const sink = fileSink(path);
  await writeTo(cells, 'NONE', sink.write);
  sink.close();
}

async function writeTo(cells: readonly Buffer[], bloom: 'ROW' | 'NONE', sink: ByteSink): Promise<void> {
  const kind = { kind: 'store-file', isMob: false } as const;
  const options = { kind, compression: 'NONE', blockBytes: 65_536, bloom, hasTags: false, createdAtMs: 0 } as const;
  const writer = new HFileWriter(options, sink);
  for (const cell of cells) {
    const full = writer.append(cell, 0, cell.length, 5);
    if (full !== undefined) await full;
  }
  await writer.finish();
}

/** Rows in order, one column, values that do not compress. */
function madeCells(count: number, valueBytes: number): Buffer[] {
  const row = 'row-000000000';
  return Array.from({ length: count }, (_, i) => {
    const cell = Buffer.alloc(8 + row.length + 14 + valueBytes);
    cell.writeInt32BE(row.length + 14, 0);
    cell.writeInt32BE(valueBytes, 4);
    cell.writeUInt16BE(row.length, 8);
    cell.write(`row-${String(i).padStart(9, '0')}\u0001fq`, 10, 'latin1');
    cell.writeBigInt64BE(1_700_000_000_000n, 10 + row.length + 3);
    cell[10 + row.length + 11] = 4;
    for (let at = row.length + 22; at + 4 <= cell.length; at += 4)
      cell.writeInt32LE(Math.imul(i * 7919 + at, 0x9e3779b1), at);
    return cell;
  });
}

async function cpuSeconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** CPU seconds of HBase's reader for the file, less those for a file that is all start; undefined without a launcher. */
function hbaseSeconds(file: string, folder: string): number | undefined {
  const launcher = process.env.HOLDFAST_HBASE;
  if (launcher === undefined || launcher === '') return undefined;
  // The shell tells the CPU time of its children, the JVM's compiler included.
  const timed = (files: readonly string[]) => {
    const script = '"$@" > /dev/null 2>&1; times';
    const said = execFileSync('bash', ['-c', script, 'bash', launcher, 'hfile-dump', ...files], { encoding: 'utf8' });
    const [user, system] = [
      ...said
        .trim()
        .split('\n')
        .at(-1)!
        .matchAll(/(\d+)m([\d.]+)s/g),
    ];
    const seconds = (match: RegExpMatchArray | undefined) => Number(match![1]) * 60 + Number(match![2]);
    return seconds(user) + seconds(system);
  };
  writeFileSync(join(folder, 'none'), '');
  return timed([file, file, file]) / 3 - timed([join(folder, 'none')]) / 3;
}

/** Least CPU seconds of ten rounds of HBase's own writer; undefined without a launcher. */
function hbaseWriterSeconds(valueBytes: number, cells: number, folder: string): number | undefined {
  const launcher = process.env.HOLDFAST_HBASE;
  if (launcher === undefined || launcher === '') return undefined;
  const target = process.env.HBASE_TARGET ?? join(dirname(launcher), 'target');
  const classpath = [folder, join(target, 'hbase-oracle.jar'), join(target, 'lib', '*')].join(':');
  const source = fileURLToPath(new URL('java/holdfast/hbase/TimedHFileWriter.java', import.meta.url));
  execFileSync('javac', ['-nowarn', '-d', folder, '-cp', classpath, source]);
  const java = ['java', '-Xmx2g', '-XX:+UseSerialGC', '-cp', classpath, 'holdfast.hbase.TimedHFileWriter'];
  const [command = '', ...args] = [...onOneCore, ...java, join(folder, 'theirs'), `${valueBytes}`, `${cells}`, '10'];
  const said = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return (JSON.parse(said.trim().split('\n').at(-1)!) as { cpuSeconds: number }).cpuSeconds;
}

if (import.meta.main) console.log(JSON.stringify(await hfileVerify(), null, 2));
