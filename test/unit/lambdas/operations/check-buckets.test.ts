import { describe, expect, it } from 'vitest';
import { checkBuckets } from '../../../../lambdas/operations/check-buckets.ts';
import { refuseFutureSchedule } from '../../../../lambdas/operations/refuse-future-schedule.ts';

const HERE = 'eu-central-1';
const places = { root: 's3://backups/prod', source: 's3://hbase/root', wals: 's3://logs/wal-dir' };
/** Regions of the buckets that are there. */
const check = (regions: Readonly<Record<string, string>>, more: object = {}) =>
  checkBuckets({ bucketRegion: async (bucket) => regions[bucket] }, { ...places, ...more }, HERE);
const all = { backups: HERE, hbase: HERE, logs: HERE };

describe('the buckets of a backup', () => {
  it('are there and in the Region of the stack', async () => {
    await check(all);
    await check({ backups: HERE, hbase: HERE }, { wals: undefined });
  });

  it.each([
    ['backups', 'DestinationRefused', /no bucket backups/],
    ['hbase', 'SourceNotFound', /no bucket hbase/],
    ['logs', 'SourceNotFound', /no bucket logs/],
  ])('%s is not there', async (bucket, name, message) => {
    const { [bucket as keyof typeof all]: _gone, ...others } = all;
    await expect(check(others)).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });

  it.each(Object.keys(all))('%s is elsewhere', async (bucket) => {
    const elsewhere = check({ ...all, [bucket]: 'us-west-2' });
    await expect(elsewhere).rejects.toMatchObject({ name: 'DestinationRefused', evidence: { bucket } });
  });
});

describe('the time of a scheduled start', () => {
  const now = Date.UTC(2026, 10, 24, 1);
  const at = (time: string) => () => refuseFutureSchedule({ schedule: { arn: 'arn', time } }, now);

  it('is over, or as good as over', () => {
    expect(at('2026-11-24T00:59:00Z')).not.toThrow();
    expect(at('2026-11-24T01:04:59Z')).not.toThrow();
    expect(() => refuseFutureSchedule({}, now)).not.toThrow();
  });

  it('is not to come: the start that will be due then would be taken for a second delivery', () => {
    expect(at('2026-11-24T01:06:00Z')).toThrow(/schedule\.time: 2026-11-24T01:06:00Z is still to come/);
    expect(at('soon')).toThrow(/schedule\.time: "soon" is no time/);
  });
});
