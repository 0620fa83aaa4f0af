import { cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HoldfastCloud, SOURCE } from '../../support/holdfast-cloud.ts';

interface Found {
  readonly bytes: Buffer;
  readonly modifiedMs: number;
}

/** Areas of a root directory that a backup reads. */
const WANTED = /^(hbase\.(id|version)|(WALs|oldWALs|archive)\/.*|data\/(?!hbase\/).*|\.hbase-snapshot\/(?!\.tmp\/).*)$/;
const MOVING = /\/\.tmp\/|\.crc$/;

/**
 * Makes the source of a cloud what lies in the root directory of a running HBase now: files that are new, have grown or
 * are gone. The cloud's clock goes to each file's time, as far as it is not later, and then to now.
 */
export async function showSource(h: HoldfastCloud, home: string): Promise<void> {
  const { hostname: Bucket, pathname } = new URL(SOURCE);
  const prefix = `${pathname.slice(1)}/`;
  const until = (ms: number) => h.clock.sleep(Math.max(0, ms - h.clock.now()));
  const found = atOnce(join(home, 'hbase'));
  const there = new Map<string, { size: number; etag: string }>();
  for await (const { key, size, etag } of h.objects.list(Bucket, prefix))
    there.set(key.slice(prefix.length), { size, etag });
  for (const path of there.keys()) {
    if (!found.has(path)) await h.cloud.call('s3', 'DeleteObject', { Bucket, Key: prefix + path });
  }
  for (const [path, { bytes, modifiedMs }] of [...found].sort(([, a], [, b]) => a.modifiedMs - b.modifiedMs)) {
    // HBase writes no file anew under its old name, but for logs, which grow.
    if (there.get(path)?.size === bytes.length) continue;
    // S3 tells whole seconds: with less, an open log would seem to end before its last entry.
    await until(Math.ceil(modifiedMs / 1_000) * 1_000);
    await h.cloud.call('s3', 'PutObject', { Bucket, Key: prefix + path, Body: bytes });
  }
  await until(Date.now());
}

/** Waits until the machine's clock is where the cloud's is: backups take virtual time, and what HBase does next is later. */
export async function catchUp(h: HoldfastCloud): Promise<void> {
  await sleep(Math.max(0, h.clock.now() - Date.now()));
}

/** Files of a directory that somebody writes: read until the names before and after are the same. */
function atOnce(root: string): Map<string, Found> {
  for (let attempt = 1; ; attempt++) {
    const before = pathsBelow(root);
    const found = new Map<string, Found>();
    try {
      for (const path of before) {
        const { mtimeMs } = statSync(join(root, path));
        found.set(path, { bytes: readFileSync(join(root, path)), modifiedMs: mtimeMs });
      }
      if (pathsBelow(root).join() === before.join()) return found;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    if (attempt === 50) throw new Error(`${root} does not come to rest`);
  }
}

function pathsBelow(root: string): string[] {
  return (readdirSync(root, { recursive: true, withFileTypes: true }) as import('node:fs').Dirent[])
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => WANTED.test(path) && !MOVING.test(`/${path}`))
    .sort();
}

/** Puts what a restore wrote into the root directory of a running HBase. */
export function placeRestored(directory: string, home: string): void {
  const from = (area: string) => join(directory, area);
  const to = (...parts: string[]) => join(home, 'hbase', ...parts);
  const taken = readdirSync(from('.hbase-snapshot')).find((name) => existsSync(to('.hbase-snapshot', name)));
  if (taken !== undefined) throw new Error(`the HBase of ${home} has a snapshot ${taken} already`);
  for (const area of ['archive', '.hbase-snapshot'])
    if (existsSync(from(area))) cpSync(from(area), to(area), { recursive: true, force: false });
}
