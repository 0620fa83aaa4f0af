import {
  DeleteObjectsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { expectRefused, type S3Subject } from './s3-subject.ts';

export function listings({ s3, bucket, check }: S3Subject): void {
  const fill = async (Bucket: string, keys: readonly string[]) => {
    for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  };
  /** All pages: keys and common prefixes, and how many pages there were. */
  const listAll = async (input: ListObjectsV2CommandInput) => {
    const keys: string[] = [];
    const prefixes: string[] = [];
    let pages = 0;
    for (let ContinuationToken: string | undefined; pages++ < 100; ) {
      const page = await s3.send(new ListObjectsV2Command({ ...input, ContinuationToken }));
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key!));
      prefixes.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!));
      expect(page.KeyCount).toBe((page.Contents?.length ?? 0) + (page.CommonPrefixes?.length ?? 0));
      ContinuationToken = page.NextContinuationToken;
      if (!page.IsTruncated) break;
    }
    return { keys, prefixes, pages };
  };

  check('keys come in the order of their UTF-8 bytes', async () => {
    const Bucket = await bucket();
    const keys = ['😀', '\uffee', 'z', 'a', 'a/', 'A', 'é', 'a b', 'a+b', 'a%2Cb', 'a_$folder$', '日本'];
    await fill(Bucket, keys);
    const inOrder = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect((await listAll({ Bucket })).keys).toEqual(inOrder);
    expect((await listAll({ Bucket, MaxKeys: 1 })).keys).toEqual(inOrder);
  });

  check('pages end exactly: n keys in pages of n, n - 1 and n + 1', async () => {
    const Bucket = await bucket();
    const keys = ['a', 'b', 'c', 'd'];
    await fill(Bucket, keys);
    expect(await listAll({ Bucket, MaxKeys: 4 })).toEqual({ keys, prefixes: [], pages: 1 });
    expect(await listAll({ Bucket, MaxKeys: 3 })).toEqual({ keys, prefixes: [], pages: 2 });
    expect(await listAll({ Bucket, MaxKeys: 5 })).toEqual({ keys, prefixes: [], pages: 1 });
    expect(await listAll({ Bucket, MaxKeys: 2 })).toEqual({ keys, prefixes: [], pages: 2 });
    expect(await listAll({ Bucket, MaxKeys: 0 })).toEqual({ keys: [], prefixes: [], pages: 1 });
  });

  check('1,001 keys are two pages, whatever MaxKeys says', async () => {
    const Bucket = await bucket();
    const keys = Array.from({ length: 1001 }, (_, n) => `k${String(n).padStart(4, '0')}`);
    for (let at = 0; at < keys.length; at += 50) {
      await Promise.all(
        keys.slice(at, at + 50).map((Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))),
      );
    }
    expect(await listAll({ Bucket, MaxKeys: 5000 })).toEqual({ keys, prefixes: [], pages: 2 });
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k0500' }] } }));
    expect((await listAll({ Bucket })).pages).toBe(1);
  });

  check('a prefix, also an odd one, selects', async () => {
    const Bucket = await bucket();
    await fill(Bucket, ['data/a', 'data/a+', 'data/a b', 'data/ä', 'date', 'x']);
    expect((await listAll({ Bucket, Prefix: 'data/a' })).keys).toEqual(['data/a', 'data/a b', 'data/a+']);
    expect((await listAll({ Bucket, Prefix: 'data/ä' })).keys).toEqual(['data/ä']);
    expect((await listAll({ Bucket, Prefix: 'data/a+' })).keys).toEqual(['data/a+']);
    expect((await listAll({ Bucket, Prefix: 'none' })).keys).toEqual([]);
  });

  check('a delimiter rolls up, over page boundaries too', async () => {
    const Bucket = await bucket();
    await fill(Bucket, ['a', 'b/1', 'b/2', 'b0', 'c/', 'c/d/e', 'd']);
    const whole = { keys: ['a', 'b0', 'd'], prefixes: ['b/', 'c/'] };
    expect(await listAll({ Bucket, Delimiter: '/' })).toEqual({ ...whole, pages: 1 });
    expect(await listAll({ Bucket, Delimiter: '/', MaxKeys: 1 })).toEqual({ ...whole, pages: 5 });
    expect(await listAll({ Bucket, Delimiter: '/', MaxKeys: 2 })).toEqual({ ...whole, pages: 3 });
    expect(await listAll({ Bucket, Delimiter: '/', Prefix: 'c/' })).toEqual({
      keys: ['c/'],
      prefixes: ['c/d/'],
      pages: 1,
    });
  });

  check('StartAfter begins behind a key, there or not', async () => {
    const Bucket = await bucket();
    await fill(Bucket, ['a', 'b', 'c']);
    expect((await listAll({ Bucket, StartAfter: 'a' })).keys).toEqual(['b', 'c']);
    expect((await listAll({ Bucket, StartAfter: 'bb', MaxKeys: 1 })).keys).toEqual(['c']);
    expect((await listAll({ Bucket, StartAfter: 'c' })).keys).toEqual([]);
  });

  check('EncodingType url encodes keys and prefixes', async () => {
    const Bucket = await bucket();
    await fill(Bucket, ['a b+c%2C/ü', 'plain']);
    const page = await s3.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
    expect(page.Contents?.map(({ Key }) => Key)).toEqual(['a+b%2Bc%252C/%C3%BC', 'plain']);
    expect(page.EncodingType).toBe('url');
  });

  check('a token that is none is refused', async () => {
    const Bucket = await bucket();
    await expectRefused(
      s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: '!none!' })),
      'InvalidArgument',
      400,
    );
  });

  check('the first version of ListObjects pages by marker', async () => {
    const Bucket = await bucket();
    await fill(Bucket, ['a', 'b/1', 'b/2', 'c']);
    const first = await s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 2 }));
    expect(first).toMatchObject({ IsTruncated: true, NextMarker: 'b/', CommonPrefixes: [{ Prefix: 'b/' }] });
    const second = await s3.send(
      new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 2, Marker: first.NextMarker }),
    );
    expect(second.Contents?.map(({ Key }) => Key)).toEqual(['c']);
    expect(second.CommonPrefixes).toBeUndefined();
  });
}
