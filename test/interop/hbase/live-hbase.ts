import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

type Kind = 'Put' | 'Delete' | 'DeleteColumn' | 'DeleteFamily' | 'DeleteFamilyVersion';

/** Kind, row, family, qualifier, timestamp (-1: the server's time), value. */
export type Edit = readonly [
  kind: Kind,
  row: string,
  family: string,
  qualifier: string,
  timestamp: number,
  value: string,
];

/** What java/LiveHBase.java does. */
export type LiveAct =
  | {
      readonly op: 'create';
      readonly table: string;
      readonly splits?: readonly string[];
      /** Attributes as the HBase shell names them. */
      readonly families: Readonly<Record<string, Readonly<Record<string, string>>>>;
    }
  | { readonly op: 'write'; readonly table: string; readonly edits: readonly Edit[] }
  | { readonly op: 'bulkLoad'; readonly table: string; readonly family: string; readonly edits: readonly Edit[] }
  | { readonly op: 'loadFiles'; readonly table: string; readonly directory: string }
  | { readonly op: 'walPlayer'; readonly table: string; readonly logs: string; readonly out: string }
  | { readonly op: 'flush' | 'compact' | 'regions' | 'truncate' | 'drop'; readonly table: string }
  | { readonly op: 'split' | 'merge'; readonly table: string; readonly key: string }
  | { readonly op: 'move'; readonly table: string; readonly key: string; readonly server: string }
  | { readonly op: 'roll'; readonly server?: string }
  | {
      readonly op: 'restoreSnapshot' | 'cloneSnapshot';
      readonly table: string;
      readonly name: string;
    }
  | { readonly op: 'snapshot'; readonly table: string; readonly name: string; readonly ttlSeconds?: number }
  | { readonly op: 'startWriter'; readonly table: string; readonly family: string }
  | { readonly op: 'stopWriter' }
  | {
      readonly op: 'dump';
      readonly table: string;
      readonly file: string;
      readonly raw?: boolean;
      /** What a reader of this time range saw: of families that keep deleted cells, those too. */
      readonly until?: number;
    };

export interface LiveOptions {
  readonly servers?: number;
  readonly configuration?: Readonly<Record<string, string>>;
  /** HBASE_TARGET of the launcher: another release of HBase. */
  readonly target?: string;
}

const SOURCE = fileURLToPath(new URL('java/LiveHBase.java', import.meta.url));
const compiled = new Map<string, string>();

/** A running HBase that does one thing after another. */
export class LiveHBase {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #closed: Promise<unknown>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#closed = once(child, 'close');
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  }

  /** @param home its root directory is `home/hbase`; made, or gone on with */
  static async start(launcher: string, home: string, options: LiveOptions = {}): Promise<LiveHBase> {
    const target = options.target ?? process.env.HBASE_TARGET ?? join(dirname(launcher), 'target');
    const settings = Object.entries(options.configuration ?? {}).flatMap(([key, value]) => [
      '--conf',
      `${key}=${value}`,
    ]);
    const servers = ['--servers', String(options.servers ?? 1)];
    mkdirSync(home, { recursive: true });
    const child = spawn(launcher, ['tool', '--root', home, ...servers, ...settings, '--class', 'LiveHBase'], {
      env: {
        ...{ HBASE_JVM: '-Xmx768m', HBASE_LOG: join(home, 'hbase.log') },
        ...process.env,
        ...{ HBASE_TARGET: target, HBASE_CLASSES: classes(target) },
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const hbase = new LiveHBase(child);
    await hbase.#answer();
    return hbase;
  }

  /** @throws Error with HBase's trace */
  async do(act: LiveAct): Promise<unknown> {
    this.#child.stdin!.write(`${JSON.stringify(act)}\n`);
    return this.#answer();
  }

  /** Creation, by server, of the logs that are written from now on. */
  async roll(server?: string): Promise<Readonly<Record<string, number>>> {
    return (await this.do({ op: 'roll', ...(server !== undefined && { server }) })) as Record<string, number>;
  }

  /** Of each row that the writer wrote: when it was begun, and when it was acknowledged. */
  async stopWriter(): Promise<readonly (readonly [row: string, begunMs: number, ackedMs: number])[]> {
    return (await this.do({ op: 'stopWriter' })) as [string, number, number][];
  }

  /** Encoded name, start key, server. */
  async regions(table: string): Promise<readonly (readonly [string, string, string])[]> {
    return (await this.do({ op: 'regions', table })) as [string, string, string][];
  }

  /** Closes regions and logs as an operator would. */
  async stop(): Promise<void> {
    this.#child.stdin!.end();
    await this.#closed;
  }

  /** Leaves regions and logs as a crash leaves them. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  async #answer(): Promise<unknown> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done === true) throw new Error('HBase ended; its log is in its home');
      if (!value.startsWith('LIVE ')) continue;
      const { answer, error } = JSON.parse(value.slice('LIVE '.length)) as { answer?: unknown; error?: string };
      if (error !== undefined) throw new Error(error);
      return answer;
    }
  }
}

/** Compiled against the launcher's own jars, once a release. */
function classes(target: string): string {
  const known = compiled.get(target);
  if (known !== undefined) return known;
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-live-classes-'));
  execFileSync('javac', ['-nowarn', '-d', directory, '-cp', join(target, 'lib', '*'), SOURCE], { stdio: 'ignore' });
  compiled.set(target, directory);
  return directory;
}
