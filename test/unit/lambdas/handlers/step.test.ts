import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { OutOfTime } from '../../../../core/errors/platform-errors.ts';
import type { Clients } from '../../../../lambdas/adapters/clients.ts';
import { CONTRACT, defineContract } from '../../../../lambdas/contracts/step-contract.ts';
import { defineStep } from '../../../../lambdas/handlers/step.ts';
import { type StepLog, stepHandler } from '../../../../lambdas/handlers/step-handler.ts';

const contract = defineContract({
  name: 'CountFiles',
  environment: z.object({ WORK_BUCKET: z.string() }),
  input: z.object({ contract: z.number(), root: z.string().startsWith('s3://') }),
  output: z.object({ files: z.number() }),
});

let now = 1_000_000;
const answers: ((value: unknown) => void)[] = [];
const clients = {
  s3: { send: () => new Promise((resolve) => answers.push(resolve)) },
  dynamodb: { send: async () => ({}) },
  sfn: { send: async () => ({}) },
  clock: { now: () => now, sleep: async () => {} },
  ids: { unique: () => 'x', random: () => 0 },
} as unknown as Clients;

const logged: string[] = [];
const log: StepLog = { info: (message) => void logged.push(message), error: (message) => void logged.push(message) };
const context = (milliseconds: number) => ({ awsRequestId: 'r', getRemainingTimeInMillis: () => milliseconds });
const input = { contract: CONTRACT, root: 's3://backups/prod' };

function handlerOf(operation: (clients: Clients, stopAt: number) => Promise<{ files: number }>) {
  const step = defineStep(
    contract,
    (_environment, given) =>
      (_input, { stopAt }) =>
        operation(given, stopAt),
  );
  return stepHandler(step, { WORK_BUCKET: 'work' }, clients, log);
}

describe('a step', () => {
  const one = handlerOf(async () => ({ files: 1 }));

  it.each([
    [{ contract: CONTRACT + 1 }],
    [{ contract: undefined }],
    [{ contract: undefined, BatchInput: { contract: 0 } }],
  ])('that is called with the contract of %j ends DeployedMidRun', async (change) => {
    await expect(one({ ...input, ...change }, context(1))).rejects.toMatchObject({
      name: 'DeployedMidRun',
      message: expect.stringContaining('CountFiles'),
    });
  });

  it('names the field that is wrong', async () => {
    await expect(one({ ...input, root: 7 }, context(1))).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining('CountFiles: root:'),
    });
    expect(await one(input, context(1))).toEqual({ files: 1 });
  });

  it('misses a variable before it works, not while', () => {
    const step = defineStep(contract, () => async () => ({ files: 1 }));
    expect(() => step.create({}, clients)).toThrow(/WORK_BUCKET/);
  });

  it.each([
    ['of the domain', () => new OutOfTime('m'.repeat(400_000), 'h'.repeat(400_000))],
    ['of anybody', () => new TypeError('m'.repeat(400_000))],
  ])('answers with an error %s that fits an execution', async (_, make) => {
    const failing = handlerOf(async () => {
      throw make();
    });
    const error = (await failing(input, context(1)).catch((thrown: unknown) => thrown)) as Error;
    const answer = JSON.stringify({ errorType: error.name, errorMessage: error.message, trace: error.stack });
    expect(answer.length).toBeLessThan(17 * 1024);
    expect(error.message.startsWith('mmm')).toBe(true);
  });

  it('says what to run in the last line of its message', async () => {
    const failing = handlerOf(async () => {
      throw new OutOfTime('not done', 'it goes on by itself');
    });
    await expect(failing(input, context(1))).rejects.toMatchObject({ message: 'not done\nit goes on by itself' });
    expect(logged).toContain('CountFiles failed');
  });

  it('starts nothing new a minute before its deadline, or after half of a short life', async () => {
    const stops: number[] = [];
    const noting = handlerOf(async (_clients, stopAt) => {
      stops.push(stopAt - now);
      return { files: 0 };
    });
    for (const remaining of [900_000, 120_000, 10_000]) await noting(input, context(remaining));
    expect(stops).toEqual([840_000, 60_000, 5_000]);
  });

  it.each(['returns', 'throws'])(
    'that %s does so only after every request that it started has settled',
    async (how) => {
      const careless = handlerOf(async ({ s3 }) => {
        void (s3.send as (command: object) => Promise<unknown>)({});
        if (how === 'throws') throw new OutOfTime('gave up', '');
        return { files: 0 };
      });
      let isOver = false;
      const ended = careless(input, context(900_000))
        .catch(() => {})
        .then(() => {
          isOver = true;
        });
      await new Promise((resolve) => setImmediate(resolve));
      expect(isOver).toBe(false);
      now += 1;
      answers.pop()?.({});
      await ended;
      expect(isOver).toBe(true);
    },
  );
});
