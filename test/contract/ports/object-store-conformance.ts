import { expect, it } from 'vitest';
import type { CopyRequest, ObjectStore } from '../../../lambdas/ports/object-store.ts';

export interface ObjectStoreSubject {
  readonly store: ObjectStore;
  /** A bucket with versions on, empty. */
  readonly bucket: string;
  /** One without. */
  readonly unversioned: string;
  /** Size from which the store copies in parts; an object of that size is made by {@link large}. */
  large(key: string): Promise<{ readonly size: number; readonly etag: string }>;
}

const bytes = (text: string) => Buffer.from(text);
const NAMES = ['a', 'a b', 'a+b', 'a%41', 'ä/ö', 'o\'b"c', 'x/', 'x/y', '￿', '😀', '..a', '&<>'];

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  return Array.fromAsync(items);
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** What the port promises, for every implementation of it. */
export function objectStoreConformance(subject: () => Promise<ObjectStoreSubject>): void {
  const copyOf = (bucket: string, etag: string, more: Partial<CopyRequest> = {}): CopyRequest => ({
    sourceBucket: bucket,
    sourceKey: 'source/file',
    sourceEtag: etag,
    size: 5,
    bucket,
    key: 'copy/file',
    metadata: { session: 's1' },
    ...more,
  });
  const withSource = async () => {
    const { store, bucket } = await subject();
    await store.put(bucket, 'source/file', bytes('hello'));
    const etag = (await store.attributes(bucket, 'source/file'))!.etag;
    return { store, bucket, etag };
  };

  it('lists keys of every kind in the order of their UTF-8 bytes', async () => {
    const { store, bucket } = await subject();
    for (const name of NAMES) await store.put(bucket, `p/${name}`, bytes(name));
    await store.put(bucket, 'q', bytes('no'));
    const keys = (await all(store.list(bucket, 'p/'))).map(({ key }) => key.slice(2));
    expect(keys).toEqual([...NAMES].sort((a, b) => Buffer.compare(bytes(a), bytes(b))));
    const after = await all(store.list(bucket, 'p/', { startAfter: 'p/a b' }));
    expect(after.map(({ key }) => key.slice(2))).toEqual(keys.slice(keys.indexOf('a b') + 1));
    expect((await all(store.listFolders(bucket, 'p/'))).sort()).toEqual(['x', 'ä']);
    for (const name of NAMES) expect((await store.get(bucket, `p/${name}`, 100))!.bytes.toString()).toBe(name);
  });

  it('lists more than a page, whole and from behind a key', async () => {
    const { store, bucket } = await subject();
    const keys = Array.from({ length: 2_100 }, (_, i) => `n/${String(i).padStart(5, '0')}`);
    for (const key of keys) await store.put(bucket, key, bytes(''));
    expect((await all(store.list(bucket, 'n/'))).map(({ key }) => key)).toEqual(keys);
    expect((await all(store.listPages(bucket, 'n/'))).map((page) => page.length)).toEqual([1_000, 1_000, 100]);
    expect((await all(store.listVersions(bucket, 'n/'))).map(({ key }) => key)).toEqual(keys);
    expect(await store.deleteVersions(bucket, store.listVersions(bucket, 'n/'))).toBe(2_100);
    expect(await all(store.listVersions(bucket, ''))).toEqual([]);
  });

  it('creates once; the same bytes count as created, others do not', async () => {
    const { store, bucket } = await subject();
    expect(await store.putOnce(bucket, 'k', bytes('one'))).toEqual({ decision: 'CREATED' });
    expect(await store.putOnce(bucket, 'k', bytes('one'))).toEqual({ decision: 'CREATED' });
    expect(await store.putOnce(bucket, 'k', bytes('two'))).toEqual({ decision: 'EXISTS' });
    expect((await store.get(bucket, 'k', 10))!.bytes.toString()).toBe('one');
    expect(await all(store.listVersions(bucket, 'k'))).toHaveLength(1);
  });

  it.each([0, 5, 20 << 20, (16 << 20) + 7])('uploads %s bytes piece by piece', async (size) => {
    const { store, bucket } = await subject();
    const content = Buffer.alloc(size).map((_, i) => (i * 7) % 251);
    const upload = store.upload(bucket, 'up');
    for (let at = 0; at < size; at += 3_000_000) {
      const piece = Uint8Array.from(content.subarray(at, at + 3_000_000));
      await upload.write(piece);
      piece.fill(0); // its memory is the writer's again
    }
    expect(await store.attributes(bucket, 'up')).toBeUndefined();
    const { etag, size: written } = await upload.close();
    const there = await store.get(bucket, 'up', 1 << 30);
    expect(written).toBe(size);
    expect(there!.etag).toBe(etag);
    expect(Buffer.compare(there!.bytes, content)).toBe(0);
    expect(await all(store.listUploads(bucket, ''))).toEqual([]);
  });

  it('leaves nothing of an upload that is given up', async () => {
    const { store, bucket } = await subject();
    const upload = store.upload(bucket, 'up');
    await upload.write(Buffer.alloc(17 << 20));
    expect(await all(store.listUploads(bucket, 'up'))).toHaveLength(1);
    await upload.abort();
    expect(await all(store.listUploads(bucket, 'up'))).toEqual([]);
    expect(await store.attributes(bucket, 'up')).toBeUndefined();
  });

  it('compares and sets', async () => {
    const { store, bucket } = await subject();
    await store.put(bucket, 'k', bytes('one'));
    const { etag } = (await store.get(bucket, 'k', 10))!;
    expect(await store.putIfMatch(bucket, 'k', bytes('two'), etag)).toEqual({ decision: 'WRITTEN' });
    expect(await store.putIfMatch(bucket, 'k', bytes('three'), etag)).toEqual({ decision: 'CHANGED' });
    expect(await store.putIfMatch(bucket, 'none', bytes('x'), etag)).toEqual({ decision: 'CHANGED' });
    expect((await store.get(bucket, 'k', 10))!.bytes.toString()).toBe('two');
  });

  it('reads whole, in ranges and as a stream; what is missing is undefined', async () => {
    const { store, bucket } = await subject();
    await store.put(bucket, 'k', bytes('0123456789'));
    const { etag } = (await store.attributes(bucket, 'k'))!;
    expect(Buffer.from(await store.getRange(bucket, 'k', 3, 4, etag)).toString()).toBe('3456');
    expect(Buffer.concat(await all((await store.getStream(bucket, 'k'))!)).toString()).toBe('0123456789');
    await expect(store.get(bucket, 'k', 9)).rejects.toMatchObject({ name: 'UnknownAnswer' });
    expect(await store.get(bucket, 'kk', 9)).toBeUndefined();
    expect(await store.getStream(bucket, 'kk')).toBeUndefined();
    expect(await store.attributes(bucket, 'kk')).toBeUndefined();
    await expect(store.get('no-such-bucket-here', 'k', 9)).rejects.toMatchObject({ name: 'PlatformRefused' });
  });

  it('copies with checksum and metadata of its own, and knows its copy again', async () => {
    const { store, bucket, etag } = await withSource();
    const first = await store.copy(copyOf(bucket, etag));
    expect(first).toMatchObject({ decision: 'COPIED', checksum: { algorithm: 'CRC64NVME' } });
    expect(await store.copy(copyOf(bucket, etag))).toEqual(first);
    const there = (await store.attributes(bucket, 'copy/file'))!;
    expect(first).toMatchObject({ etag: there.etag, checksum: there.checksum });
    expect(there.metadata).toEqual({ session: 's1' });
    expect(await all(store.listVersions(bucket, 'copy/'))).toHaveLength(1);
  });

  it('replaces nothing, and says why a copy is not made', async () => {
    const { store, bucket, etag } = await withSource();
    await store.copy(copyOf(bucket, etag));
    expect(await store.copy(copyOf(bucket, etag, { metadata: { session: 's2' } }))).toEqual({ decision: 'EXISTS' });
    const fresh = { key: 'copy/other' };
    expect(await store.copy(copyOf(bucket, '0'.repeat(32), fresh))).toEqual({ decision: 'CHANGED' });
    expect(await store.copy(copyOf(bucket, etag, { ...fresh, sourceKey: 'source/gone' }))).toEqual({
      decision: 'MISSING',
    });
    await expect(store.copy(copyOf(bucket, etag, { bucket: 'no-such-bucket-here' }))).rejects.toMatchObject({
      name: 'PlatformRefused',
    });
    expect((await all(store.list(bucket, 'copy/'))).map(({ key }) => key)).toEqual(['copy/file']);
  });

  it('copies keys of every kind', async () => {
    const { store, bucket } = await subject();
    for (const name of NAMES) {
      await store.put(bucket, `p/${name}`, bytes('hello'));
      const { etag } = (await store.attributes(bucket, `p/${name}`))!;
      const outcome = await store.copy(copyOf(bucket, etag, { sourceKey: `p/${name}`, key: `c/${name}` }));
      expect(outcome).toMatchObject({ decision: 'COPIED' });
    }
    expect(await all(store.list(bucket, 'c/'))).toHaveLength(NAMES.length);
  });

  it('copies large objects in parts, bound to the source, and leaves no upload', async () => {
    const { store, bucket, large } = await subject();
    const { size, etag } = await large('source/large');
    const request = copyOf(bucket, etag, { sourceKey: 'source/large', size, key: 'copy/large' });
    const first = await store.copy(request);
    expect(first).toMatchObject({ decision: 'COPIED', checksum: { algorithm: 'CRC64NVME' } });
    expect(await store.copy(request)).toEqual(first);
    expect(await store.copy({ ...request, metadata: { session: 's2' } })).toEqual({ decision: 'EXISTS' });
    const fresh = { ...request, key: 'copy/large2' };
    expect(await store.copy({ ...fresh, sourceEtag: '0'.repeat(32) })).toEqual({ decision: 'CHANGED' });
    expect(await store.copy({ ...fresh, sourceKey: 'source/gone' })).toEqual({ decision: 'MISSING' });
    expect(await store.attributes(bucket, 'copy/large')).toMatchObject({ size, metadata: { session: 's1' } });
    expect(await all(store.listUploads(bucket, ''))).toEqual([]);
    expect((await all(store.list(bucket, 'copy/'))).map(({ key }) => key)).toEqual(['copy/large']);
  });

  it('deletes by version, twice too, with and without versioning', async () => {
    const { store, bucket, unversioned } = await subject();
    for (const name of [bucket, unversioned]) {
      await store.put(name, 'k', bytes('one'));
      await store.put(name, 'k', bytes('two'));
      const versions = await all(store.listVersions(name, 'k'));
      expect(versions.map(({ isLatest }) => isLatest)).toEqual(name === bucket ? [true, false] : [true]);
      expect(await store.deleteVersions(name, each(versions))).toBe(versions.length);
      expect(await store.deleteVersions(name, each(versions))).toBe(versions.length);
      expect(await all(store.listVersions(name, ''))).toEqual([]);
    }
  });

  it('knows the Region of a bucket, and that there is none', async () => {
    const { store, bucket } = await subject();
    expect(await store.bucketRegion(bucket)).toBe('eu-west-1');
    expect(await store.bucketRegion('no-such-bucket-here')).toBeUndefined();
  });
}
