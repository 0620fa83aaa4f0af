import { dataPrefix } from '../../core/image-layout.ts';
import { HolderFiles } from '../../core/plan/holder-files.ts';
import { type OpenListing, SortedLookup } from '../../core/plan/sorted-lookup.ts';
import { type RootArea, SourceFiles } from '../../core/plan/source-files.ts';
import type { S3Uri } from '../../core/s3-uri.ts';
import { madePrefix } from '../../core/stack-layout.ts';
import type { ObjectStore } from '../ports/object-store.ts';

const AREA_PREFIX: Readonly<Record<RootArea, string>> = {
  data: 'data/',
  archive: 'archive/data/',
  mobdir: 'mobdir/data/',
};

/** The key of a store file in the source. */
export const sourceKey = (source: S3Uri, area: RootArea, path: string): string =>
  `${source.prefix}/${AREA_PREFIX[area]}${path}`;

/** Listings below a prefix (with its slash), by path. */
export function listingsBelow(objects: Pick<ObjectStore, 'listPages'>, bucket: string, prefix: string): OpenListing {
  return async function* (directory, after) {
    const options = after === undefined ? {} : { startAfter: `${prefix}${after}` };
    for await (const page of objects.listPages(bucket, `${prefix}${directory}`, options)) {
      yield page.map(({ key, size, etag, storageClass }) => ({
        path: key.slice(prefix.length),
        size,
        etag,
        storageClass,
      }));
    }
  };
}

/** The store files of an HBase root directory as they lie now. */
export function sourceFiles(objects: Pick<ObjectStore, 'listPages'>, source: S3Uri, after?: string): SourceFiles {
  return new SourceFiles((area) => listingsBelow(objects, source.bucket, sourceKey(source, area, '')), after);
}

/** What a root's images hold, as it lies now. */
export function holderFiles(objects: Pick<ObjectStore, 'listPages'>, root: S3Uri, after?: string): HolderFiles {
  return new HolderFiles((holder) => listingsBelow(objects, root.bucket, dataPrefix(root, holder)), after);
}

/** Where the HFiles lie that a session made of logs. */
export interface MadePlace {
  readonly bucket: string;
  /** Of the session. */
  readonly work: string;
}

export const madeKey = ({ work }: MadePlace, path: string): string => `${madePrefix(work)}${path}`;

/** The HFiles that a session made, as they lie now. */
export function madeFiles(objects: Pick<ObjectStore, 'listPages'>, made: MadePlace, after?: string): SortedLookup {
  return new SortedLookup(listingsBelow(objects, made.bucket, madeKey(made, '')), after);
}
