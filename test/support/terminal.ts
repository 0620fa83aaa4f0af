import { runHoldfast } from '../../cli/program.ts';
import { startServer } from '../../local/server.ts';
import type { HoldfastCloud } from './holdfast-cloud.ts';

export interface Ran {
  readonly code: number;
  readonly text: string;
  /** The lines as JSON; of runs with `--json`. */
  readonly messages: readonly Record<string, unknown>[];
}

/** `holdfast` in this process, against a cloud's HTTP endpoint. */
export async function terminalOf(cloud: HoldfastCloud): Promise<{
  holdfast(...args: string[]): Promise<Ran>;
  /** The same, detached by Ctrl-C as soon as the output has `seen`. */
  interrupted(seen: string, ...args: string[]): Promise<Ran>;
  close(): Promise<void>;
}> {
  const server = await startServer(cloud.cloud);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_REGION: cloud.cloud.region,
    AWS_ACCESS_KEY_ID: 'operator',
    AWS_SECRET_ACCESS_KEY: 'operator',
  });
  async function run(args: readonly string[], interruptAt?: string): Promise<Ran> {
    let text = '';
    const detach = new AbortController();
    const write = (piece: string) => {
      text += piece;
      if (interruptAt !== undefined && text.includes(interruptAt)) detach.abort();
      return true;
    };
    const code = await runHoldfast(args, { stdout: { write }, stderr: { write }, signal: detach.signal });
    const lines = args.includes('--json') ? text.split('\n').filter((line) => line.startsWith('{')) : [];
    return { code, text, messages: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
  }
  return {
    holdfast: (...args) => run(args),
    interrupted: (seen, ...args) => run(args, seen),
    close: () => server.close(),
  };
}
