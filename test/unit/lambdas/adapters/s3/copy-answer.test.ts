import { request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answer, AnswerReader } from '../../../../../lambdas/adapters/s3/copy-answer.ts';

interface Read {
  readonly answer: Answer | undefined;
  readonly isReusable: boolean;
}

/** Reads the pieces of an answer until it is whole. */
function read(pieces: Iterable<Buffer>): Read {
  const reader = new AnswerReader();
  for (const piece of pieces) {
    const answer = reader.read(piece);
    if (answer) return { answer, isReusable: reader.isReusable };
  }
  return { answer: undefined, isReusable: reader.isReusable };
}

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const inPieces = (all: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.subarray(i * size, (i + 1) * size));

const DONE = '<CopyObjectResult>ä</CopyObjectResult>';
const LENGTH = `HTTP/1.1 200 OK\r\nx-amz-request-id: r1\r\nX-Amz-Version-Id:v1 \r\nContent-Length: ${bytes(DONE).length}\r\n\r\n${DONE}`;
const chunked = (...pieces: string[]): string =>
  `HTTP/1.1 200 OK\r\nx-amz-request-id: r1\r\nx-amz-version-id: v1\r\nTransfer-Encoding: chunked\r\n\r\n${pieces
    .map((piece) => `${bytes(piece).length.toString(16)}\r\n${piece}\r\n`)
    .join('')}0\r\n\r\n`;
const KEPT_ALIVE = chunked('<?xml version="1.0"?>\n', ' ', ' ', '\n', DONE);

describe('an answer is read whole, in whatever pieces it comes', () => {
  it.each([
    ['with a length', LENGTH, DONE],
    ['in chunks, white space before', KEPT_ALIVE, `<?xml version="1.0"?>\n  \n${DONE}`],
    ['after 100 Continue and 103', `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 \r\nLink: x\r\n\r\n${LENGTH}`, DONE],
    [
      'chunks with extensions and a trailer',
      KEPT_ALIVE.replace('\r\n1\r\n', '\r\n1 ;a=b\r\n').replace(/\r\n$/, 'x: y\r\n\r\n'),
      `<?xml version="1.0"?>\n  \n${DONE}`,
    ],
  ])('%s', (_, text, body) => {
    const all = bytes(text);
    for (let size = 1; size <= all.length; size++) {
      const answer = { status: 200, text: body, requestId: 'r1', versionId: 'v1' };
      expect(read(inPieces(all, size))).toEqual({ answer, isReusable: true });
    }
  });

  it('without a body', () => {
    const { answer, isReusable } = read([bytes('HTTP/1.1 204 No Content\r\n\r\n')]);
    expect([answer?.status, answer?.text, isReusable]).toEqual([204, '', true]);
    expect(read([bytes('HTTP/1.1 503\r\ncontent-length: 0\r\n\r\n')]).answer?.status).toBe(503);
  });
});

describe('the end of the connection', () => {
  it('is the end of an answer without any length, and of no other', () => {
    const reader = new AnswerReader();
    expect(reader.read(bytes('HTTP/1.1 503 Slow\r\n\r\n<Code>'))).toBeUndefined();
    expect(reader.read(bytes('SlowDown</Code>'))).toBeUndefined();
    expect(reader.end()).toMatchObject({ status: 503, text: '<Code>SlowDown</Code>' });
    expect(reader.isReusable).toBe(false);
  });

  it.each([
    ['a length', bytes(LENGTH)],
    ['chunks', bytes(KEPT_ALIVE)],
  ])('of an answer with %s, cut anywhere, gives none', (_, all) => {
    for (let cut = 0; cut < all.length; cut++) {
      const reader = new AnswerReader();
      expect([cut, reader.read(all.subarray(0, cut)), reader.end()]).toEqual([cut, undefined, undefined]);
    }
  });
});

it.each([
  ['the server closes', LENGTH.replace('\r\n', '\r\nConnection: Keep-Alive, Close\r\n')],
  ['HTTP/1.0', LENGTH.replace('1.1', '1.0')],
  ['something follows', `${LENGTH}H`],
  ['something follows the last chunk', `${KEPT_ALIVE}\r\n`],
])('a connection is not used again: %s', (_, text) => {
  expect(read([bytes(text)])).toMatchObject({ answer: { status: 200 }, isReusable: false });
});

const head = (...lines: string[]): string => ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n');

