import type { Socket } from 'node:net';
import { CopyObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { s3ObjectStore } from '../../../lambdas/adapters/s3/object-store.ts';
import { atOnce } from '../../../lambdas/operations/at-once.ts';
import { type Asked, done, http, LOOPBACK_PEM, refused, scriptedS3 } from './scripted-s3.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const copy = (Key: string) =>
  new CopyObjectCommand({ Bucket: 'bucket', Key, CopySource: 'bucket/source', IfNoneMatch: '*' });
const etagOf = (Key: string) => ({ CopyObjectResult: { ETag: `"${Key}"` } });
const keyOf = ({ path }: Asked): string => path.split('/').at(-1) ?? '';
const answered = (asked: Asked): void => void asked.socket.write(http(200, done(keyOf(asked))));
const closed = (socket: Socket) =>
  socket.closed || new Promise<void>((resolve) => socket.once('close', () => resolve()));

/** The first copy is through the SDK already; `seen` and `sockets` have its. */
async function scripted(...given: Parameters<typeof scriptedS3>) {
  const world = await scriptedS3(...given);
  closing.push(world.close);
  await world.lean.send(copy('first'));
  const ours = () => world.seen.filter(({ headers }) => !headers.has('user-agent'));
  return { ...world, ours };
}

describe('an answer that does not come whole', () => {
  const whole = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n<?xml\r\n`;
  it.each([
    ['reset before the answer', '', true],
    ['ended before the answer', '', false],
    ['ended in the head', 'HTTP/1.1 200 OK\r\nx-amz-', false],
    ['reset in a chunk', whole.slice(0, -3), true],
    ['ended between two chunks', whole, false],
    ['ended in the body', http(200, done('e')).slice(0, -5), false],
  ])('is an error: %s', async (_, bytes, isReset) => {
    const { lean, ours } = await scripted(({ number, socket, ...asked }) => {
      if (number > 1) return answered({ number, socket, ...asked });
      socket.write(bytes, () => (isReset ? socket.resetAndDestroy() : socket.end()));
    });
    await expect(lean.send(copy('a'))).rejects.toMatchObject({ code: 'ECONNRESET' });
    // The next one has a connection of its own.
    expect(await lean.send(copy('b'))).toMatchObject(etagOf('b'));
    expect(new Set(ours().map(({ connection }) => connection)).size).toBe(2);
  });

  it('is an error: 200 and a body that stops where no result ends', async () => {
    const { lean } = await scripted(({ socket }) => socket.write(http(200, done('e').slice(0, -5))));
    await expect(lean.send(copy('a'))).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
  });

  it.each(['', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n \r\n'])(
    'is an error: silence after %j',
    async (bytes) => {
      const { lean, sockets } = await scripted(({ socket }) => socket.write(bytes), { limits: { silenceMs: 50 } });
      await expect(lean.send(copy('a'))).rejects.toMatchObject({ code: 'ETIMEDOUT' });
      await closed(sockets.at(-1)!);
    },
  );

  it('is an error: none of HTTP, more than 64 kB', async () => {
    const { lean } = await scripted((asked) =>
      asked.socket.write(keyOf(asked) === 'a' ? 'hello\r\n\r\n' : http(200, ' '.repeat(65_537))),
    );
    await expect(lean.send(copy('a'))).rejects.toMatchObject({ code: 'EPROTO' });
    await expect(lean.send(copy('b'))).rejects.toMatchObject({ code: 'EPROTO' });
  });
});

describe('connections', () => {
  it('are as many as there are copies at once, and kept', async () => {
    const { lean, ours } = await scripted(answered);
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 5 }, (_, i) => lean.send(copy(`${round}-${i}`))));
    }
    expect(ours()).toHaveLength(15);
    expect(new Set(ours().map(({ connection }) => connection)).size).toBe(5);
  });

  it('that the server closes after an answer are not used again', async () => {
    const { lean, ours } = await scripted((asked) =>
      asked.socket.end(http(200, done(keyOf(asked)), 'connection: close')),
    );
    for (const key of ['a', 'b', 'c']) expect(await lean.send(copy(key))).toMatchObject(etagOf(key));
    expect(new Set(ours().map(({ connection }) => connection)).size).toBe(3);
  });

  it('that the server closed while they were idle are not used again', async () => {
    const { lean, ours, sockets } = await scripted((asked) => {
      answered(asked);
      asked.socket.end();
    });
    for (const key of ['a', 'b']) {
      expect(await lean.send(copy(key))).toMatchObject(etagOf(key));
      await closed(sockets.at(-1)!);
    }
    expect(new Set(ours().map(({ connection }) => connection)).size).toBe(2);
  });

  it('that were idle for long are not used again', async () => {
    let now = Date.now();
    const { lean, ours } = await scripted(answered, { now: () => now });
    for (const wait of [0, 3_000, 4_000]) {
      now += wait;
      await lean.send(copy('a'));
    }
    const [first, second, third] = ours().map(({ connection }) => connection);
    expect([second === first, third === first]).toEqual([true, false]);
  });

  it.each(['in the same packet', 'afterwards'])('with an answer too many, %s: it is nobody’s', async (when) => {
    const other = http(200, done('other'));
    const { lean, sockets } = await scripted((asked) =>
      asked.socket.write(http(200, done(keyOf(asked))) + (when === 'afterwards' ? '' : other)),
    );
    for (const key of ['a', 'b', 'c']) {
      expect(await lean.send(copy(key))).toMatchObject(etagOf(key));
      const socket = sockets.at(-1)!;
      if (when === 'afterwards') socket.write(other);
      // By the client: the server keeps its end open.
      await closed(socket);
    }
  });

  it('100 Continue and white space before the result are no answers', async () => {
    const { lean } = await scripted((asked) => {
      const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
      asked.socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      for (let i = 0; i < 3; i++) asked.socket.write(chunk(' '));
      setTimeout(() => asked.socket.write(`${chunk(done(keyOf(asked)))}0\r\n\r\n`), 5);
    });
    for (const key of ['a', 'b']) expect(await lean.send(copy(key))).toMatchObject(etagOf(key));
  });
});

describe('what the SDK settles', () => {
  it.each([
    [301, 'PermanentRedirect'],
    [307, 'TemporaryRedirect'],
    [400, 'AuthorizationHeaderMalformed'],
    [403, 'RequestTimeTooSkewed'],
  ])('%i %s is asked again by the SDK, which is learned from again', async (status, code) => {
    const { lean, seen } = await scripted((asked) =>
      asked.number === 1 ? void asked.socket.write(http(status, refused(code))) : answered(asked),
    );
    expect(await lean.send(copy('a'))).toMatchObject(etagOf('sdk'));
    expect(await lean.send(copy('b'))).toMatchObject(etagOf('b'));
    expect(seen.map((asked) => [keyOf(asked).split('?')[0], asked.headers.has('user-agent')])).toEqual([
      ['first', true],
      ['a', false],
      ['a', true],
      ['b', false],
    ]);
  });

  it('a clock that is wrong is corrected for the copies after it', async () => {
    const hour = 3_600_000;
    const date = `date: ${new Date(Date.now() + hour).toUTCString()}`;
    const { lean, ours } = await scripted(
      (asked) =>
        asked.number === 1 ? void asked.socket.write(http(403, refused('RequestTimeTooSkewed'))) : answered(asked),
      { throughSdk: ({ number, socket }) => socket.write(http(200, done('sdk'), ...(number > 0 ? [date] : []))) },
    );
    await lean.send(copy('a'));
    await lean.send(copy('b'));
    const [early, late] = ours().map(({ headers }) => {
      const [, y, m, d, h, min, s] = /(....)(..)(..)T(..)(..)(..)Z/.exec(headers.get('x-amz-date') ?? '') ?? [];
      return Date.parse(`${y}-${m}-${d}T${h}:${min}:${s}Z`);
    });
    expect(Math.abs((late ?? 0) - (early ?? 0) - hour)).toBeLessThan(60_000);
  });
});

it('credentials are the provider’s at each copy, and asked for again when they expire', async () => {
  let given = 0;
  const credentials = async () => {
    given++;
    // The SDK renews what expires within five minutes.
    const lasts = given === 1 ? 60_000 : 3_600_000;
    return {
      ...{ accessKeyId: `AKID${given}`, secretAccessKey: `s${given}`, sessionToken: `token${given}` },
      expiration: new Date(Date.now() + lasts),
    };
  };
  const { lean, ours } = await scripted(answered, { config: { credentials } });
  for (const key of ['a', 'b', 'c']) await lean.send(copy(key));
  const used = ours().map(({ headers }) => [
    /Credential=([^/]+)/.exec(headers.get('authorization') ?? '')?.[1],
    headers.get('x-amz-security-token'),
  ]);
  expect(used.at(-1)).toEqual(['AKID2', 'token2']);
  expect(new Set(used.map(String))).toEqual(new Set(['AKID2,token2']));
  expect(given).toBe(2);
});

it('credentials that do not fit into a header are the SDK’s matter: nothing of them is written as a line', async () => {
  let sessionToken = 'token';
  const credentials = async () => ({
    ...{ accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken },
    expiration: new Date(Date.now() + 1_000),
  });
  const { lean, ours, seen } = await scripted(answered, { config: { credentials } });
  sessionToken = 'a\r\nx-more: 1';
  await lean.send(copy('a')).catch(() => {});
  expect(ours()).toEqual([]);
  expect(seen.some(({ headers }) => headers.has('x-more'))).toBe(false);
});

describe('TLS', () => {
  it('trusts what it is told to, and goes on with a session', async () => {
    const { lean, ours, resumed } = await scripted(
      (asked) => asked.socket.end(http(200, done(keyOf(asked)), 'connection: close')),
      { isTls: true, limits: { ca: LOOPBACK_PEM } },
    );
    for (const key of ['a', 'b', 'c']) {
      expect(await lean.send(copy(key))).toMatchObject(etagOf(key));
    }
    expect(ours()).toHaveLength(3);
    expect(resumed).toEqual([false, false, true, true]);
  });

  it('keeps connections, 40 copies at once', async () => {
    const { lean, ours } = await scripted(answered, { isTls: true, limits: { ca: LOOPBACK_PEM } });
    const keys = Array.from({ length: 200 }, (_, i) => `k${i}`);
    const results = await atOnce(40, keys, (key) => lean.send(copy(key)));
    expect(results).toMatchObject(keys.map(etagOf));
    expect(new Set(ours().map(({ connection }) => connection)).size).toBe(40);
  });

  it('sends nothing to a server whose certificate nobody trusts', async () => {
    const { lean, ours } = await scripted(answered, { isTls: true });
    await expect(lean.send(copy('a'))).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(ours()).toEqual([]);
  });

  it('an answer cut by the end of the connection is an error', async () => {
    const { lean } = await scripted(({ socket }) => socket.end(http(200, done('a')).slice(0, -20)), {
      isTls: true,
      limits: { ca: LOOPBACK_PEM },
    });
    await expect(lean.send(copy('a'))).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

/** Equal on every run; each call gives the next number below `below`. */
function sequence(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

it.each([false, true])('amid faults of every kind each copy has its own answer, once (TLS: %s)', async (isTls) => {
  const next = sequence(isTls ? 7 : 11);
  const faults = new Map<string, number>();
  const script = (asked: Asked): void => {
    const { socket } = asked;
    const good = http(200, done(keyOf(asked)));
    const chunked = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n \r\n${done(keyOf(asked)).length.toString(16)}\r\n${done(keyOf(asked))}\r\n0\r\n\r\n`;
    const inPieces = (text: string) => {
      for (const [piece] of text.matchAll(/[\s\S]{1,40}/g)) socket.write(piece);
    };
    const ways: readonly [string, () => void][] = [
      ['reset', () => socket.destroy()],
      ['half', () => socket.end(good.slice(0, next(good.length)))],
      ['half chunked', () => socket.end(chunked.slice(0, next(chunked.length)))],
      ['slow down', () => socket.write(http(503, refused('SlowDown')))],
      ['error inside', () => socket.write(http(200, refused('InternalError')))],
      ['close', () => socket.end(http(200, done(keyOf(asked)), 'connection: close'))],
      ['too many', () => socket.write(good + http(200, done('other')))],
      ['pieces', () => inPieces(chunked)],
      ['garbage', () => socket.write('\0\0\0')],
      ['good', () => socket.write(good)],
      ['later', () => setTimeout(() => socket.write(good), next(5))],
    ];
    const [name, act] = ways[next(ways.length)]!;
    faults.set(name, (faults.get(name) ?? 0) + 1);
    act();
  };
  const { lean } = await scripted(script, { isTls, limits: { ca: LOOPBACK_PEM } });
  const clock = { now: Date.now, sleep: async () => {} };
  const ids = { unique: () => 'unique', random: () => 0 };
  const objects = s3ObjectStore({ s3: lean as unknown as S3Client, clock, ids });
  const keys = Array.from({ length: 150 }, (_, i) => `k${i}`);
  const answers = new Map<string, string[]>();
  await atOnce(16, keys, async (key) => {
    const request = { sourceBucket: 'bucket', sourceKey: 'source', sourceEtag: 'e', size: 1, bucket: 'bucket', key };
    const again = async (): ReturnType<typeof objects.copy> => objects.copy({ ...request, metadata: {} }).catch(again);
    const outcome = await again();
    answers.set(key, [...(answers.get(key) ?? []), outcome.decision === 'COPIED' ? outcome.etag : outcome.decision]);
  });
  expect([...answers].filter(([key, etags]) => etags.length !== 1 || etags[0] !== key)).toEqual([]);
  expect(answers.size).toBe(keys.length);
  expect(faults.size).toBe(11);
});
