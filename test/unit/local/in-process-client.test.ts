import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { InProcessClient } from '../../../local/in-process-client.ts';
import { ServiceError } from '../../../local/service.ts';

describe('InProcessClient', () => {
  it('calls the operation of a command, by its model or its name', async () => {
    const calls: unknown[] = [];
    const client = new InProcessClient(async (operation, input) => {
      calls.push([operation, input]);
      return { answer: 1 };
    });
    class FancyThingCommand {
      readonly input = { a: 1 };
    }
    expect(await client.send(new FancyThingCommand())).toMatchObject({ answer: 1, $metadata: { httpStatusCode: 200 } });
    await client.send(new PutObjectCommand({ Bucket: 'b', Key: 'k' }));
    expect(calls).toEqual([
      ['FancyThing', { a: 1 }],
      ['PutObject', { Bucket: 'b', Key: 'k' }],
    ]);
  });

  it("throws a service's error as the SDK does", async () => {
    const client = new InProcessClient(async () => {
      throw new ServiceError('Conflict', 'no', 409, { Item: { a: 1 }, name: 'other' });
    });
    await expect(client.send({ input: {} })).rejects.toMatchObject({
      name: 'Conflict',
      message: 'no',
      $fault: 'client',
      $metadata: { httpStatusCode: 409 },
      Item: { a: 1 },
    });
  });

  it('stops waiting when its caller aborts', async () => {
    const client = new InProcessClient(() => new Promise(() => {}));
    const abort = new AbortController();
    const sent = client.send({ input: {} }, { abortSignal: abort.signal });
    abort.abort();
    await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
    await expect(client.send({ input: {} }, { abortSignal: abort.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
