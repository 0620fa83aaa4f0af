import { writeSync } from 'node:fs';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { systemClock } from '../../../local/clock.ts';
import { S3Service } from '../../../local/s3/s3-service.ts';
import { accountId, inProcess } from './local-s3.ts';

// Puts objects of up to 300 kB until it is killed; says each key once its put was answered.
const [folder = '', Bucket = ''] = process.argv.slice(2);
const s3 = inProcess(S3Service.open(folder, { clock: systemClock, region: 'eu-central-1', accountId }));
await s3.send(new CreateBucketCommand({ Bucket }));
for (let n = 0; ; n++) {
  const keys = [0, 1, 2].map((i) => `k${n}-${i}`);
  await Promise.all(
    keys.map(async (Key, i) => {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.alloc(((n * 7 + i) % 30) * 10_000 + 1, Key) }));
      writeSync(1, `${Key}\n`);
    }),
  );
}
