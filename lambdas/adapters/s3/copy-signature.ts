import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

export interface Signatory {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** A PUT without a body, as it is sent: `headers` by name in lower case, `host` among them. */
export interface BareRequest {
  readonly path: string;
  readonly region: string;
  readonly headers: Record<string, string>;
}

export const EMPTY_SHA256 = hash('sha256', '');

/**
 * Signature Version 4 of requests to S3 without query and body (AWS reference "Create a signed request"). Signs every
 * header that it is given. What changes once a second or once a day is computed once: a hash and an HMAC a request.
 */
export class CopySignatures {
  #key: { readonly of: string; readonly key: KeyObject } | undefined;
  #time: { readonly second: number; readonly text: string } = { second: Number.NaN, text: '' };
  #order: { readonly of: string; readonly names: readonly string[]; readonly signed: string } | undefined;

  /** Adds the headers of the signature, `authorization` last. `at`: milliseconds since 1970. */
  sign({ path, region, headers }: BareRequest, by: Signatory, at: number): void {
    const time = this.#timeOf(at);
    headers['x-amz-content-sha256'] = EMPTY_SHA256;
    headers['x-amz-date'] = time;
    if (by.sessionToken !== undefined) headers['x-amz-security-token'] = by.sessionToken;
    const { names, signed } = this.#orderOf(Object.keys(headers));
    let lines = '';
    for (const name of names) lines += `${name}:${headers[name]}\n`;
    const digest = hash('sha256', `PUT\n${path}\n\n${lines}\n${signed}\n${EMPTY_SHA256}`);
    const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
    const key = this.#keyOf(by.secretAccessKey, scope);
    const signature = createHmac('sha256', key).update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${digest}`).digest('hex');
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${by.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  }

  #timeOf(at: number): string {
    const second = Math.floor(at / 1_000);
    if (this.#time.second !== second) {
      this.#time = { second, text: new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '') };
    }
    return this.#time.text;
  }

  #orderOf(given: readonly string[]) {
    const of = given.join();
    if (this.#order?.of !== of) {
      const names = given.toSorted();
      this.#order = { of, names, signed: names.join(';') };
    }
    return this.#order;
  }

  /** As a key object: from bytes, each HMAC would spend five times as long on making one. */
  #keyOf(secret: string, scope: string): KeyObject {
    const of = `${scope} ${secret}`;
    if (this.#key?.of === of) return this.#key.key;
    let key: Buffer = Buffer.from(`AWS4${secret}`);
    for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
    this.#key = { of, key: createSecretKey(key) };
    return this.#key.key;
  }
}
