import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../local/service.ts';
import { FaultBench, INPUT } from '../support/fault-bench.ts';
import { seededIds } from '../support/holdfast-cloud.ts';

const RATE = 0.3;
const SERVICES = {
  dynamodb: () => new ServiceError('ThrottlingException', 'Throughput exceeds the current capacity', 400),
  s3: () => new ServiceError('SlowDown', 'Please reduce your request rate.', 503),
};

describe('throttled at 30 %', () => {
  let bench: FaultBench;

  beforeAll(async () => {
    bench = await FaultBench.create();
  });
  beforeEach(() => bench.reset());

  const cases = (['dynamodb', 's3'] as const).flatMap((service) => [1, 2, 3].map((seed) => [service, seed] as const));
  it.each(cases)('%s, seed %i: the backup finishes with at most 1.5 requests a needed one', async (service, seed) => {
    const { random } = seededIds(seed * 7919);
    let asked = 0;
    let refused = 0;
    bench.at(
      service,
      (call) => call.service === service && bench.stepOf(call) !== undefined,
      async (call, next) => {
        asked++;
        if (random() >= RATE) return next(call);
        refused++;
        throw SERVICES[service]();
      },
    );
    // Several sessions, so that the ratio says something.
    for (let n = 0; n < 6; n++) expect(await bench.backUp()).toMatchObject({ status: 'SUCCEEDED', cause: undefined });
    bench.check();
    expect(refused / asked).toBeGreaterThan(RATE - 0.1);
    expect(asked / (asked - refused)).toBeLessThanOrEqual(1.5);
    await bench.expectSound();
    expect(await bench.backUp(INPUT)).toMatchObject({ status: 'SUCCEEDED' });
  });
});
