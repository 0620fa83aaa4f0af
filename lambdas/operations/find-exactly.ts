import type { ListedObject, ObjectStore } from '../ports/object-store.ts';

/** The object at exactly this key, as the first of a listing; `undefined` if there is none. */
export async function findExactly(
  objects: Pick<ObjectStore, 'list'>,
  bucket: string,
  key: string,
): Promise<ListedObject | undefined> {
  for await (const object of objects.list(bucket, key)) return object.key === key ? object : undefined;
  return undefined;
}
