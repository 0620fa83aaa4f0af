import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Interceptor } from '../../../local/hub.ts';
import type { HoldfastCloud } from '../../support/holdfast-cloud.ts';

export interface MirrorOptions {
  /** Of an HBase: what is below the target goes to `<home>/hbase`, drafts to `<home>/tmp`. */
  readonly home: string;
  /** The target of restores, `s3://…`. */
  readonly target: string;
  /** What each copy takes, in real milliseconds. */
  readonly copyMs: number;
  /** Called before each copy and put, with its path below the target; virtual time stands still. */
  readonly beforeWrite?: (path: string) => Promise<void> | void;
  /** Paths below the target that HBase is not shown. */
  readonly hides?: (path: string) => boolean;
}

export interface Mirror {
  /** Paths below the target that HBase removed, in the order in which it was noticed. */
  readonly lost: readonly string[];
  /** Paths below the target that were written and are there now. */
  present(): string[];
}

/**
 * Makes the root directory of an HBase on the local file system the target of a cloud's restores: every write below
 * `target` is done there too, and what HBase removed there is gone from the bucket before the next call sees it.
 * Writes go one after another; virtual time stands still during each.
 */
export function mirrorTarget(app: HoldfastCloud, options: MirrorOptions): Mirror {
  const { hostname: bucket, pathname } = new URL(options.target);
  const prefix = `${pathname.slice(1)}/`;
  const root = join(options.home, 'hbase');
  const drafts = join(options.home, 'tmp');
  mkdirSync(drafts, { recursive: true });
  const mirrored = new Set<string>();
  const lost: string[] = [];
  let last: Promise<unknown> = Promise.resolve();

  const intercept: Interceptor = async (call, next) => {
    const { service, operation, input, context } = call;
    if (service !== 's3' || input.Bucket !== bucket || context.caller.kind === 'operator') return next(call);
    const key = String(input.Key);
    if (operation === 'CopyObject' || operation === 'PutObject') {
      const turn = last.then(() => write(key, operation === 'CopyObject' ? options.copyMs : 0, () => next(call)));
      last = turn.catch(() => {});
      return app.clock.busy(() => turn);
    }
    await forgetRemoved();
    const answer = await next(call);
    if (operation === 'DeleteObject') hide(key);
    if (operation === 'DeleteObjects') {
      for (const { Key } of (input.Delete as { Objects: { Key: string }[] }).Objects) hide(Key);
    }
    return answer;
  };
  app.cloud.intercept(intercept);
  return { lost, present: () => [...mirrored].filter((path) => existsSync(join(root, path))).sort() };

  async function write<T>(key: string, ms: number, next: () => Promise<T>): Promise<T> {
    if (key.startsWith(prefix)) await options.beforeWrite?.(key.slice(prefix.length));
    await sleep(ms);
    await forgetRemoved();
    const answer = await next();
    await show(key);
    return answer;
  }

  async function forgetRemoved(): Promise<void> {
    for (const path of mirrored) {
      if (existsSync(join(root, path))) continue;
      mirrored.delete(path);
      lost.push(path);
      await app.cloud.call('s3', 'DeleteObject', { Bucket: bucket, Key: prefix + path });
    }
  }

  async function show(key: string): Promise<void> {
    const path = key.slice(prefix.length);
    if (!key.startsWith(prefix) || options.hides?.(path)) return;
    const object = await app.objects.get(bucket, key, 1 << 30);
    if (object === undefined) throw new Error(`${key} was written and is not there`);
    const draft = join(drafts, 'arriving');
    // Whole at once, as on S3. HBase's cleaner removes empty directories, also one that was just made for a file.
    for (let attempt = 1; ; attempt++) {
      try {
        writeFileSync(draft, object.bytes);
        mkdirSync(dirname(join(root, path)), { recursive: true });
        renameSync(draft, join(root, path));
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === 100) throw error;
      }
    }
    mirrored.add(path);
  }

  function hide(key: string): void {
    const path = key.slice(prefix.length);
    if (mirrored.delete(path)) rmSync(join(root, path), { force: true });
  }
}
