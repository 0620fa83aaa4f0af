/** An answer of S3, whole: its body by the length or the last chunk that its head announced. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly requestId: string | undefined;
  readonly versionId: string | undefined;
}

interface Head {
  readonly status: number;
  readonly requestId: string | undefined;
  readonly versionId: string | undefined;
  readonly body: { readonly bytes: number } | 'CHUNKED' | 'UNTIL_CLOSE';
  readonly isLast: boolean;
}

const MAX_HEAD = 16 * 1024;
const MAX_BODY = 64 * 1024;
/** With the framing of chunks of a few bytes each, and heads before the answer's. */
const MAX_ALL = 4 * MAX_BODY;

const STATUS = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: .*)?$/;
const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
/** Control characters, lone CR and LF among them. */
const CONTROL = /[^\t\x20-\x7e\x80-\xff]/;
const CHUNK = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i;

const malformed = (why: string) => Object.assign(new Error(`not an answer of HTTP/1.1: ${why}`), { code: 'EPROTO' });

/**
 * Reads one answer to a PUT from the pieces of its connection (RFC 9112). What it does not know for certain it refuses:
 * two lengths, folded lines, any transfer coding but `chunked`, and more than 64 kB.
 */
export class AnswerReader {
  /** One character a byte. */
  #rest = '';
  #received = 0;
  #head: Head | undefined;
  #body = '';
  #isWhole = false;

  /** The answer, once it is whole. @throws Error with code EPROTO */
  read(piece: Buffer): Answer | undefined {
    this.#received += piece.length;
    if (this.#received > MAX_ALL) throw malformed('over 256 kB');
    this.#rest += piece.toString('latin1');
    while (this.#head === undefined) {
      const head = this.#readHead();
      if (head === undefined) return undefined;
      // 1xx announces another (100 Continue); nothing here asks for 101.
      if (head.status === 101) throw malformed('another protocol');
      if (head.status >= 200) this.#head = head;
    }
    this.#isWhole = this.#readBody(this.#head);
    return this.#isWhole ? this.#answer(this.#head) : undefined;
  }

  /** The connection has ended: the answer, if this is how it says that it is whole. */
  end(): Answer | undefined {
    return this.#head?.body === 'UNTIL_CLOSE' ? this.#answer(this.#head) : undefined;
  }

  /** Whole, to the byte, and the server keeps the connection. */
  get isReusable(): boolean {
    return this.#isWhole && this.#rest === '' && this.#head?.isLast === false;
  }

  #readHead(): Head | undefined {
    const end = this.#rest.indexOf('\r\n\r\n');
    if (end > MAX_HEAD || (end < 0 && this.#rest.length > MAX_HEAD)) throw malformed('a head of over 16 kB');
    if (!this.#rest.startsWith('HTTP/1.'.slice(0, this.#rest.length))) throw malformed('no status line');
    if (end < 0) return undefined;
    const head = headOf(this.#rest.slice(0, end));
    this.#rest = this.#rest.slice(end + 4);
    return head;
  }

  #readBody({ body }: Head): boolean {
    if (body === 'CHUNKED') return this.#readChunks();
    if (body === 'UNTIL_CLOSE') {
      if (this.#rest.length > MAX_BODY) throw malformed('a body of over 64 kB');
      this.#body = this.#rest;
      return false;
    }
    if (this.#rest.length < body.bytes) return false;
    this.#body = this.#rest.slice(0, body.bytes);
    this.#rest = this.#rest.slice(body.bytes);
    return true;
  }

  #readChunks(): boolean {
    for (;;) {
      const lineEnd = this.#rest.indexOf('\r\n');
      if (lineEnd > MAX_HEAD || (lineEnd < 0 && this.#rest.length > MAX_HEAD)) throw malformed('a chunk without size');
      if (lineEnd < 0) return false;
      const size = CHUNK.exec(this.#rest.slice(0, lineEnd))?.[1];
      if (size === undefined) throw malformed('a chunk without size');
      const from = lineEnd + 2;
      const to = from + Number.parseInt(size, 16);
      if (to === from) return this.#readTrailer(lineEnd);
      if (this.#body.length + to - from > MAX_BODY) throw malformed('a body of over 64 kB');
      if (this.#rest.length < to + 2) return false;
      if (!this.#rest.startsWith('\r\n', to)) throw malformed('a chunk longer than its size');
      this.#body += this.#rest.slice(from, to);
      this.#rest = this.#rest.slice(to + 2);
    }
  }

  /** An empty line, right after the last chunk's or after lines of which none matters here. */
  #readTrailer(lineEnd: number): boolean {
    const end = this.#rest.indexOf('\r\n\r\n', lineEnd);
    if (end < 0) return false;
    this.#rest = this.#rest.slice(end + 4);
    return true;
  }

  #answer({ status, requestId, versionId }: Head): Answer {
    const text = /[\x80-\xff]/.test(this.#body) ? Buffer.from(this.#body, 'latin1').toString('utf8') : this.#body;
    return { status, text, requestId, versionId };
  }
}

function headOf(text: string): Head {
  const [first = '', ...lines] = text.split('\r\n');
  const [, minor, code] = STATUS.exec(first) ?? [];
  if (code === undefined || CONTROL.test(first)) throw malformed('no status line');
  const status = Number(code);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    // A folded line begins with white space, which no name has.
    if (!NAME.test(name) || CONTROL.test(line)) throw malformed('a line that is no header');
    if (FRAMING.has(name) && headers.has(name)) throw malformed(`${name} twice`);
    headers.set(name, line.slice(colon + 1).trim());
  }
  return {
    status,
    requestId: headers.get('x-amz-request-id'),
    versionId: headers.get('x-amz-version-id'),
    body: bodyOf(status, headers),
    isLast: minor === '0' || /(^|[\s,])close($|[\s,])/i.test(headers.get('connection') ?? ''),
  };
}

const FRAMING = new Set(['content-length', 'transfer-encoding', 'connection']);

function bodyOf(status: number, headers: ReadonlyMap<string, string>): Head['body'] {
  const length = headers.get('content-length');
  const coding = headers.get('transfer-encoding');
  if (coding !== undefined) {
    // Either is believed by someone: what follows would be read differently by a proxy between.
    if (coding.toLowerCase() !== 'chunked' || length !== undefined) throw malformed('a body of unknown length');
    return 'CHUNKED';
  }
  if (length !== undefined && !/^\d{1,9}$/.test(length)) throw malformed('a body of unknown length');
  if (status < 200 || status === 204 || status === 304) return { bytes: 0 };
  if (length === undefined) return 'UNTIL_CLOSE';
  if (Number(length) > MAX_BODY) throw malformed('a body of over 64 kB');
  return { bytes: Number(length) };
}
