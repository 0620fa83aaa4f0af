import { isMarkerKey } from '../layout.ts';

/** A region server's life: a server that starts again has another start code (ServerName). */
export interface WalServer {
  readonly host: string;
  readonly port: number;
  readonly startCode: number;
  /** `host,port,startcode`, as directories are called. */
  readonly name: string;
}

/** Where a log lies: being written, of a server that is being recovered, or done with. */
export type WalArea = 'active' | 'splitting' | 'archive';

/** A log of region servers' edits. */
export interface WalFile {
  readonly kind: 'wal';
  /** The last part of the path; the same wherever the log moves to. */
  readonly name: string;
  readonly area: WalArea;
  readonly server: WalServer;
  /** Empty, or the group of a server that writes several logs at once, e.g. `regiongroup-0`. */
  readonly group: string;
  /** When the log was begun, ms of its server's clock, which is also its place among its server's and group's logs. */
  readonly createdMs: number;
}

/**
 * What a path below `hbase.wal.dir` is. `unknown` lies where logs lie and has no name of a log: not to be passed over in
 * silence. `other` lies elsewhere.
 */
export type WalPath =
  | WalFile
  | { readonly kind: 'meta-wal' | 'master-wal' | 'procedure-wal' | 'marker' | 'other' }
  | { readonly kind: 'recovered-edits'; readonly region: string; readonly sequenceId: number }
  | { readonly kind: 'unknown'; readonly reason: string };

/** More than HDFS and S3 allow a path component is no name that HBase wrote. */
const MAX_NAME = 1000;
const MASTER_SUFFIX = '$masterlocalwal$';
// The group begins with a dot (multi-WAL), or a dash (the log of a peer of synchronous replication).
const NAME = /^(.+?)%2C(\d{1,5})%2C(\d{1,15})((?:[.-].*?)?)\.(\d{1,15})(\.meta|\.syncrep)?$/;
const SERVER = /^([^,]+),(\d{1,5}),(\d{1,15})$/;
// Host names and addresses; what a path could be led astray with is not among them.
const HOST = /^[A-Za-z0-9_]([A-Za-z0-9._:[\]-]{0,253}[A-Za-z0-9_\]])?$/;
const GROUP = /^[A-Za-z0-9_%,.:=-]{0,500}$/;
const REGION = /^[0-9a-f]{1,64}$/;

/** Reads a path below `hbase.wal.dir`, without a slash before it. Never throws: names come from a source. */
export function parseWalPath(path: string): WalPath {
  const parts = path.split('/');
  if (parts[0] === 'WALs' || parts[0] === 'oldWALs') {
    if (isMarkerKey(path)) return { kind: 'marker' };
    if (parts.some((part) => part === '' || part === '.' || part === '..')) return unknown('a path with empty parts');
    return parts[0] === 'WALs' ? active(parts.slice(1)) : archived(parts.slice(1));
  }
  if (parts[0] === 'MasterData' && /^(old)?WALs$/.test(parts[1] ?? '')) return { kind: 'master-wal' };
  if (parts[0] === 'MasterProcWALs') return { kind: 'procedure-wal' };
  if (parts[0] === 'data' && parts[4] === 'recovered.edits' && parts.length === 6)
    return recovered(parts[3]!, parts[5]!);
  return { kind: 'other' };
}

/** Where a log may lie by the time it is read: it moves from a server's directory to the archive at any time. */
export function walCandidates(file: WalFile): string[] {
  const { server, name } = file;
  return [
    `WALs/${server.name}/${name}`,
    `WALs/${server.name}-splitting/${name}`,
    `oldWALs/${name}`,
    `oldWALs/${server.name}/${name}`,
  ];
}

/** @throws RangeError for what is no `host,port,startcode` */
export function parseWalServer(text: string): WalServer {
  const [, host = '', port = '', startCode = ''] = SERVER.exec(text) ?? [];
  if (!HOST.test(host) || Number(port) > 65_535) {
    throw new RangeError(`not the name of a server: ${JSON.stringify(text.slice(0, 100))}`);
  }
  return {
    host,
    port: Number(port),
    startCode: Number(startCode),
    name: `${host},${Number(port)},${Number(startCode)}`,
  };
}

function active(parts: readonly string[]): WalPath {
  const [directory = '', name, ...more] = parts;
  if (name === undefined || more.length > 0) return unknown('not in the directory of a server');
  const isSplitting = directory.endsWith('-splitting');
  return inDirectory(
    isSplitting ? directory.slice(0, -'-splitting'.length) : directory,
    name,
    isSplitting ? 'splitting' : 'active',
  );
}

function archived(parts: readonly string[]): WalPath {
  const [first = '', second, ...more] = parts;
  if (more.length > 0) return unknown('deeper than the archive is');
  return second === undefined ? walName(first, 'archive') : inDirectory(first, second, 'archive');
}

function inDirectory(directory: string, name: string, area: WalArea): WalPath {
  const file = walName(name, area);
  if (file.kind !== 'wal' || file.server.name === directory) return file;
  return unknown(`a log of ${file.server.name} in the directory of ${JSON.stringify(directory.slice(0, 300))}`);
}

function walName(name: string, area: WalArea): WalPath {
  if (name.length > MAX_NAME) return unknown('a name longer than HBase gives');
  if (name.endsWith(MASTER_SUFFIX)) return { kind: 'master-wal' };
  if (/^pv2-\d+\.log$/.test(name)) return { kind: 'procedure-wal' };
  const [, host = '', port = '', startCode = '', rest = '', createdMs = '', suffix] = NAME.exec(name) ?? [];
  let server: WalServer;
  try {
    server = parseWalServer(`${decodeURIComponent(host)},${port},${startCode}`);
  } catch {
    return unknown('not the name of a log');
  }
  if (suffix === '.meta') return { kind: 'meta-wal' };
  // RegionGroupingProvider puts the server before the group's name once more.
  const prefix = `${host}%2C${port}%2C${startCode}.`;
  const inner = rest.slice(1);
  const group = inner.startsWith(prefix) ? inner.slice(prefix.length) : inner;
  if (!GROUP.test(group)) return unknown('not the name of a log group');
  return { kind: 'wal', name, area, server, group, createdMs: Number(createdMs) };
}

function recovered(region: string, name: string): WalPath {
  if (!REGION.test(region)) return unknown('recovered edits of no region');
  // `.temp`: being written; `.seqid`: an empty file whose name is a number.
  if (!/^-?\d{1,19}$/.test(name)) return { kind: 'other' };
  return { kind: 'recovered-edits', region, sequenceId: Math.abs(Number(name)) };
}

const unknown = (reason: string): WalPath => ({ kind: 'unknown', reason });
