import { compareUtf8 } from '../hbase/utf8-order.ts';

/** An object of a listing, by its path below the place that is listed. */
export interface Listed {
  readonly path: string;
  readonly size: number;
  readonly etag: string;
  readonly storageClass: string;
}

/** Opens a listing of a directory (`<ns>/<table>/`), in pages, from behind a path on if one is given. */
export type OpenListing = (directory: string, after: string | undefined) => AsyncIterable<readonly Listed[]>;

/**
 * Looks up ascending paths in listings, one listing a table, opened when its first path is asked for; nothing is listed
 * twice or kept but one page. Answers without a promise while the page lasts: a plan has a million files.
 */
export class SortedLookup {
  readonly #open: OpenListing;
  readonly #after: string | undefined;
  #directory: string | undefined;
  #pages: AsyncIterator<readonly Listed[]> | undefined;
  #page: readonly Listed[] = [];
  #at = 0;
  #isOver = true;

  /** `after`: nothing at or before this path will be asked for. */
  constructor(open: OpenListing, after?: string) {
    this.#open = open;
    this.#after = after;
  }

  find(path: string): Listed | undefined | Promise<Listed | undefined> {
    if (this.#directory === undefined || !path.startsWith(this.#directory))
      return this.#findIn(directoryOf(path), path);
    const found = this.#seek(path);
    return found !== 'end of page' ? found : this.#findFurther(path);
  }

  async close(): Promise<void> {
    await this.#pages?.return?.();
    this.#pages = undefined;
    this.#page = [];
    this.#isOver = true;
  }

  /** Within the page at hand. */
  #seek(path: string): Listed | undefined | 'end of page' {
    for (; this.#at < this.#page.length; this.#at++) {
      const listed = this.#page[this.#at]!;
      if (listed.path === path) return listed;
      if (compareUtf8(listed.path, path) > 0) return undefined;
    }
    return this.#isOver ? undefined : 'end of page';
  }

  async #findIn(directory: string, path: string): Promise<Listed | undefined> {
    await this.close();
    this.#directory = directory;
    const after = this.#after?.startsWith(directory) ? this.#after : undefined;
    this.#pages = this.#open(directory, after)[Symbol.asyncIterator]();
    this.#isOver = false;
    this.#at = 0;
    return this.#findFurther(path);
  }

  async #findFurther(path: string): Promise<Listed | undefined> {
    for (;;) {
      const found = this.#seek(path);
      if (found !== 'end of page') return found;
      const next = await this.#pages!.next();
      this.#isOver = next.done === true;
      this.#page = next.done ? [] : next.value;
      this.#at = 0;
    }
  }
}

/** `<ns>/<table>/` of a path. */
export const directoryOf = (path: string): string => path.slice(0, path.indexOf('/', path.indexOf('/') + 1) + 1);
