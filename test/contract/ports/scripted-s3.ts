import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { ConnectionLimits } from '../../../lambdas/adapters/s3/copy-connection.ts';
import { CopyExchange } from '../../../lambdas/adapters/s3/copy-exchange.ts';
import { LeanCopies } from '../../../lambdas/adapters/s3/lean-copies.ts';

export interface Asked {
  /** Of the server's requests, from 0. */
  readonly number: number;
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  /** Of the server's connections, from 0. */
  readonly connection: number;
  readonly socket: Socket;
}

/** Answers of a scripted S3, byte by byte: what it writes is what travels. */
export const http = (status: number, body: string, ...headers: string[]): string =>
  [`HTTP/1.1 ${status} X`, `content-length: ${Buffer.byteLength(body)}`, ...headers, '', body].join('\r\n');
export const done = (etag: string): string =>
  `<?xml version="1.0"?><CopyObjectResult><ETag>&quot;${etag}&quot;</ETag><ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME></CopyObjectResult>`;
export const refused = (code: string): string => `<Error><Code>${code}</Code><Message>m</Message></Error>`;

export const LOOPBACK_PEM = readFileSync(join(import.meta.dirname, '../../fixtures/tls/loopback.pem'), 'utf8');

/**
 * A server of sockets behind the SDK's client and the lean one. `script` answers each request, except what the SDK
 * itself sends (it names itself in `user-agent`): that is `throughSdk`'s.
 */
export async function scriptedS3(
  script: (asked: Asked) => void,
  options: {
    readonly throughSdk?: (asked: Asked) => void;
    readonly isTls?: boolean;
    readonly limits?: Partial<ConnectionLimits>;
    readonly now?: () => number;
    readonly config?: S3ClientConfig;
  } = {},
) {
  const sockets: Socket[] = [];
  const seen: Asked[] = [];
  /** Of each connection with TLS: whether it goes on with an earlier one's session. */
  const resumed: boolean[] = [];
  const throughSdk = options.throughSdk ?? (({ socket }) => socket.write(http(200, done('sdk'))));
  const onConnection = (socket: Socket) => {
    const connection = sockets.push(socket) - 1;
    if (options.isTls) resumed.push((socket as TLSSocket).isSessionReused());
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const [first = '', ...lines] = text.slice(0, end).split('\r\n');
        text = text.slice(end + 4);
        const headers = new Map(
          lines.map((line) => [
            line.slice(0, line.indexOf(':')).toLowerCase(),
            line.slice(line.indexOf(':') + 1).trim(),
          ]),
        );
        const asked = { number: seen.length, path: first.split(' ')[1] ?? '', headers, connection, socket };
        seen.push(asked);
        (headers.has('user-agent') ? throughSdk : script)(asked);
      }
    });
  };
  const pem = { key: LOOPBACK_PEM, cert: LOOPBACK_PEM };
  const server = options.isTls ? createTlsServer(pem, onConnection) : createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const s3 = new S3Client({
    endpoint: `${options.isTls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
    ...(options.isTls && { requestHandler: { httpsAgent: { ca: LOOPBACK_PEM } } }),
    ...options.config,
  });
  const now = options.now ?? Date.now;
  const lean = new LeanCopies(s3, now, new CopyExchange(now, options.limits));
  const close = async () => {
    s3.destroy();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { lean, s3, seen, sockets, resumed, close };
}
