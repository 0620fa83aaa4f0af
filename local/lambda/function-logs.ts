import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What functions write: a file each, `<function>.log`; without a directory, lines to `log`. */
export class FunctionLogs {
  readonly #dir: string | undefined;
  readonly #log: (line: string) => void;
  readonly #files = new Map<string, number>();

  constructor(dir: string | undefined, log: (line: string) => void) {
    this.#dir = dir;
    this.#log = log;
    if (dir) mkdirSync(dir, { recursive: true });
  }

  write(functionName: string, text: Buffer | string): void {
    if (!this.#dir) {
      for (const line of text.toString().trimEnd().split('\n')) this.#log(`${functionName}: ${line}`);
      return;
    }
    let file = this.#files.get(functionName);
    if (file === undefined) {
      file = openSync(join(this.#dir, `${functionName}.log`), 'a');
      this.#files.set(functionName, file);
    }
    if (typeof text === 'string') writeSync(file, text);
    else writeSync(file, text);
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }
}
