import { beforeEach, describe, expect, it } from 'vitest';
import { compressLines } from '../../core/compressed-lines.ts';
import { writeFileEntry } from '../../core/file-entry-line.ts';
import { dataKey, imagePrefix } from '../../core/image-layout.ts';
import { encodeManifest } from '../../core/manifest.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { Call } from '../../local/hub.ts';
import { Bucket } from '../support/bucket.ts';
import { fixture } from '../support/fixture.ts';
import { IMAGE, itemsOf, type RestoreWorld, ROOT, restoreWorld } from '../support/restore-world.ts';
import { sealImage } from '../support/sealed-image.ts';
import { WORK_BUCKET } from '../support/world.ts';

describe('verify', () => {
  let w: RestoreWorld;
  let files: number;
  let bytes: number;
  let first: string;

  const root = parseS3Uri(ROOT, 'root');
  const verify = (more: object = {}) => w.world.run('verify', { root: ROOT, image: 'latest', ...more });
  const keyOf = (path: string) => dataKey(root, IMAGE, path);

  beforeEach(async () => {
    w = await restoreWorld();
    ({ files, bytes } = w.image.manifest);
    first = w.image.lists[1]?.[0]?.path ?? '';
  });

  it.each([
    ['quick', { checksums: 0, read: 0, readBytes: 0 }],
    ['checksums', { read: 0, readBytes: 0 }],
    ['deep', {}],
  ])('finds an untouched image whole: %s', async (mode, less) => {
    const before = [await itemsOf(w.world, 'root#'), await w.backups.keys()];
    const ended = await verify({ mode });
    const whole = { mode, tables: 2, files, bytes, checksums: files, read: files, readBytes: bytes };
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { ...whole, ...less } });
    expect([await itemsOf(w.world, 'root#'), await w.backups.keys()]).toEqual(before);
    expect(await itemsOf(w.world, 'pins#')).toEqual([]);
  });

  it('asks S3 for checksums by default, one request a file', async () => {
    let heads = 0;
    w.world.hub.intercept((call, next) => {
      if (call.operation === 'HeadObject') heads++;
      return next(call);
    });
    expect((await verify()).output).toMatchObject({ mode: 'checksums' });
    expect(heads).toBe(files);
  });

  it.each([
    ['missing', (key: string) => w.backups.remove(key), 'is missing'],
    ['shorter', (key: string) => w.backups.put(key, 'x'), 'has 1 bytes instead of'],
    [
      'other bytes of the same size',
      async (key: string) => w.backups.put(key, Buffer.alloc((await w.backups.get(key)).length)),
      'has the ETag',
    ],
  ])('names a file that is %s, in every mode', async (_, tamper, finding) => {
    await tamper(keyOf(first));
    const ended = await verify({ mode: 'quick' });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'VerificationFailed' });
    expect(ended.cause).toContain(`1 of ${files} files`);
    expect(ended.cause).toContain(`${first} of ${IMAGE} ${finding}`);
    expect(await itemsOf(w.world, 'pins#')).toEqual([]);
  });

  it('names ten findings, and leaves all of them in the work bucket', async () => {
    const paths = (w.image.lists[1] ?? []).map(({ path }) => path);
    for (const path of paths) await w.backups.remove(keyOf(path));
    const ended = await verify({ mode: 'quick', chunkObjects: 3 });
    expect(ended.cause).toContain(`${paths.length} of ${files} files`);
    const named = paths.filter((path) => ended.cause?.includes(path));
    expect(named).toHaveLength(Math.min(10, paths.length));
    const work = new Bucket(w.world, WORK_BUCKET);
    const [key = ''] = (await work.keys()).filter((one) => one.endsWith('findings.jsonl'));
    expect((await work.get(key)).toString().trim().split('\n')).toHaveLength(paths.length);
  });

  it('finds a checksum that changed under the same size and ETag', async () => {
    w.world.hub.intercept(async (call, next) => {
      const answer = await next(call);
      return call.operation === 'HeadObject' && call.input.Key === keyOf(first)
        ? { ...answer, ChecksumCRC64NVME: 'AAAAAAAAAAA=' }
        : answer;
    });
    expect(await verify({ mode: 'quick' })).toMatchObject({ status: 'SUCCEEDED' });
    const ended = await verify();
    expect(ended).toMatchObject({ status: 'FAILED', error: 'VerificationFailed' });
    expect(ended.cause).toContain('has the checksum AAAAAAAAAAA=');
  });

  it('finds by reading what was damaged before it was backed up', async () => {
    const damaged = new Map(fixture('shop'));
    const source = [...damaged.keys()].find((key) => key.endsWith(first.slice(first.indexOf('/') + 1))) ?? '';
    const copy = Buffer.from(damaged.get(source) ?? Buffer.alloc(0));
    copy[100] = (copy[100] ?? 0) ^ 0x40;
    damaged.set(source, copy);
    await sealImage(w.world, {
      root: ROOT,
      id: 'backup_1700000005000',
      fixture: damaged,
      snapshots: ['shop-orders-T0'],
    });
    expect(await verify({ mode: 'checksums' })).toMatchObject({ status: 'SUCCEEDED' });
    const ended = await verify({ mode: 'deep' });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'VerificationFailed' });
    expect(ended.cause).toContain(first);
  });

  it.each([
    ['manifest.json', 'does not have the digest'],
    ['files-00001.jsonl.zst', 'files-00001'],
    ['positions.jsonl.zst', 'positions'],
    ['snapshots/00001/.snapshotinfo', '.snapshotinfo does not have the digest'],
    ['snapshots/00001/data.manifest', 'data.manifest does not have the digest'],
  ])('refuses a damaged %s', async (name, says) => {
    const key = `${imagePrefix(root, IMAGE)}${name}`;
    const text = await w.backups.get(key);
    const last = name === 'manifest.json' ? text.indexOf('"files":') + 8 : text.length - 6;
    text[last] = name === 'manifest.json' ? 0x38 : (text[last] ?? 0) ^ 1;
    await w.backups.put(key, text);
    const ended = await verify();
    expect(ended).toMatchObject({ status: 'FAILED', error: 'ImageDamaged' });
    expect(ended.cause).toContain(says);
  });

  it.each(['first', 'last'])('refuses an image whose list lacks the %s file that its snapshot needs', async (which) => {
    const path = w.image.lists[1]?.at(which === 'first' ? 0 : -1)?.path ?? '';
    const names = { root: ROOT, id: 'backup_1700000005000', fixture: fixture('shop'), snapshots: ['shop-orders-T0'] };
    await sealImage(w.world, { ...names, without: [path] });
    const ended = await verify();
    expect(ended).toMatchObject({ status: 'FAILED', error: 'ImageDamaged' });
    expect(ended.cause).toContain(path);
  });

  it('refuses a whole list of another content, and a manifest that its record does not name', async () => {
    const key = `${imagePrefix(root, IMAGE)}files-00001.jsonl.zst`;
    const entries = w.image.lists[1] ?? [];
    const lines = entries.map((entry, i) => writeFileEntry(i === 0 ? { ...entry, etag: 'another' } : entry));
    await w.backups.put(key, compressLines(lines));
    expect((await verify()).cause).toContain('does not have the digest that the manifest names');
    await w.backups.put(
      `${imagePrefix(root, IMAGE)}manifest.json`,
      encodeManifest({ ...w.image.manifest, epoch: 2 }).bytes,
    );
    expect((await verify()).cause).toContain('is not the manifest that the system table recorded');
  });

  it('reads a part only: the same part for the same seed, another for another', async () => {
    const read = async (more: object): Promise<string[]> => {
      const keys = new Set<string>();
      const remove = w.world.hub.intercept((call: Call, next) => {
        const key = String(call.input.Key);
        if (call.operation === 'GetObject' && key.includes('/data/') && call.input.Range) keys.add(key);
        return next(call);
      });
      expect(await verify({ mode: 'deep', ...more })).toMatchObject({ status: 'SUCCEEDED' });
      remove();
      return [...keys].sort();
    };
    const half = await read({ sample: 50, seed: 'a' });
    expect(half.length).toBeGreaterThan(0);
    expect(half.length).toBeLessThan(files);
    expect(await read({ sample: 50, seed: 'a' })).toEqual(half);
    expect(await read({ sample: 50, seed: 'b' })).not.toEqual(half);
    const ended = await verify({ mode: 'deep', maxBytes: Math.floor(bytes / 2), seed: 'a' });
    const { readBytes, checksums } = ended.output as { readBytes: number; checksums: number };
    expect(readBytes).toBeLessThanOrEqual(bytes / 2);
    expect(checksums).toBe(files);
  });

  it.each([
    [{ mode: 'slow' }, 'InvalidInput', 'mode'],
    [{ sample: 0 }, 'InvalidInput', 'sample'],
    [{ depth: 1 }, 'InvalidInput', 'depth'],
    [{ image: 'backup_17' }, undefined, undefined],
    [{ image: 'backup_99' }, 'ImageNotFound', 'backup_99'],
    [{ root: 's3://backups/other' }, 'RootNotConfigured', 's3://backups/other'],
  ])('input %o', async (more, error, says) => {
    const ended = await verify(more);
    expect(ended.error).toBe(error);
    if (says !== undefined) expect(ended.cause).toContain(says);
  });

  it.each(['PlanVerify', 'VerifyImageFiles', 'EndVerify'])('unpins when %s fails', async (step) => {
    const payload = { errorType: 'PlatformRefused', errorMessage: 'no' };
    w.world.hub.intercept(async (call, next) =>
      call.service === 'lambda' && String(call.input.FunctionName).includes(`:${step}:`)
        ? { StatusCode: 200, FunctionError: 'Unhandled', Payload: new TextEncoder().encode(JSON.stringify(payload)) }
        : next(call),
    );
    expect(await verify()).toMatchObject({ status: 'FAILED' });
    expect(await itemsOf(w.world, 'pins#')).toEqual([]);
  });
});
