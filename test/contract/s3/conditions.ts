import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { expectRefused, refusal, type S3Subject } from './s3-subject.ts';

export function conditions({ s3, bucket, check }: S3Subject): void {
  const text = async (Bucket: string, Key: string) =>
    (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

  check('put If-None-Match: the first wins, the second is a 412 and changes nothing', async () => {
    const Bucket = await bucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'first', IfNoneMatch: '*' }));
    await expectRefused(
      s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'second', IfNoneMatch: '*' })),
      'PreconditionFailed',
      412,
    );
    expect(await text(Bucket, 'k')).toBe('first');
  });

  check('put If-None-Match: of many at once, one wins', async () => {
    const Bucket = await bucket();
    const puts = Array.from({ length: 8 }, (_, n) =>
      s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: `${n}`, IfNoneMatch: '*' })).then(
        () => n,
        () => undefined,
      ),
    );
    const winners = (await Promise.all(puts)).filter((n) => n !== undefined);
    expect(winners.length).toBe(1);
    expect(await text(Bucket, 'k')).toBe(`${winners[0]}`);
  });

  check('put If-None-Match succeeds over a delete marker', async () => {
    const Bucket = await bucket({ versioning: true });
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'old' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'new', IfNoneMatch: '*' }));
    expect(await text(Bucket, 'k')).toBe('new');
  });

  check('put If-None-Match with an ETag is not implemented by S3', async () => {
    const Bucket = await bucket();
    await expectRefused(
      s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', IfNoneMatch: '"etag"' })),
      'NotImplemented',
      501,
    );
  });

  check('put If-Match: replaces the named object, refuses another, misses a missing one', async () => {
    const Bucket = await bucket();
    await expectRefused(
      s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', IfMatch: '"e"' })),
      'NoSuchKey',
      404,
    );
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'one' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'two', IfMatch: ETag }));
    await expectRefused(
      s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'three', IfMatch: ETag })),
      'PreconditionFailed',
      412,
    );
    expect(await text(Bucket, 'k')).toBe('two');
  });

  check('copy If-None-Match: refused where something is', async () => {
    const Bucket = await bucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'from', Body: 'from' }));
    const copy = () =>
      s3.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/from`, IfNoneMatch: '*' }));
    await copy();
    await expectRefused(copy(), 'PreconditionFailed', 412);
  });

  check('complete If-None-Match: refused where something is, and the upload stays', async () => {
    const Bucket = await bucket();
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k' }));
    const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key: 'k', UploadId, PartNumber: 1, Body: 'part' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'first' }));
    const complete = (IfNoneMatch?: string) =>
      s3.send(
        new CompleteMultipartUploadCommand({
          Bucket,
          Key: 'k',
          UploadId,
          IfNoneMatch,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
        }),
      );
    await expectRefused(complete('*'), 'PreconditionFailed', 412);
    expect(await text(Bucket, 'k')).toBe('first');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await complete('*');
    expect(await text(Bucket, 'k')).toBe('part');
  });

  check('delete If-Match: refuses another object', async () => {
    const Bucket = await bucket();
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
    await expectRefused(
      s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: '"other"' })),
      'PreconditionFailed',
      412,
    );
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: ETag }));
    expect((await refusal(s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: ETag })))).status).toBe(404);
  });

  check('delete of many: one that is refused is named, the others go', async () => {
    const Bucket = await bucket();
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'a' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'b', Body: 'b' }));
    const answer = await s3.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: {
          Objects: [
            { Key: 'a', ETag },
            { Key: 'b', ETag },
          ],
        },
      }),
    );
    expect(answer.Deleted?.map(({ Key }) => Key)).toEqual(['a']);
    expect(answer.Errors).toMatchObject([{ Key: 'b', Code: 'PreconditionFailed' }]);
    expect(await text(Bucket, 'b')).toBe('b');
  });
}
