import { CopyObjectCommand, type CopyObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import type { Answer } from './copy-answer.ts';
import { CopyExchange } from './copy-exchange.ts';
import { copyHeaders, encodedKey, isPlain } from './copy-headers.ts';
import { CopySignatures } from './copy-signature.ts';

/** Where the SDK sent a bucket's last copy: what its endpoint rules and its signer settled. */
interface Endpoint {
  readonly isTls: boolean;
  readonly hostname: string;
  readonly port: number | undefined;
  readonly host: string;
  /** Path before the key, e.g. `/` or `/bucket/`. */
  readonly base: string;
  readonly region: string;
}

/** Answers that the SDK settles: the signing Region is another, or the clock is wrong. */
const SETTLED_BY_SDK = new Set(['AuthorizationHeaderMalformed', 'RequestTimeTooSkewed']);

/**
 * A client whose CopyObject takes a fifth of the SDK's processor time, which at Lambda sizes decides throughput and
 * price. Its first copy into a bucket goes through the SDK, which settles endpoint and signing scope; further ones are
 * signed and sent here, until an answer says that endpoint or scope has changed: then the SDK asks again.
 * Any other command, and a copy with members that this does not know, is the SDK's.
 */
export class LeanCopies {
  readonly #client: S3Client;
  readonly #now: () => number;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #signatures = new CopySignatures();
  readonly #exchange: CopyExchange;

  constructor(client: S3Client, now: () => number, exchange = new CopyExchange(now)) {
    this.#client = client;
    this.#now = now;
    this.#exchange = exchange;
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const { request, input } = args as { request: SentRequest; input: CopyObjectCommandInput };
        if (context.commandName === 'CopyObjectCommand') this.#learn(request, input);
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'learnCopyEndpoint' },
    );
  }

  readonly send = ((command: CopyObjectCommand, ...rest: []) => {
    const input: CopyObjectCommandInput = command.input;
    const endpoint = command instanceof CopyObjectCommand ? this.#endpoints.get(input.Bucket ?? '') : undefined;
    const headers = endpoint && copyHeaders(input, endpoint.host);
    if (!endpoint || !headers) return this.#client.send(command, ...rest);
    return this.#copy(endpoint, command, headers);
  }) as unknown as S3Client['send'];

  /** The signed request of the SDK: its path ends with the key, its scope names the Region. */
  #learn(request: SentRequest, { Bucket = '', Key = '' }: CopyObjectCommandInput): void {
    const key = encodedKey(Key);
    const region = /Credential=[^/]+\/\d{8}\/([^/]+)\/s3\//.exec(request.headers.authorization ?? '')?.[1];
    if (region === undefined || !request.path.endsWith(`/${key}`)) return;
    const { protocol, hostname, port, path } = request;
    const base = path.slice(0, path.length - key.length);
    const host = port === undefined ? hostname : `${hostname}:${port}`;
    this.#endpoints.set(Bucket, { isTls: protocol === 'https:', hostname, port, host, base, region });
  }

  async #copy(endpoint: Endpoint, command: CopyObjectCommand, headers: Record<string, string>) {
    const path = `${endpoint.base}${encodedKey(command.input.Key!)}`;
    const { credentials, systemClockOffset } = this.#client.config;
    const by = await credentials();
    if (![by.accessKeyId, by.sessionToken ?? '-'].every(isPlain)) return this.#client.send(command);
    this.#signatures.sign({ path, region: endpoint.region, headers }, by, this.#now() + systemClockOffset);
    const answer = await this.#exchange.put(endpoint, path, headers);
    if (answer.status === 200 && answer.text.includes('</CopyObjectResult>')) return copied(answer);
    const error = copyError(answer);
    const isElsewhere = answer.status >= 300 && answer.status < 400;
    if (!isElsewhere && !SETTLED_BY_SDK.has(error.name)) throw error;
    this.#endpoints.delete(command.input.Bucket!);
    return this.#client.send(command);
  }
}

const copied = ({ status, text, requestId, versionId }: Answer) => ({
  $metadata: { httpStatusCode: status, requestId },
  CopyObjectResult: { ETag: member(text, 'ETag'), ChecksumCRC64NVME: member(text, 'ChecksumCRC64NVME') },
  ...(versionId !== undefined && { VersionId: versionId }),
});

/** As the SDK has it. 200 with an error inside, or without an end, counts as a 5xx: it is asked again (API, "CopyObject"). */
function copyError({ status, text, requestId }: Answer): Error {
  return Object.assign(new Error(member(text, 'Message') ?? `HTTP status ${status}`), {
    name: member(text, 'Code') ?? 'UnknownError',
    $metadata: { httpStatusCode: status < 300 ? 500 : status, requestId },
  });
}

interface SentRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', amp: '&', lt: '<', gt: '>', apos: "'", '#34': '"' };

/** Text of the first element of this name, which has no elements inside. */
function member(xml: string, name: string): string | undefined {
  const from = xml.indexOf(`<${name}>`) + name.length + 2;
  const to = xml.indexOf('<', from);
  if (from < name.length + 2 || !xml.startsWith(`</${name}>`, to)) return undefined;
  const text = xml.slice(from, to);
  return text.includes('&') ? text.replace(/&([a-z]+|#34);/g, (all, entity: string) => ENTITIES[entity] ?? all) : text;
}
