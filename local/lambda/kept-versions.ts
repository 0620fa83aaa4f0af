import type { Journal } from '../journal.ts';
import type { FunctionStore, PublishedVersion } from './function-store.ts';

const idOf = ({ config, logicalId }: PublishedVersion): string => `${config.name}/${logicalId}`;

/** Published versions outlive the process: running executions name them. */
export class KeptVersions {
  readonly #functions: FunctionStore;
  readonly #journal: Journal;
  readonly #kept = new Set<string>();

  constructor(functions: FunctionStore, { records, journal }: { records: readonly unknown[]; journal: Journal }) {
    const versions = records as readonly PublishedVersion[];
    this.#functions = functions;
    this.#journal = journal;
    functions.restore(versions);
    for (const version of versions) this.#kept.add(idOf(version));
  }

  /** After a deploy: those that are new. */
  keep(): void {
    for (const version of this.#functions.publishedVersions()) {
      if (!this.#kept.has(idOf(version))) this.#journal.append(version);
      this.#kept.add(idOf(version));
    }
  }
}
