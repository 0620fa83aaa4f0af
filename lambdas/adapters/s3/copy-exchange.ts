import type { Answer } from './copy-answer.ts';
import { type ConnectionLimits, CopyConnection, type Server } from './copy-connection.ts';

const LIMITS: ConnectionLimits = { connectMs: 30_000, silenceMs: 5 * 60_000 };

/** Servers end what is idle for some seconds (Node's after five), and a Lambda may have been frozen in between. */
const IDLE_MS = 4_000;

interface Peer {
  readonly idle: { readonly connection: CopyConnection; readonly since: number }[];
  /** Of the last connection's TLS: shortens the next one's handshake. */
  session: Buffer | undefined;
}

/**
 * PUTs without a body, over as many connections as there are requests at once (whoever copies bounds them), kept for
 * the next ones. HTTP is spoken here because Node's own client takes twice the processor time of all else that a copy
 * costs (docs/benchmarks.md).
 */
export class CopyExchange {
  readonly #now: () => number;
  readonly #limits: ConnectionLimits;
  readonly #peers = new Map<string, Peer>();

  constructor(now: () => number, limits: Partial<ConnectionLimits> = {}) {
    this.#now = now;
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Path and headers are sent as they are. @throws as {@link CopyConnection.ask} */
  put(server: Server, path: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
    let head = `PUT ${path} HTTP/1.1\r\n`;
    for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
    return this.#connectionTo(server).ask(`${head}content-length: 0\r\n\r\n`);
  }

  #connectionTo(server: Server): CopyConnection {
    const peer = this.#peerOf(server);
    const { idle, session } = peer;
    const now = this.#now();
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      if (last.connection.isOpen && now - last.since < IDLE_MS) return last.connection;
      last.connection.close();
    }
    return new CopyConnection(server, this.#limits, session, {
      free: (connection) => void idle.push({ connection, since: this.#now() }),
      session: (latest) => {
        peer.session = latest;
      },
    });
  }

  #peerOf({ isTls, hostname, port }: Server): Peer {
    const name = `${isTls} ${hostname} ${port}`;
    let peer = this.#peers.get(name);
    if (peer === undefined) {
      peer = { idle: [], session: undefined };
      this.#peers.set(name, peer);
    }
    return peer;
  }
}
