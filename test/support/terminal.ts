import { runHoldfast } from '../../cli/program.ts';
import { startServer } from '../../local/server.ts';
import { expectDocumented } from './documented-messages.ts';
import type { HoldfastCloud } from './holdfast-cloud.ts';

export interface Ran {
  readonly code: number;
  readonly text: string;
  /** The lines as JSON; of runs with `--json`. Each was found to be documented. */
  readonly messages: readonly Record<string, unknown>[];
}

interface How {
  /** Called with all that was written so far, whenever something is. */
  readonly onText?: (text: string, detach: () => void) => void;
  /** Width of a terminal; default: a pipe. */
  readonly columns?: number;
}

/** `holdfast` in this process, against a cloud's HTTP endpoint. */
export async function terminalOf(cloud: HoldfastCloud): Promise<{
  holdfast(...args: string[]): Promise<Ran>;
  /** The same on a terminal, or watched, or detached by Ctrl-C. */
  holdfastAs(how: How, ...args: string[]): Promise<Ran>;
  close(): Promise<void>;
}> {
  const server = await startServer(cloud.cloud);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_REGION: cloud.cloud.region,
    AWS_ACCESS_KEY_ID: 'operator',
    AWS_SECRET_ACCESS_KEY: 'operator',
  });
  async function run({ onText, columns }: How, args: readonly string[]): Promise<Ran> {
    let text = '';
    const interrupt = new AbortController();
    const write = (piece: string) => {
      text += piece;
      onText?.(text, () => interrupt.abort());
      return true;
    };
    const stdout = columns === undefined ? { write } : { write, isTTY: true, columns };
    const code = await runHoldfast(args, { stdout, stderr: { write }, signal: interrupt.signal });
    const lines = args.includes('--json') ? text.split('\n').filter((line) => line.startsWith('{')) : [];
    const messages = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    messages.forEach(expectDocumented);
    return { code, text, messages };
  }
  return {
    holdfast: (...args) => run({}, args),
    holdfastAs: (how, ...args) => run(how, args),
    close: () => server.close(),
  };
}