describe('refused', () => {
  it.each([
    ['another protocol', 'SSH-2.0-x\r\n'],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a change of protocol', 'HTTP/1.1 101 Switching\r\n\r\n'],
    ['two lengths', head('content-length: 5', 'Content-Length: 5')],
    ['a list of lengths', head('content-length: 5, 5')],
    ['a negative length', head('content-length: -1')],
    ['a length and chunks', head('content-length: 5', 'transfer-encoding: chunked')],
    ['another coding', head('transfer-encoding: gzip, chunked')],
    ['coding twice', head('transfer-encoding: chunked', 'transfer-encoding: chunked')],
    ['a folded line', head('x-amz-version-id: a', ' b', 'content-length: 0')],
    ['a name with white space', head('content-length : 0')],
    ['a line without name', head(': 0')],
    ['a lone line feed', head('x: a\ncontent-length: 0')],
    ['a NUL', head('x: a\0')],
    ['a chunk without size', `${head('transfer-encoding: chunked')}\r\n`],
    ['a size that is none', `${head('transfer-encoding: chunked')}0x5\r\n`],
    ['a chunk longer than its size', `${head('transfer-encoding: chunked')}1\r\nab\r\n`],
    ['a size of nine digits', `${head('transfer-encoding: chunked')}000000001\r\n`],
    ['a head of over 16 kB', `${head(`x: ${'y'.repeat(16 * 1024)}`)}`],
    ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(16 * 1024)}`],
    ['a body of over 64 kB', head('content-length: 65537')],
    ['a body of over 64 kB in chunks', `${head('transfer-encoding: chunked')}10001\r\n`],
    ['a body of over 64 kB without length', `${head()}${'y'.repeat(65_537)}`],
    ['heads without end', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(11_000)],
  ])('%s', (_, text) => {
    expect(() => read(inPieces(bytes(text), 1_000))).toThrow(expect.objectContaining({ code: 'EPROTO' }));
  });

  it('nothing else is ever thrown, whatever the bytes', () => {
    const noise = fc.array(
      fc.constantFrom(
        'HTTP/1.1 ',
        '200',
        ' OK',
        '\r\n',
        '\r\n\r\n',
        '0',
        'content-length: 3',
        'transfer-encoding: chunked',
        'a',
        '\n',
        '3\r\nabc\r\n',
        '\0',
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(noise, fc.integer({ min: 1, max: 9 }), (words, size) => {
        try {
          read(inPieces(bytes(words.join('')), size));
        } catch (error) {
          expect(error).toMatchObject({ code: 'EPROTO' });
        }
      }),
    );
  });
});

/** What Node's own client reads of an answer. */
async function nodeReader() {
  let all: Buffer = Buffer.alloc(0);
  const server = createServer((socket) => socket.once('data', () => socket.end(all)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const readByNode = (answer: Buffer) => {
    all = answer;
    return new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, method: 'PUT', path: '/', agent: false }, (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(pieces).toString() }));
      });
      sent.on('error', reject).end();
    });
  };
  return { readByNode, close: () => new Promise((resolve) => server.close(resolve)) };
}

it('reads what Node reads, of any well-formed answer', async () => {
  const part = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
  const answer = fc.record({
    status: fc.constantFrom(200, 204, 301, 304, 403, 412, 500, 503),
    parts: fc.array(part, { maxLength: 4 }),
    isChunked: fc.boolean(),
    isContinued: fc.boolean(),
    size: fc.integer({ min: 1, max: 200 }),
  });
  const { readByNode, close } = await nodeReader();
  await fc.assert(
    fc.asyncProperty(answer, async ({ status, parts, isChunked, isContinued, size }) => {
      const hasBody = status !== 204 && status !== 304;
      const body = hasBody ? parts : [];
      const length = bytes(body.join('')).length;
      const plain = `HTTP/1.1 ${status} X\r\n${hasBody ? `content-length: ${length}\r\n` : ''}\r\n${body.join('')}`;
      const text = isChunked && hasBody ? chunked(...body).replace('200 OK', `${status} X`) : plain;
      const all = bytes(`${isContinued ? 'HTTP/1.1 100 Continue\r\n\r\n' : ''}${text}`);
      const { answer: ours, isReusable } = read(inPieces(all, size));
      expect({ status: ours?.status, text: ours?.text }).toEqual(await readByNode(all));
      expect(isReusable).toBe(true);
    }),
    { numRuns: 60 },
  );
  await close();
});
