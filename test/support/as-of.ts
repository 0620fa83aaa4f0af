import { type Fixture, type FixtureName, fixture } from './fixture.ts';
import { type HoldfastCloud, ROOT, SOURCE } from './holdfast-cloud.ts';

/** Files of a fixture with what HBase read of a table, and how many cells each has. */
interface TruthFiles {
  /** What a reader saw. */
  readonly scan: string;
  readonly scanCells: number;
  /** Everything that was stored. */
  readonly raw: string;
  readonly rawCells: number;
}

interface Point {
  readonly name: string;
  readonly atMs: number;
  readonly snapshots?: Readonly<Record<string, string>>;
  readonly tables: Readonly<Record<string, TruthFiles>>;
  readonly wals: readonly { readonly path: string; readonly size: number; readonly modifiedMs: number }[];
}

/** A file of a root directory as it stood at a moment. */
interface FileThen {
  readonly path: string;
  readonly bytes: Buffer;
  /** Undefined: of no log, so that it does not matter. */
  readonly modifiedMs: number | undefined;
}

const LOGS = /^(WALs|oldWALs)\//;

export function pointOf(name: FixtureName, point: string): Point {
  return pointsOf(name).find((one) => one.name === point)!;
}

function pointsOf(name: FixtureName): Point[] {
  return (JSON.parse(fixture(name).get('points.json')!.toString()) as { points: Point[] }).points;
}

/**
 * The root directory of a fixture as it stood at a recorded point: the logs that existed then, at their place and size
 * then. HFiles are as at the end, since they never change; snapshots that were taken later are left out.
 */
export function rootAsOf(name: FixtureName, point: string): FileThen[] {
  const files = fixture(name);
  const all = pointsOf(name);
  const upTo = all.slice(0, all.findIndex((one) => one.name === point) + 1);
  const taken = new Set(upTo.flatMap(({ snapshots = {} }) => Object.values(snapshots)));
  const still: FileThen[] = [];
  for (const [path, bytes] of below(files, 'hbase/')) {
    const snapshot = /^\.hbase-snapshot\/([^/]+)\//.exec(path)?.[1];
    if (LOGS.test(path) || (snapshot !== undefined && !taken.has(snapshot))) continue;
    still.push({ path, bytes, modifiedMs: undefined });
  }
  const now = new Map([...below(files, 'hbase/')].map(([path, bytes]) => [path.split('/').at(-1), bytes]));
  const logs = upTo.at(-1)!.wals.flatMap(({ path, size, modifiedMs }) => {
    const bytes = now.get(path.split('/').at(-1));
    return bytes === undefined ? [] : [{ path, bytes: bytes.subarray(0, size), modifiedMs }];
  });
  return [...still, ...logs];
}

function* below(files: Fixture, prefix: string): Generator<[string, Buffer]> {
  for (const [path, bytes] of files) if (path.startsWith(prefix)) yield [path.slice(prefix.length), bytes];
}

/** The source of a cloud becomes that root directory at that point; its clock goes to that moment, unless it is later. */
export async function layOut(h: HoldfastCloud, name: FixtureName, point: string): Promise<void> {
  const { hostname: Bucket, pathname } = new URL(SOURCE);
  const prefix = `${pathname.slice(1)}/`;
  const until = (ms: number) => h.clock.sleep(Math.max(0, ms - h.clock.now()));
  const there = new Map<string, number>();
  for await (const { key, size } of h.objects.list(Bucket, prefix)) there.set(key.slice(prefix.length), size);
  const files = rootAsOf(name, point);
  for (const { path, bytes, modifiedMs = 0 } of files.sort((a, b) => (a.modifiedMs ?? 0) - (b.modifiedMs ?? 0))) {
    if (there.get(path) === bytes.length) continue;
    // S3 tells whole seconds: with less, an open log would seem to end before its last entry.
    await until(Math.ceil(modifiedMs / 1_000) * 1_000);
    await h.cloud.call('s3', 'PutObject', { Bucket, Key: prefix + path, Body: bytes });
  }
  const kept = new Set(files.map(({ path }) => path));
  for (const path of there.keys()) {
    if (LOGS.test(path) && !kept.has(path)) await h.cloud.call('s3', 'DeleteObject', { Bucket, Key: prefix + path });
  }
  await until(pointOf(name, point).atMs);
}

/** Requests of backups of such a source: its servers ran on one clock. */
export const AS_OF = { root: ROOT, source: SOURCE, clockMarginSeconds: 0 };
