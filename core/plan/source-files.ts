import type { SourceArea } from '../file-entry.ts';
import { type Listed, type OpenListing, SortedLookup } from './sorted-lookup.ts';

/** Below an HBase root. */
export type RootArea = Exclude<SourceArea, 'made'>;

export interface FoundFile extends Listed {
  readonly area: RootArea;
}

/** The places of a store file in HFileLink's order. An area is listed from the first file on that the ones before lack. */
export const SOURCE_AREAS: readonly RootArea[] = ['data', 'archive', 'mobdir'];

/** Where the source has its files now, by ascending path. */
export class SourceFiles {
  readonly #areas: readonly { readonly area: RootArea; readonly lookup: SortedLookup }[];

  constructor(open: (area: RootArea) => OpenListing, after?: string) {
    this.#areas = SOURCE_AREAS.map((area) => ({ area, lookup: new SortedLookup(open(area), after) }));
  }

  find(path: string): FoundFile | undefined | Promise<FoundFile | undefined> {
    const { area, lookup } = this.#areas[0]!;
    const listed = lookup.find(path);
    if (listed === undefined || listed instanceof Promise) return this.#findElsewhere(path, listed);
    return { ...listed, area };
  }

  async close(): Promise<void> {
    for (const { lookup } of this.#areas) await lookup.close();
  }

  async #findElsewhere(path: string, inData: Promise<Listed | undefined> | undefined): Promise<FoundFile | undefined> {
    const first = await inData;
    if (first !== undefined) return { ...first, area: 'data' };
    for (const { area, lookup } of this.#areas.slice(1)) {
      const listed = await lookup.find(path);
      if (listed !== undefined) return { ...listed, area };
    }
    return undefined;
  }
}
