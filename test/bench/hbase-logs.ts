import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRegionInfoFile } from '../../core/hbase/region-info.ts';
import type { LogsOfTable } from './split-and-merge.ts';

const SOURCES = fileURLToPath(new URL('java/holdfast/hbase/', import.meta.url));

/** What one run of WALPlayer cost, its start included. */
export interface WalPlayerTime {
  readonly table: string;
  readonly compression: string;
  readonly cells: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Logs written by a real HBase, and its WALPlayer on them; the classes in java/ are compiled against the launcher's own. */
export class HBaseLogs {
  readonly #launcher: string;
  readonly #home: string;
  readonly #classes: string;

  /** @param folder takes 3 GB; logs that are there from an earlier run are used again */
  constructor(launcher: string, folder: string) {
    this.#launcher = launcher;
    this.#home = join(folder, 'home');
    this.#classes = join(folder, 'classes');
    mkdirSync(this.#classes, { recursive: true });
    const target = process.env.HBASE_TARGET ?? join(dirname(launcher), 'target');
    const classpath = `${join(target, 'hbase-oracle.jar')}:${join(target, 'lib', '*')}`;
    const sources = readdirSync(SOURCES).map((name) => join(SOURCES, name));
    execFileSync('javac', ['-nowarn', '-d', this.#classes, '-cp', classpath, ...sources]);
  }

  /** Makes the logs, unless they are there: some minutes. */
  make(): void {
    if (existsSync(join(this.#home, 'points.json'))) return;
    this.#run(['generate', '--scenario', 'holdfast.hbase.BenchLogs', '--seed', '7', '--out', this.#home]);
  }

  of(table: string): LogsOfTable {
    const folder = join(this.#home, 'wals', table);
    const logs = readdirSync(folder).map((name) => join(folder, name));
    const data = join(this.#home, 'hbase', 'data', 'default', table);
    const regions = readdirSync(data)
      .filter((name) => /^[0-9a-f]{32}$/.test(name))
      .map((encodedName) => {
        const { startKey } = readRegionInfoFile(readFileSync(join(data, encodedName, '.regioninfo')));
        return { encodedName, startKey: Buffer.from(startKey).toString('hex') };
      })
      .sort((a, b) => (a.startKey < b.startKey ? -1 : 1));
    return { logs, table, families: ['f'], regions };
  }

  /** One WALPlayer after the other in one JVM, on one core where taskset is there to say so. @param jobs `table=compression` */
  walPlayer(jobs: readonly string[]): WalPlayerTime[] {
    const out = join(this.#home, 'tmp', `walplayer-${process.pid}`);
    const tool = [
      '--root',
      this.#home,
      '--class',
      'holdfast.hbase.TimedWalPlayer',
      '--',
      out,
      join(this.#home, 'wals'),
    ];
    const said = this.#run(['tool', ...tool, ...jobs], onOneCore);
    return said
      .split('\n')
      .filter((line) => line.startsWith('{"table"'))
      .map((line) => JSON.parse(line) as WalPlayerTime);
  }

  #run(args: readonly string[], prefix: readonly string[] = []): string {
    const [command = '', ...rest] = [...prefix, this.#launcher, ...args];
    return execFileSync(command, rest, {
      env: { HBASE_JVM: '-Xmx3g', ...process.env, HBASE_CLASSES: this.#classes },
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
  }
}

/** What keeps a command on one core; nothing where there is no taskset. */
export const onOneCore: readonly string[] = existsSync('/usr/bin/taskset') ? ['/usr/bin/taskset', '-c', '0'] : [];
