import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A stock Apache HBase, run by a launcher that is no part of this repository. */
export interface RealHBase {
  /** clone_snapshot out of an ExportSnapshot layout; writes the table's cells to `dumpFile`. */
  restoreSnapshot(request: RestoreRequest): Promise<void>;
  /** The same, then bulk loads the directories of HFiles (`<directory>/<family>/<file>`) in order before it dumps. */
  restoreAndLoad(request: RestoreRequest & { readonly hfileDirectories: readonly string[] }): Promise<void>;
  /** The cells of a table of an existing home directory, which this changes: HBase recovers, flushes, archives. */
  dump(request: {
    readonly home: string;
    readonly table: string;
    readonly dumpFile: string;
    readonly raw?: boolean;
  }): Promise<void>;
  /** A home with data and logs that a scenario of the launcher made; ends as a crash does. */
  generate(request: { readonly scenario: string; readonly seed: number; readonly home: string }): Promise<void>;
  /** Reads HFiles with HBase's own reader: checksums, order, counts, last key, bloom filter. @throws if one is wrong */
  readFiles(paths: readonly string[]): Promise<void>;
  /** Runs an HBase on `home` (its root directory is `home/hbase`) until it is stopped. */
  serve(home: string, configuration?: Readonly<Record<string, string>>): Promise<ServingHBase>;
}

export interface RestoreRequest {
  readonly exportDirectory: string;
  /** Into the HBase of this home directory, which this changes. Default: into a fresh one. */
  readonly home?: string;
  readonly snapshot: string;
  readonly table: string;
  readonly dumpFile: string;
  /** Everything stored, delete markers too, instead of what a reader sees. */
  readonly raw?: boolean;
}

export interface ServingHBase {
  /** `host:port` */
  readonly zookeeper: string;
  /** `host,port,start code` */
  readonly master: string;
  readonly regionServers: readonly string[];
  /** Closes regions and WALs as an operator would. */
  stop(): Promise<void>;
  /** Leaves regions and WALs as a crash leaves them. */
  kill(): Promise<void>;
}

const MISSING = `HOLDFAST_HBASE is not set. These tests ask a real HBase. Set it to the path of a launcher that runs stock HBase
(org.apache.hbase:hbase-server:2.6.4 and org.apache.hbase:hbase-mapreduce:2.6.4 from Maven Central) in one JVM, with the commands
  restore-snapshot [--root DIR] --export DIR --snapshot S --table T --dump FILE [--raw]
  apply --export DIR --snapshot S --hfiles DIR[,DIR...] --table T --dump FILE [--raw]
  dump --root DIR --table T --dump FILE [--raw]
  generate --scenario NAME --seed N --out DIR
  hfile-dump FILE...
  tool --root DIR [--servers N] [--conf k=v]... --class CLASS        a Hadoop Tool in the same JVM; HBASE_CLASSES: where it is
  serve --root DIR [--conf k=v]...        which prints: READY zookeeper=H:P master=NAME regionservers=NAME...`;

/** @throws Error that says what to set, if HOLDFAST_HBASE is missing */
export function realHBase(environment: NodeJS.ProcessEnv = process.env): RealHBase {
  const launcher = environment.HOLDFAST_HBASE;
  if (launcher === undefined || launcher === '') throw new Error(MISSING);
  return {
    restoreSnapshot: (request) => run(launcher, ['restore-snapshot', ...restoreArguments(request)]),
    restoreAndLoad: (request) =>
      run(launcher, ['apply', ...restoreArguments(request), '--hfiles', request.hfileDirectories.join(',')]),
    dump: ({ home, table, dumpFile, raw }) =>
      run(launcher, ['dump', '--root', home, '--table', table, '--dump', dumpFile, ...(raw === true ? ['--raw'] : [])]),
    generate: ({ scenario, seed, home }) =>
      run(launcher, ['generate', '--scenario', scenario, '--seed', String(seed), '--out', home]),
    readFiles: (paths) => run(launcher, ['hfile-dump', ...paths]),
    serve: (home, configuration = {}) => serve(launcher, home, configuration),
  };
}

function restoreArguments({ exportDirectory, home, snapshot, table, dumpFile, raw }: RestoreRequest): string[] {
  const where = home === undefined ? [] : ['--root', home];
  const named = [...where, '--export', exportDirectory, '--snapshot', snapshot, '--table', table, '--dump', dumpFile];
  return raw === true ? [...named, '--raw'] : named;
}

async function run(launcher: string, args: readonly string[]): Promise<void> {
  const child = spawn(launcher, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const said = collect(child);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${launcher} ${args.join(' ')} ended with ${code}:\n${said()}`);
}

async function serve(
  launcher: string,
  home: string,
  configuration: Readonly<Record<string, string>>,
): Promise<ServingHBase> {
  const settings = Object.entries(configuration).flatMap(([key, value]) => ['--conf', `${key}=${value}`]);
  const child = spawn(launcher, ['serve', '--root', home, ...settings], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = collect(child);
  const closed = once(child, 'close');
  const end = (signal: NodeJS.Signals) => async () => {
    child.kill(signal);
    await closed;
  };
  for await (const line of createInterface({ input: child.stdout! })) {
    const ready = /^READY zookeeper=(\S+) master=(\S+) regionservers=(.*)$/.exec(line);
    if (ready === null) continue;
    const [, zookeeper = '', master = '', servers = ''] = ready;
    return { zookeeper, master, regionServers: servers.split(' '), stop: end('SIGTERM'), kill: end('SIGKILL') };
  }
  throw new Error(`HBase on ${home} ended before it was ready:\n${said()}`);
}

/** The last of what the child says on stderr, for the error. */
function collect(child: ChildProcess): () => string {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  });
  return () => said;
}
