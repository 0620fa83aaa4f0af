import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpS3 } from '../contract/s3/local-s3.ts';
import { type S3UnderTest, s3Conformance } from '../contract/s3/s3-conformance.ts';
import { ministackDeviations } from './ministack-s3-deviations.ts';
import { versitygwDeviations } from './versitygw-s3-deviations.ts';

const run = promisify(execFile);
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secretsecret' };

/** What an environment variable names; a missing one fails the run that asked for it. */
function needed(variable: string, what: string): string {
  const value = process.env[variable];
  if (value) return value;
  throw new Error(`${variable} is not set: it must name ${what}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function outside(endpoint: string, accountId: string, stop: () => Promise<void>): Promise<S3UnderTest> {
  const s3 = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true, maxAttempts: 1 });
  for (let attempt = 0; ; attempt++) {
    try {
      await s3.send(new ListBucketsCommand({}));
      return { s3, accountId, close: stop };
    } catch (error) {
      if (attempt === 60) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

async function versitygw(): Promise<S3UnderTest> {
  const binary = needed('HOLDFAST_VERSITYGW', 'the versitygw binary (github.com/versity/versitygw, 1.8.0)');
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-versitygw-'));
  const versions = mkdtempSync(join(tmpdir(), 'holdfast-versitygw-versions-'));
  const port = await freePort();
  const { accessKeyId, secretAccessKey } = credentials;
  const options = ['--access', accessKeyId, '--secret', secretAccessKey, '--port', `127.0.0.1:${port}`];
  const gateway = spawn(binary, [...options, 'posix', '--versioning-dir', versions, folder], { stdio: 'ignore' });
  const exited = new Promise((resolve) => gateway.once('exit', resolve));
  return outside(`http://127.0.0.1:${port}`, accessKeyId, async () => {
    gateway.kill();
    await exited;
    for (const made of [folder, versions]) rmSync(made, { recursive: true });
  });
}

const ministack = (): Promise<S3UnderTest> =>
  outside(needed('HOLDFAST_MINISTACK', 'the URL of a running MiniStack (1.5.33)'), '000000000000', async () => {});

// A deviation that is gone fails the run, so that it leaves its list.
describe('versitygw 1.8.0', () => s3Conformance(versitygw, { deviations: versitygwDeviations }));

describe('MiniStack 1.5.33', () => s3Conformance(ministack, { deviations: ministackDeviations }));

describe('clients of others against the embedded S3', () => {
  let server: Awaited<ReturnType<typeof httpS3>>;
  let folder: string;
  beforeAll(async () => {
    server = await httpS3();
    folder = mkdtempSync(join(tmpdir(), 'holdfast-clients-'));
    writeFileSync(join(folder, 'small ü+%2C.txt'), 'small');
    writeFileSync(join(folder, 'large.bin'), Buffer.alloc(20 * 1024 * 1024, 'large'));
  });
  afterAll(async () => {
    await server?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  const environment = () => {
    // rclone refuses to start beside this variable, and plain HTTP needs no certificates.
    const { AWS_CA_BUNDLE: _, ...rest } = process.env;
    return {
      ...rest,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL: server.endpoint,
      HOME: folder,
    };
  };
  const assertCameBack = (copy: string) => {
    for (const name of ['small ü+%2C.txt', 'large.bin']) {
      expect(readFileSync(join(copy, name)).equals(readFileSync(join(folder, name)))).toBe(true);
    }
  };

  it('aws cli: sync there, bucket to bucket, and back; remove', async () => {
    const cli = needed('HOLDFAST_AWS_CLI', 'the aws command (AWS CLI 1.40 or newer)');
    const aws = (...args: string[]) => run(cli, args, { env: environment(), cwd: folder });
    const names = ['--exclude', '*', '--include', '*.txt', '--include', '*.bin'];
    for (const bucket of ['cli-one', 'cli-two']) await aws('s3', 'mb', `s3://${bucket}`);
    await aws('s3', 'sync', folder, 's3://cli-one/a b', ...names);
    await aws('s3', 'sync', 's3://cli-one', 's3://cli-two');
    const back = join(folder, 'cli-back');
    await aws('s3', 'sync', 's3://cli-two/a b', back);
    assertCameBack(back);
    await aws('s3', 'rb', '--force', 's3://cli-two');
    expect((await aws('s3', 'ls')).stdout).not.toContain('cli-two');
  });

  it('rclone: copy there, bucket to bucket, and back; check; purge', async () => {
    const binary = needed('HOLDFAST_RCLONE', 'the rclone binary (1.70 or newer)');
    const remote = `:s3,provider=Other,env_auth,region=eu-central-1,endpoint='${server.endpoint}',chunk_size=5Mi,upload_cutoff=5Mi,copy_cutoff=5Mi`;
    const rclone = (...args: string[]) => run(binary, args, { env: environment(), cwd: folder });
    const names = ['--include', '/*.txt', '--include', '/*.bin'];
    await rclone('copy', folder, `${remote}:rclone-one/a b`, ...names);
    await rclone('copy', `${remote}:rclone-one`, `${remote}:rclone-two`);
    const back = join(folder, 'rclone-back');
    await rclone('copy', `${remote}:rclone-two/a b`, back);
    assertCameBack(back);
    await rclone('check', back, `${remote}:rclone-two/a b`, '--download');
    await rclone('purge', `${remote}:rclone-two`);
    expect((await rclone('lsd', `${remote}:`)).stdout).not.toContain('rclone-two');
  });

  it('mc: mirror there and back', async () => {
    const binary = needed('HOLDFAST_MC', 'the MinIO client mc');
    const { accessKeyId, secretAccessKey } = credentials;
    const mc = (...args: string[]) =>
      run(binary, ['--config-dir', join(folder, '.mc'), ...args], { env: environment() });
    await mc('alias', 'set', 'here', server.endpoint, accessKeyId, secretAccessKey);
    await mc('mb', 'here/mc-one');
    for (const name of ['small ü+%2C.txt', 'large.bin']) await mc('cp', join(folder, name), 'here/mc-one/a b/');
    const back = join(folder, 'mc-back');
    await mc('mirror', 'here/mc-one/a b', back);
    assertCameBack(back);
  });
});
