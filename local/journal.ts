import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, truncateSync, writeSync } from 'node:fs';

/**
 * What makes state survive: a service applies a change in memory and appends it here, whole transactions or nothing.
 * `append` returns after the record was handed to the operating system, so kill -9 of this process loses nothing
 * that was answered (power loss may).
 */
export interface Journal {
  append(record: unknown): void;
}

export const noJournal: Journal = { append: () => {} };

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** A file of lines `<digest> <JSON>`; a torn last line (the process died inside its write) is cut off on opening. */
export class FileJournal implements Journal {
  #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** Reads every whole record of `path` and opens it for appending. */
  static open(path: string): { records: unknown[]; journal: FileJournal } {
    const records: unknown[] = [];
    if (existsSync(path)) {
      const bytes = readFileSync(path);
      let at = 0;
      while (at < bytes.length) {
        const end = bytes.indexOf(10, at);
        const line = end < 0 ? '' : bytes.toString('utf8', at, end);
        const json = line.slice(17);
        if (end < 0 || digest(json) !== line.slice(0, 16)) break;
        records.push(JSON.parse(json));
        at = end + 1;
      }
      if (at < bytes.length) truncateSync(path, at);
    }
    return { records, journal: new FileJournal(openSync(path, 'a')) };
  }

  /** Replaces the journal of `path` by these records, atomically: compaction at start-up. */
  static rewrite(path: string, records: Iterable<unknown>): void {
    const fd = openSync(`${path}.new`, 'w');
    for (const record of records) writeSync(fd, FileJournal.#line(record));
    fsyncSync(fd);
    closeSync(fd);
    renameSync(`${path}.new`, path);
  }

  append(record: unknown): void {
    writeSync(this.#fd, FileJournal.#line(record));
  }

  close(): void {
    closeSync(this.#fd);
  }

  static #line(record: unknown): string {
    const json = JSON.stringify(record);
    return `${digest(json)} ${json}\n`;
  }
}
