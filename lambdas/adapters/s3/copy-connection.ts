import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Answer, AnswerReader } from './copy-answer.ts';

export interface Server {
  readonly isTls: boolean;
  readonly hostname: string;
  readonly port: number | undefined;
}

export interface ConnectionLimits {
  /** Until a connection is there, TLS included. */
  readonly connectMs: number;
  /** Without a byte of an answer. A copy of up to 256 MB that is silent for longer will not be answered any more. */
  readonly silenceMs: number;
  /** Certificates (PEM) that are trusted instead of those that Node knows. */
  readonly ca?: string;
}

export interface ConnectionEvents {
  /** A further request may be sent. */
  free(connection: CopyConnection): void;
  /** A session of TLS that a further connection to the server may go on with. */
  session(session: Buffer): void;
}

const failure = (code: string, message: string) => Object.assign(new Error(message), { code });

/** One connection, one request at a time on it. A request whose answer does not come whole is told so, once. */
export class CopyConnection {
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  #asked: { resolve: (answer: Answer) => void; reject: (error: Error) => void; reader: AnswerReader } | undefined;

  constructor(server: Server, limits: ConnectionLimits, session: Buffer | undefined, events: ConnectionEvents) {
    this.#events = events;
    this.#socket = opened(server, limits, session);
    this.#socket.on('session', (latest: Buffer) => events.session(latest));
    this.#socket.setTimeout(limits.connectMs, () => this.#fail(failure('ETIMEDOUT', 'no answer')));
    this.#socket.once(server.isTls ? 'secureConnect' : 'connect', () => this.#socket.setTimeout(limits.silenceMs));
    this.#socket.on('data', (piece: Buffer) => this.#read(piece));
    this.#socket.on('end', () => this.#settle(this.#asked?.reader.end()));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(failure('ECONNRESET', 'the connection ended before the answer')));
  }

  /** False once it has ended: it may, at any time between two requests. */
  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.readable && this.#socket.writable;
  }

  /** @throws errors with the system's code: ECONNRESET, ETIMEDOUT, EPROTO (an answer that is none), … */
  ask(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#asked = { resolve, reject, reader: new AnswerReader() };
      this.#socket.ref();
      this.#socket.write(request, 'latin1');
      if (!this.isOpen) this.#fail(failure('ECONNRESET', 'the connection had ended'));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(piece: Buffer): void {
    // Not asked for: whatever it answers, it is not the next request.
    if (this.#asked === undefined) this.close();
    try {
      this.#settle(this.#asked?.reader.read(piece));
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #settle(answer: Answer | undefined): void {
    if (answer === undefined || this.#asked === undefined) return;
    const { resolve, reader } = this.#asked;
    this.#asked = undefined;
    if (reader.isReusable) {
      // An idle connection keeps no process alive.
      this.#socket.unref();
      this.#events.free(this);
    } else this.close();
    resolve(answer);
  }

  #fail(error: Error): void {
    const asked = this.#asked;
    this.#asked = undefined;
    this.close();
    asked?.reject(error);
  }
}

function opened({ isTls, hostname, port }: Server, { ca }: ConnectionLimits, session: Buffer | undefined): Socket {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const options = { host, port: port ?? (isTls ? 443 : 80), noDelay: true, keepAlive: true };
  if (!isTls) return connectPlain(options);
  const secure = { ...(ca !== undefined && { ca }), ...(session !== undefined && { session }) };
  // Addresses have no server name.
  return connectTls({ ...options, ...secure, ...(isIP(host) === 0 && { servername: host }) });
}
