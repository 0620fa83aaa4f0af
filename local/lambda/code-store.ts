import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The code of functions. With a directory, assets are copied there once, so that published versions outlive the
 * assembly that they came from; without, they are used where they are.
 */
export class CodeStore {
  readonly #dir: string | undefined;
  #temporary: string | undefined;

  constructor(dir: string | undefined) {
    this.#dir = dir;
  }

  /** The directory with this asset's files. */
  asset(objectKey: string, path: string): string {
    if (this.#dir === undefined) return path;
    return this.#once(this.#dir, objectKey, (to) => cpSync(path, to, { recursive: true, dereference: true }));
  }

  /** A directory whose `index.js` is this text. */
  inline(text: string): string {
    this.#temporary ??= this.#dir ?? mkdtempSync(join(tmpdir(), 'local-lambda-'));
    return this.#once(this.#temporary, text, (to) => {
      mkdirSync(to);
      writeFileSync(join(to, 'index.js'), text);
      writeFileSync(join(to, 'package.json'), '{"type":"commonjs"}');
    });
  }

  close(): void {
    if (this.#dir === undefined && this.#temporary) rmSync(this.#temporary, { recursive: true, force: true });
  }

  /** Whole or not there: written beside and renamed. */
  #once(root: string, identity: string, write: (to: string) => void): string {
    const path = join(root, createHash('sha256').update(identity).digest('hex').slice(0, 32));
    if (existsSync(path)) return path;
    mkdirSync(root, { recursive: true });
    rmSync(`${path}.new`, { recursive: true, force: true });
    write(`${path}.new`);
    renameSync(`${path}.new`, path);
    return path;
  }
}
