import { compareUtf8 } from '../../core/hbase/utf8-order.ts';
import type { ListedObject, ObjectStore } from '../ports/object-store.ts';

/** A listing that was opened for one directory of a table, and the first object of it that was not asked for yet. */
interface Cursor {
  readonly directory: string;
  readonly objects: AsyncIterator<ListedObject>;
  next: ListedObject | undefined;
}

/**
 * Objects looked up by path, in the order of the paths, by listing: one LIST per 1,000 objects of the directories
 * asked for, no request per object. `base` is the prefix before `<ns>/<table>/…`, with its slash.
 */
export class ListedFiles {
  readonly #objects: Pick<ObjectStore, 'list'>;
  readonly #bucket: string;
  readonly #base: string;
  #cursor: Cursor | undefined;

  constructor(objects: Pick<ObjectStore, 'list'>, bucket: string, base: string) {
    this.#objects = objects;
    this.#bucket = bucket;
    this.#base = base;
  }

  /**
   * The object at a path; `undefined` if there is none. Ask in ascending order. A listing begins at the family of the
   * first path asked for, so that a range deep inside a large table does not list what lies before it.
   */
  async find(path: string): Promise<ListedObject | undefined> {
    const key = `${this.#base}${path}`;
    const cursor = await this.#at(path);
    while (cursor.next !== undefined && compareUtf8(cursor.next.key, key) < 0) await this.#advance(cursor);
    return cursor.next?.key === key ? cursor.next : undefined;
  }

  async #at(path: string): Promise<Cursor> {
    const directory = path.split('/', 2).join('/');
    if (this.#cursor?.directory === directory) return this.#cursor;
    await this.#cursor?.objects.return?.();
    const startAfter = `${this.#base}${path.slice(0, path.lastIndexOf('/') + 1)}`;
    const objects = this.#objects.list(this.#bucket, `${this.#base}${directory}/`, { startAfter });
    this.#cursor = { directory, objects: objects[Symbol.asyncIterator](), next: undefined };
    await this.#advance(this.#cursor);
    return this.#cursor;
  }

  async #advance(cursor: Cursor): Promise<void> {
    const { done, value } = await cursor.objects.next();
    cursor.next = done ? undefined : value;
  }
}
