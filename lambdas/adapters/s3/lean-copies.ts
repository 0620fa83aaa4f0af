import { createHash, createHmac } from 'node:crypto';
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { CopyObjectCommand, type CopyObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';

/** Where the SDK sent a bucket's first copy: what its endpoint rules and its signer settled. */
interface Endpoint {
  readonly isTls: boolean;
  readonly hostname: string;
  readonly port: number | undefined;
  /** Path before the key, e.g. `/` or `/bucket/`. */
  readonly base: string;
  readonly region: string;
}

const EMPTY_SHA256 = createHash('sha256').digest('hex');
/** A copy of up to 256 MB that is silent for longer will not be answered any more. */
const SILENCE_MS = 5 * 60_000;
const MAX_SOCKETS = 1_024;
const MAX_ANSWER = 64 * 1024;

/**
 * A client whose CopyObject takes a fifth of the SDK's processor time, which at Lambda sizes decides throughput and
 * price. Its first copy into a bucket goes through the SDK, which settles endpoint and signing scope; further ones are
 * signed here (Signature Version 4, AWS reference "Create a signed request") over the same HTTP. Any other command, and
 * a copy with members that this does not know, is the SDK's.
 */
export class LeanCopies {
  readonly #client: S3Client;
  readonly #now: () => number;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #agents = {
    http: new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
    https: new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
  };
  #signingKey: { readonly of: string; readonly key: Buffer } | undefined;

  constructor(client: S3Client, now: () => number) {
    this.#client = client;
    this.#now = now;
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const { request, input } = args as { request: SentRequest; input: CopyObjectCommandInput };
        if (context.commandName === 'CopyObjectCommand') this.#learn(request, input);
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'learnCopyEndpoint' },
    );
  }

  readonly send = ((command: { input: object }, ...rest: []) => {
    const input = command.input as CopyObjectCommandInput;
    const endpoint = command instanceof CopyObjectCommand ? this.#endpoints.get(input.Bucket ?? '') : undefined;
    const headers = endpoint && headersOf(input);
    if (!endpoint || !headers) return this.#client.send(command as CopyObjectCommand, ...rest);
    return this.#copy(endpoint, input, headers);
  }) as unknown as S3Client['send'];

  /** The signed request of the SDK: its path ends with the key, its scope names the Region. */
  #learn(request: SentRequest, { Bucket = '', Key = '' }: CopyObjectCommandInput): void {
    const key = encodedKey(Key);
    const region = /Credential=[^/]+\/\d{8}\/([^/]+)\/s3\//.exec(request.headers.authorization ?? '')?.[1];
    if (region === undefined || !request.path.endsWith(`/${key}`)) return;
    const { protocol, hostname, port, path } = request;
    const base = path.slice(0, path.length - key.length);
    this.#endpoints.set(Bucket, { isTls: protocol === 'https:', hostname, port, base, region });
  }

  async #copy(endpoint: Endpoint, input: CopyObjectCommandInput, headers: Record<string, string>) {
    const path = `${endpoint.base}${encodedKey(input.Key!)}`;
    await this.#sign(endpoint, path, headers);
    const answer = await this.#exchange(endpoint, path, headers);
    const { status, text } = answer;
    const code = member(text, 'Code');
    if (status >= 300 || code !== undefined || !text.includes('<CopyObjectResult')) {
      // 200 with an error inside (API, "CopyObject") counts as a 5xx: it is asked again.
      const httpStatusCode = status === 200 ? 500 : status;
      throw Object.assign(new Error(member(text, 'Message') ?? `HTTP status ${status}`), {
        name: code ?? 'UnknownError',
        $metadata: { httpStatusCode, requestId: answer.requestId },
      });
    }
    return {
      $metadata: { httpStatusCode: status, requestId: answer.requestId },
      CopyObjectResult: { ETag: member(text, 'ETag'), ChecksumCRC64NVME: member(text, 'ChecksumCRC64NVME') },
      ...(answer.versionId !== undefined && { VersionId: answer.versionId }),
    };
  }

  async #sign({ hostname, port, region }: Endpoint, path: string, headers: Record<string, string>): Promise<void> {
    const { accessKeyId, secretAccessKey, sessionToken } = await this.#client.config.credentials();
    const now = new Date(this.#now() + this.#client.config.systemClockOffset);
    const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
    headers.host = port === undefined ? hostname : `${hostname}:${port}`;
    headers['x-amz-date'] = time;
    headers['x-amz-content-sha256'] = EMPTY_SHA256;
    if (sessionToken !== undefined) headers['x-amz-security-token'] = sessionToken;
    const names = Object.keys(headers).sort();
    const signed = names.join(';');
    const lines = names.map((name) => `${name}:${headers[name]}\n`).join('');
    const canonical = `PUT\n${path}\n\n${lines}\n${signed}\n${EMPTY_SHA256}`;
    const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
    const digest = createHash('sha256').update(canonical).digest('hex');
    const key = this.#keyFor(secretAccessKey, scope);
    const signature = createHmac('sha256', key).update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${digest}`).digest('hex');
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  }

  /** Derived once a day, Region and secret. */
  #keyFor(secret: string, scope: string): Buffer {
    const of = `${scope} ${secret}`;
    if (this.#signingKey?.of === of) return this.#signingKey.key;
    let key: Buffer = Buffer.from(`AWS4${secret}`);
    for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
    this.#signingKey = { of, key };
    return key;
  }

  #exchange({ isTls, hostname, port }: Endpoint, path: string, headers: Record<string, string>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const agent = isTls ? this.#agents.https : this.#agents.http;
      const options = { agent, hostname, path, method: 'PUT', headers, ...(port !== undefined && { port }) };
      const read = (response: IncomingMessage) => readAnswer(response).then(resolve, reject);
      const sent: ClientRequest = isTls ? httpsRequest(options, read) : httpRequest(options, read);
      sent.setTimeout(SILENCE_MS, () => sent.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
      sent.on('error', reject);
      sent.end();
    });
  }
}

interface SentRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly requestId: string | undefined;
  readonly versionId: string | undefined;
}

function readAnswer(response: IncomingMessage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (piece: string) => {
      text += piece;
      if (text.length > MAX_ANSWER) response.destroy(new Error('an answer of more than 64 kB'));
    });
    const header = (name: string) => response.headers[name] as string | undefined;
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        text,
        requestId: header('x-amz-request-id'),
        versionId: header('x-amz-version-id'),
      }),
    );
    response.on('error', reject);
    response.on('aborted', () => reject(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })));
  });
}

const HEADERS: Readonly<Record<string, string>> = {
  CopySource: 'x-amz-copy-source',
  CopySourceIfMatch: 'x-amz-copy-source-if-match',
  IfNoneMatch: 'if-none-match',
  ChecksumAlgorithm: 'x-amz-checksum-algorithm',
  MetadataDirective: 'x-amz-metadata-directive',
  TaggingDirective: 'x-amz-tagging-directive',
  StorageClass: 'x-amz-storage-class',
};

/** Undefined if a member has no header here or a value does not fit into one. */
function headersOf({
  Bucket: _,
  Key: __,
  Metadata,
  ...members
}: CopyObjectCommandInput): Record<string, string> | undefined {
  const headers: Record<string, string> = { 'content-length': '0' };
  for (const [member, value] of Object.entries(members)) {
    const name = HEADERS[member];
    if (name === undefined || typeof value !== 'string') return undefined;
    headers[name] = value;
  }
  for (const [name, value] of Object.entries(Metadata ?? {})) headers[`x-amz-meta-${name.toLowerCase()}`] = value;
  // Signed as they are sent: no white space that a proxy may fold, nothing but ASCII.
  return Object.values(headers).every((value) => /^[\x21-\x7e]+$/.test(value)) ? headers : undefined;
}

/** RFC 3986, slashes kept: encodeURIComponent leaves out !'()*. */
const encodedKey = (key: string): string =>
  key
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/');

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', amp: '&', lt: '<', gt: '>', apos: "'", '#34': '"' };

function member(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&([a-z]+|#34);/g, (whole, entity: string) => ENTITIES[entity] ?? whole);
}
