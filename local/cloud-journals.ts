import { join } from 'node:path';
import { FileJournal, type Journal, noJournal } from './journal.ts';

/** The journals of one cloud, all in its directory; without one nothing is kept. */
export class CloudJournals {
  readonly #dir: string | undefined;
  readonly #open: FileJournal[] = [];
  #isStopped = false;

  constructor(dir: string | undefined) {
    this.#dir = dir;
  }

  /** What was kept under this name, and where to go on. */
  open(name: string): { records: unknown[]; journal: Journal } {
    if (!this.#dir) return { records: [], journal: noJournal };
    const opened = FileJournal.open(join(this.#dir, `${name}.journal`));
    this.#open.push(opened.journal);
    const append = (record: unknown) => {
      if (!this.#isStopped) opened.journal.append(record);
    };
    return { records: opened.records, journal: { append } };
  }

  /** Replays a service's journal, writes it anew without what is past, and goes on from there. */
  persistent<S extends { records(): Iterable<unknown> }>(
    name: string,
    make: (records: Iterable<unknown>, journal: Journal) => S,
  ): S {
    if (!this.#dir) return make([], noJournal);
    const path = join(this.#dir, `${name}.journal`);
    const before = FileJournal.open(path);
    before.journal.close();
    FileJournal.rewrite(path, make(before.records, noJournal).records());
    const { records, journal } = this.open(name);
    return make(records, journal);
  }

  /** From now on nothing is kept: what still runs is cut off, as by a kill. */
  stop(): void {
    this.#isStopped = true;
  }

  close(): void {
    this.stop();
    for (const journal of this.#open) journal.close();
  }
}
