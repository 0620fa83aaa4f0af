import { beforeEach, expect, it } from 'vitest';
import { LogDirectoryNotFound, LogUnreadable } from '../../../../../core/errors/log-errors.ts';
import { logStreams } from '../../../../../core/plan/logs/log-streams.ts';
import { parseS3Uri } from '../../../../../core/s3-uri.ts';
import { s3Logs } from '../../../../../lambdas/adapters/hbase/log-listing.ts';
import { s3ObjectStore } from '../../../../../lambdas/adapters/s3/object-store.ts';
import type { Logs } from '../../../../../lambdas/ports/logs.ts';
import { Bucket } from '../../../../support/bucket.ts';
import { fixture } from '../../../../support/fixture.ts';
import { World } from '../../../../support/world.ts';

const wals = parseS3Uri('s3://source/hbase', 'wals');
let bucket: Bucket;
let logs: Logs;

beforeEach(async () => {
  const world = await World.create({ roots: [], sources: [wals.uri] });
  bucket = new Bucket(world, wals.bucket);
  logs = s3Logs(s3ObjectStore(world.clients));
});

it('lists the logs of region servers as a real HBase leaves them, and none of masters and of hbase:meta', async () => {
  const chain = fixture('chain');
  const lying = [...chain].filter(([path]) => /^hbase\/(old)?WALs\//.test(path));
  for (const [path, bytes] of lying) await bucket.put(path, bytes);
  await bucket.put('hbase/WALs/localhost,39149,1795452680664/', '');
  await bucket.put('hbase/oldWALs_$folder$', '');
  const streams = logStreams(await logs.list(wals));
  const found = streams.flatMap((stream) => stream.logs.map(({ path, sizeBytes }) => `${path} ${sizeBytes}`));
  const expected = lying.filter(([path]) => !path.includes('.meta.'));
  expect(found.sort()).toEqual(
    expected.map(([path, bytes]) => `${path.slice('hbase/'.length)} ${bytes.length}`).sort(),
  );
  expect(streams.map(({ isServing }) => isServing).sort()).toEqual([false, true]);
});

it('is never empty without saying so', async () => {
  await bucket.put('hbase/data/default/t/x', '');
  await expect(logs.list(wals)).rejects.toThrow(LogDirectoryNotFound);
});

it('passes over nothing that it does not know', async () => {
  await bucket.put('hbase/oldWALs/strange.log', '');
  await expect(logs.list(wals)).rejects.toThrow(LogUnreadable);
});
