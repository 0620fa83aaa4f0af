import { createHash } from 'node:crypto';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { expectRefused, type S3Subject } from './s3-subject.ts';

/** Of the text `123456789`, from the catalogues of these sums. */
const known = {
  CRC32: 'y/Q5Jg==',
  CRC32C: '4waSgw==',
  CRC64NVME: 'rosUhgp5mIg=',
  SHA1: createHash('sha1').update('123456789').digest('base64'),
  SHA256: createHash('sha256').update('123456789').digest('base64'),
} as const;

export function checksums({ s3, bucket, check }: S3Subject): void {
  for (const [algorithm, value] of Object.entries(known)) {
    const member = `Checksum${algorithm}`;
    check(`${algorithm}: kept when right, refused when wrong`, async () => {
      const Bucket = await bucket();
      const put = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: '123456789', [member]: value }));
      expect(put).toMatchObject({ [member]: value, ChecksumType: 'FULL_OBJECT' });
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' }));
      expect(head).toMatchObject({ [member]: value, ChecksumType: 'FULL_OBJECT' });
      expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).not.toHaveProperty(member);
      await expectRefused(
        s3.send(new PutObjectCommand({ Bucket, Key: 'no', Body: '12345678X', [member]: value })),
        'BadDigest',
        400,
      );
      await expectRefused(s3.send(new HeadObjectCommand({ Bucket, Key: 'no' })), 'NotFound', 404);
    });

    check(`${algorithm}: computed when asked, and named by listings`, async () => {
      const Bucket = await bucket();
      const ChecksumAlgorithm = algorithm as keyof typeof known;
      await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: '123456789', ChecksumAlgorithm }));
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' }));
      expect(got).toMatchObject({ [member]: value });
      expect(await got.Body?.transformToString()).toBe('123456789');
      const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
      expect(Contents).toMatchObject([{ ChecksumAlgorithm: [algorithm], ChecksumType: 'FULL_OBJECT' }]);
    });
  }

  check('a wrong Content-MD5 is refused', async () => {
    const Bucket = await bucket();
    const ContentMD5 = createHash('md5').update('other').digest('base64');
    await expectRefused(s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ContentMD5 })), 'BadDigest', 400);
    await expectRefused(
      s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ContentMD5: 'AA==' })),
      'InvalidDigest',
      400,
    );
  });

  check('two checksums at once, and a malformed one, are refused', async () => {
    const Bucket = await bucket();
    const { CRC32, CRC32C } = known;
    await expectRefused(
      s3.send(
        new PutObjectCommand({ Bucket, Key: 'k', Body: '123456789', ChecksumCRC32: CRC32, ChecksumCRC32C: CRC32C }),
      ),
      'InvalidRequest',
      400,
    );
    await expectRefused(
      s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: '123456789', ChecksumCRC32: 'AAAA' })),
      'InvalidRequest',
      400,
    );
  });
}
