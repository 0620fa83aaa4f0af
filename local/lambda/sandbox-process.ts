import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { FunctionFailure } from './function-config.ts';

/** Next to this file; or, when this file is part of the bundle `dist/cli/holdfast.mjs`, in the sources beside it. */
const BOOTSTRAP = [
  new URL('./bootstrap.cjs', import.meta.url),
  new URL('../../local/lambda/bootstrap.cjs', import.meta.url),
]
  .map((url) => fileURLToPath(url))
  .find((path) => existsSync(path));

export interface SandboxAnswer {
  readonly loaded?: boolean;
  /** JSON */
  readonly payload?: string;
  readonly error?: FunctionFailure;
  /** The process ends by itself after this answer. */
  readonly exit?: boolean;
}

/** How a process ended without an answer. */
export class SandboxExited extends Error {
  override readonly name = 'SandboxExited';
}

const SIGNAL_WORDS: Record<string, string> = {
  SIGKILL: 'killed',
  SIGABRT: 'aborted (core dumped)',
  SIGSEGV: 'segmentation fault',
};

/** One child process with the runtime loop in it. It stands still, in a blocking read, except during {@link request}. */
export class SandboxProcess {
  readonly memoryMb: number;
  readonly #child: ChildProcess;
  readonly #requests: Writable;
  #chunks: Buffer[] = [];
  #waiting: { resolve: (answer: SandboxAnswer) => void; reject: (error: Error) => void } | undefined;
  #exit: string | undefined;

  constructor(memoryMb: number, onOutput: (text: Buffer) => void, onExit: () => void) {
    if (!BOOTSTRAP) throw new Error('local/lambda/bootstrap.cjs is missing: functions cannot run');
    this.memoryMb = memoryMb;
    this.#child = spawn(process.execPath, [`--max-old-space-size=${memoryMb}`, BOOTSTRAP], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH },
    });
    this.#requests = this.#child.stdio[3] as Writable;
    this.#requests.on('error', () => {}); // the process is gone: 'exit' says so
    this.#child.stdout?.on('data', onOutput);
    this.#child.stderr?.on('data', onOutput);
    (this.#child.stdio[4] as Readable).on('data', (chunk: Buffer) => this.#onData(chunk));
    const ended = (how: string) => {
      if (this.#exit !== undefined) return;
      this.#exit = how;
      this.#settle()?.reject(new SandboxExited(how));
      onExit();
    };
    this.#child.on('error', (error) => ended(`with error: ${error.message}`));
    // 'close', not 'exit': an answer that was written before the end is still read.
    this.#child.on('close', (code, signal) =>
      ended(
        signal
          ? `with error: signal: ${SIGNAL_WORDS[signal] ?? signal}`
          : code === 0
            ? 'without providing a reason'
            : `with error: exit status ${code}`,
      ),
    );
  }

  /** Runs until the answer is there. @throws SandboxExited */
  request(message: Record<string, unknown>): Promise<SandboxAnswer> {
    if (this.#exit !== undefined) return Promise.reject(new SandboxExited(this.#exit));
    const body = Buffer.from(JSON.stringify(message));
    const header = Buffer.alloc(4);
    header.writeUInt32BE(body.length);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#requests.write(Buffer.concat([header, body]));
    });
  }

  get ended(): boolean {
    return this.#exit !== undefined;
  }

  kill(): Promise<void> {
    if (this.#exit !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#child.once('close', () => resolve());
      this.#child.kill('SIGKILL');
    });
  }

  #settle() {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  #onData(chunk: Buffer): void {
    this.#chunks.push(chunk);
    if (this.#chunks.length > 1 || chunk.length < 4) this.#chunks = [Buffer.concat(this.#chunks)];
    const bytes = this.#chunks[0];
    if (!bytes || bytes.length < 4 || bytes.length < 4 + bytes.readUInt32BE()) return;
    const end = 4 + bytes.readUInt32BE();
    this.#chunks = bytes.length > end ? [bytes.subarray(end)] : [];
    this.#settle()?.resolve(JSON.parse(bytes.toString('utf8', 4, end)) as SandboxAnswer);
  }
}
