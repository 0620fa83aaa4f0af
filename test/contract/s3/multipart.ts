import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { copySource } from './copies.ts';
import { expectRefused, refusal, type S3Subject } from './s3-subject.ts';

const MiB = 1024 * 1024;
const five = Buffer.alloc(5 * MiB, 'five');
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest();

export function multipart({ s3, bucket, check }: S3Subject): void {
  const create = async (Bucket: string, Key: string, more: object = {}) =>
    (await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId!;
  const part = async (
    Bucket: string,
    Key: string,
    UploadId: string,
    PartNumber: number,
    Body: Uint8Array | string,
    more: object = {},
  ) => {
    const {
      $metadata: _,
      ServerSideEncryption: __,
      ...answer
    } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...more }));
    return { PartNumber, ...answer } as CompletedPart;
  };
  const complete = (Bucket: string, Key: string, UploadId: string, Parts: CompletedPart[], more: object = {}) =>
    s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }));

  check('parts become one object, whole and with a multipart ETag; then the upload is gone', async () => {
    const Bucket = await bucket();
    const UploadId = await create(Bucket, 'k', { ContentType: 'text/plain', Metadata: { a: '1' } });
    const parts = [await part(Bucket, 'k', UploadId, 1, five), await part(Bucket, 'k', UploadId, 7, 'end')];
    await expectRefused(s3.send(new HeadObjectCommand({ Bucket, Key: 'k' })), 'NotFound', 404);
    const { ETag } = await complete(Bucket, 'k', UploadId, parts);
    expect(ETag).toBe(
      `"${createHash('md5')
        .update(Buffer.concat([md5(five), md5(Buffer.from('end'))]))
        .digest('hex')}-2"`,
    );
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'k', Range: `bytes=${5 * MiB - 4}-` }));
    expect(await got.Body?.transformToString()).toBe('fiveend');
    expect(got).toMatchObject({ ContentType: 'text/plain', Metadata: { a: '1' } });
    await expectRefused(s3.send(new ListPartsCommand({ Bucket, Key: 'k', UploadId })), 'NoSuchUpload', 404);
    await expectRefused(complete(Bucket, 'k', UploadId, parts), 'NoSuchUpload', 404);
    await expectRefused(part(Bucket, 'k', UploadId, 2, 'late'), 'NoSuchUpload', 404);
  });

  check('a part sent again replaces itself; what is not listed is left out', async () => {
    const Bucket = await bucket();
    const UploadId = await create(Bucket, 'k');
    const first = await part(Bucket, 'k', UploadId, 1, 'first');
    const again = await part(Bucket, 'k', UploadId, 1, 'again');
    await part(Bucket, 'k', UploadId, 2, 'not listed');
    await expectRefused(complete(Bucket, 'k', UploadId, [first]), 'InvalidPart', 400);
    await complete(Bucket, 'k', UploadId, [again]);
    expect(await (await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }))).Body?.transformToString()).toBe('again');
  });

  check('wrong order, small parts, unknown parts, no parts are refused', async () => {
    const Bucket = await bucket();
    const UploadId = await create(Bucket, 'k');
    const one = await part(Bucket, 'k', UploadId, 1, 'small');
    const two = await part(Bucket, 'k', UploadId, 2, 'last');
    await expectRefused(complete(Bucket, 'k', UploadId, [two, one]), 'InvalidPartOrder', 400);
    await expectRefused(complete(Bucket, 'k', UploadId, [one, two]), 'EntityTooSmall', 400);
    await expectRefused(complete(Bucket, 'k', UploadId, [{ ...one, PartNumber: 3 }]), 'InvalidPart', 400);
    await expectRefused(complete(Bucket, 'k', UploadId, []), 'MalformedXML', 400);
    await expectRefused(part(Bucket, 'k', UploadId, 10_001, 'x'), 'InvalidArgument', 400);
  });

  check('Create, UploadPart and UploadPartCopy take no If-None-Match', async () => {
    const Bucket = await bucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 's', Body: 'x' }));
    const UploadId = await create(Bucket, 'k');
    const condition = { args: { IfNoneMatch: '*' } };
    const withHeader = <C extends { input: object; middlewareStack: unknown }>(command: C): C => {
      Object.assign(command.input, condition.args);
      const stack = command.middlewareStack as { add(middleware: unknown, options: object): void };
      stack.add(
        (next: (args: unknown) => unknown) => (args: { request: { headers: Record<string, string> } }) => {
          args.request.headers['if-none-match'] = '*';
          return next(args);
        },
        { step: 'build', name: 'condition' },
      );
      return command;
    };
    for (const command of [
      new CreateMultipartUploadCommand({ Bucket, Key: 'k' }),
      new UploadPartCommand({ Bucket, Key: 'k', UploadId, PartNumber: 1, Body: 'x' }),
      new UploadPartCopyCommand({ Bucket, Key: 'k', UploadId, PartNumber: 1, CopySource: `${Bucket}/s` }),
    ]) {
      await expectRefused(s3.send(withHeader(command) as CreateMultipartUploadCommand), 'NotImplemented', 501);
    }
  });

  check('UploadPartCopy: ranges and CopySourceIfMatch', async () => {
    const Bucket = await bucket();
    const { ETag: sourceETag } = await s3.send(new PutObjectCommand({ Bucket, Key: 's', Body: '0123456789' }));
    const UploadId = await create(Bucket, 'k');
    const copy = (more: object) =>
      s3.send(
        new UploadPartCopyCommand({
          Bucket,
          Key: 'k',
          UploadId,
          PartNumber: 1,
          CopySource: copySource(Bucket, 's'),
          ...more,
        }),
      );
    await expectRefused(copy({ CopySourceIfMatch: '"other"' }), 'PreconditionFailed', 412);
    await expectRefused(copy({ CopySourceRange: 'bytes=5-10' }), 'InvalidArgument', 400);
    await expectRefused(copy({ CopySourceRange: 'bytes=5-' }), 'InvalidArgument', 400);
    const { CopyPartResult } = await copy({ CopySourceRange: 'bytes=2-5', CopySourceIfMatch: sourceETag });
    expect(CopyPartResult?.ETag).toBe(`"${md5(Buffer.from('2345')).toString('hex')}"`);
    await complete(Bucket, 'k', UploadId, [{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
    expect(await (await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }))).Body?.transformToString()).toBe('2345');
  });

  check('FULL_OBJECT: the checksum of the parts is that of the whole', async () => {
    const Bucket = await bucket();
    for (const ChecksumAlgorithm of ['CRC64NVME', 'CRC32', 'CRC32C'] as const) {
      const member = `Checksum${ChecksumAlgorithm}`;
      const whole = await s3.send(
        new PutObjectCommand({
          Bucket,
          Key: 'whole',
          Body: Buffer.concat([five, Buffer.from('end')]),
          ChecksumAlgorithm,
        }),
      );
      const value = (whole as unknown as Record<string, string>)[member];
      const UploadId = await create(Bucket, 'k', { ChecksumAlgorithm, ChecksumType: 'FULL_OBJECT' });
      const parts = [
        await part(Bucket, 'k', UploadId, 1, five, { ChecksumAlgorithm }),
        await part(Bucket, 'k', UploadId, 2, 'end', { ChecksumAlgorithm }),
      ];
      await expectRefused(
        complete(Bucket, 'k', UploadId, parts, {
          [member]: (parts[0] as Record<string, unknown>)[member],
          ChecksumType: 'FULL_OBJECT',
        }),
        'BadDigest',
        400,
      );
      const done = await complete(Bucket, 'k', UploadId, parts, { [member]: value, ChecksumType: 'FULL_OBJECT' });
      expect(done).toMatchObject({ [member]: value, ChecksumType: 'FULL_OBJECT' });
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' }));
      expect(head).toMatchObject({ [member]: value, ChecksumType: 'FULL_OBJECT' });
    }
  });

  check('COMPOSITE: the checksum of the checksums, and Complete must name them', async () => {
    const Bucket = await bucket();
    const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
    const value = `${sha(Buffer.concat([sha(five), sha(Buffer.from('end'))])).toString('base64')}-2`;
    const UploadId = await create(Bucket, 'k', { ChecksumAlgorithm: 'SHA256' });
    const more = { ChecksumAlgorithm: 'SHA256' };
    const parts = [await part(Bucket, 'k', UploadId, 1, five, more), await part(Bucket, 'k', UploadId, 2, 'end', more)];
    const bare = parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
    await expectRefused(complete(Bucket, 'k', UploadId, bare), 'InvalidRequest', 400);
    expect(await complete(Bucket, 'k', UploadId, parts)).toMatchObject({
      ChecksumSHA256: value,
      ChecksumType: 'COMPOSITE',
    });
    const attributes = await s3.send(
      new GetObjectAttributesCommand({ Bucket, Key: 'k', ObjectAttributes: ['Checksum', 'ObjectParts'] }),
    );
    expect(attributes.Checksum).toMatchObject({ ChecksumSHA256: value.slice(0, -2), ChecksumType: 'COMPOSITE' });
    expect(attributes.ObjectParts).toMatchObject({ TotalPartsCount: 2, Parts: [{ Size: 5 * MiB }, { Size: 3 }] });
    const { CopyObjectResult } = await s3.send(
      new CopyObjectCommand({ Bucket, Key: 'c', CopySource: copySource(Bucket, 'k') }),
    );
    expect(CopyObjectResult?.ETag).toBe(`"${md5(Buffer.concat([five, Buffer.from('end')])).toString('hex')}"`);
  });

  check('checksum kinds that do not go together are refused', async () => {
    const Bucket = await bucket();
    await expectRefused(
      create(Bucket, 'k', { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' }),
      'InvalidRequest',
      400,
    );
    await expectRefused(
      create(Bucket, 'k', { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' }),
      'InvalidRequest',
      400,
    );
    const UploadId = await create(Bucket, 'k', { ChecksumAlgorithm: 'CRC64NVME' });
    await expectRefused(part(Bucket, 'k', UploadId, 1, 'x', { ChecksumAlgorithm: 'SHA256' }), 'InvalidRequest', 400);
    await expectRefused(part(Bucket, 'k', UploadId, 1, 'x', { ChecksumCRC64NVME: 'AAAAAAAAAAA=' }), 'BadDigest', 400);
  });

  check('an aborted upload is gone, and lists as before', async () => {
    const Bucket = await bucket();
    const UploadId = await create(Bucket, 'k');
    await part(Bucket, 'k', UploadId, 1, 'x');
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'k', UploadId }));
    expect((await refusal(s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'k', UploadId })))).name).toBe(
      'NoSuchUpload',
    );
    expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined();
  });

  check('ListParts pages by number', async () => {
    const Bucket = await bucket();
    const UploadId = await create(Bucket, 'k');
    for (const number of [3, 1, 2]) await part(Bucket, 'k', UploadId, number, `${number}`);
    const page = await s3.send(new ListPartsCommand({ Bucket, Key: 'k', UploadId, MaxParts: 2 }));
    expect(page.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(page.IsTruncated).toBe(true);
    const last = await s3.send(
      new ListPartsCommand({ Bucket, Key: 'k', UploadId, MaxParts: 2, PartNumberMarker: page.NextPartNumberMarker }),
    );
    expect(last.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([3]);
    expect(last.IsTruncated).toBe(false);
  });

  check('ListMultipartUploads pages by key and upload', async () => {
    const Bucket = await bucket();
    const made: string[] = [];
    for (const Key of ['p/b', 'p/a', 'p/a', 'q']) made.push(`${Key} ${await create(Bucket, Key)}`);
    const seen: string[] = [];
    for (let markers = {}, pages = 0; pages < 10; pages++) {
      const page = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'p/', MaxUploads: 1, ...markers }));
      seen.push(...(page.Uploads ?? []).map(({ Key, UploadId }) => `${Key} ${UploadId}`));
      if (!page.IsTruncated) break;
      markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    }
    expect(seen.map((upload) => upload.slice(0, 3))).toEqual(['p/a', 'p/a', 'p/b']);
    expect(new Set(seen)).toEqual(new Set(made.slice(0, 3)));
  });
}
