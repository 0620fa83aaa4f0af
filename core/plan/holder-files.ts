import type { BackupId } from '../backup-id.ts';
import type { FileEntry } from '../file-entry.ts';
import { type Listed, type OpenListing, SortedLookup } from './sorted-lookup.ts';

/** Objects of older images, each looked up by ascending path below the image that holds it; one listing a holder and table. */
export class HolderFiles {
  readonly #open: (holder: BackupId) => OpenListing;
  readonly #after: string | undefined;
  readonly #holders = new Map<BackupId, SortedLookup>();

  constructor(open: (holder: BackupId) => OpenListing, after?: string) {
    this.#open = open;
    this.#after = after;
  }

  find({ holder, path }: FileEntry): Listed | undefined | Promise<Listed | undefined> {
    let lookup = this.#holders.get(holder);
    if (!lookup) {
      lookup = new SortedLookup(this.#open(holder), this.#after);
      this.#holders.set(holder, lookup);
    }
    return lookup.find(path);
  }

  async close(): Promise<void> {
    for (const lookup of this.#holders.values()) await lookup.close();
  }
}
