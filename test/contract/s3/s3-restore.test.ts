import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../local/clock.ts';
import { S3Service } from '../../../local/s3/s3-service.ts';
import { accountId, inProcess } from './local-s3.ts';

const open = (folder: string) => S3Service.open(folder, { clock: systemClock, region: 'eu-central-1', accountId });
const Bucket = 'holdfast-check';

describe('embedded S3 in a folder', () => {
  let folder: string;
  let child: ChildProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-s3-'));
  });
  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** Runs the writer until it has answered `answers` puts, then kills it in the middle of the next ones. */
  async function killedWriter(answers: number): Promise<string[]> {
    const writer = fileURLToPath(new URL('put-forever.ts', import.meta.url));
    const running = spawn(process.execPath, [writer, folder, Bucket], { stdio: ['ignore', 'pipe', 'inherit'] });
    child = running;
    const exited = new Promise((resolve) => running.once('exit', resolve));
    let heard = '';
    for await (const chunk of running.stdout) {
      heard += chunk;
      if (heard.split('\n').length > answers) running.kill('SIGKILL');
    }
    await exited;
    expect(running.signalCode).toBe('SIGKILL');
    // The last line may be cut.
    return heard.split('\n').slice(0, -1);
  }

  it('killed amid puts, has every answered object, whole, and nothing torn', async () => {
    const answered = await killedWriter(40);
    expect(answered.length).toBeGreaterThanOrEqual(40);
    const s3 = inProcess(open(folder));
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    const found = new Set(Contents.map(({ Key }) => Key));
    expect(answered.filter((key) => !found.has(key))).toEqual([]);
    for (const { Key, Size, ETag } of Contents) {
      const bytes = await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToByteArray();
      expect(bytes.length).toBe(Size);
      expect(`"${createHash('md5').update(bytes).digest('hex')}"`).toBe(ETag);
    }
    const blobs = readdirSync(join(folder, 'blobs'), { recursive: true, withFileTypes: true }).filter((e) =>
      e.isFile(),
    );
    expect(blobs.length).toBe(Contents.length);
  });

  it('a record cut by the kill is left out, and what follows is kept', async () => {
    const before = inProcess(open(folder));
    await before.send(new CreateBucketCommand({ Bucket }));
    await before.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'a' }));
    appendFileSync(join(folder, 'journal'), '0123456789abcdef {"do":"drop-bucket","buck');
    const s3 = inProcess(open(folder));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'b', Body: 'b' }));
    const again = inProcess(open(folder));
    const { Contents = [] } = await again.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents.map(({ Key }) => Key)).toEqual(['a', 'b']);
  });

  it('versions, markers and unfinished uploads come back', async () => {
    const before = inProcess(open(folder));
    await before.send(new CreateBucketCommand({ Bucket }));
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await before.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    for (const Body of ['one', 'two']) await before.send(new PutObjectCommand({ Bucket, Key: 'k', Body }));
    await before.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    const { UploadId } = await before.send(new CreateMultipartUploadCommand({ Bucket, Key: 'm' }));
    const part = { Bucket, Key: 'm', UploadId, PartNumber: 1 };
    const { ETag } = await before.send(new UploadPartCommand({ ...part, Body: 'part' }));
    const listed = await before.send(new ListObjectVersionsCommand({ Bucket }));
    const s3 = inProcess(open(folder));
    const { $metadata: _, ...now } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    expect(listed).toMatchObject(now);
    expect(now.Versions?.length).toBe(2);
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'm', UploadId, MultipartUpload }));
    expect(await (await s3.send(new GetObjectCommand({ Bucket, Key: 'm' }))).Body?.transformToString()).toBe('part');
  });
});
