import { createHash } from 'node:crypto';
import { encodedRegionName, type RegionInfo } from '../../core/hbase/region-info.ts';
import { writeSnapshotManifest } from '../../core/hbase/snapshot-manifest-writer.ts';
import { tableName } from '../../core/hbase/table-name.ts';
import type { ListedObject } from '../../lambdas/ports/object-store.ts';

const REGIONS_OF = 1_000;
const TABLE = tableName('bench', 'wide');
const NONE = Buffer.alloc(0);

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

/** A made-up table of so many store files: its manifest, and its listing page by page. */
export class LargeTable {
  readonly table = TABLE;
  readonly #regions: { readonly info: RegionInfo; readonly name: string; readonly files: number }[] = [];
  /** Milliseconds spent on making pages, which in life is LIST. */
  listingMs = 0;
  listingCpuSeconds = 0;

  constructor(files: number) {
    for (let left = files, i = 0; left > 0; left -= REGIONS_OF, i++) {
      const startKey = Buffer.from(String(i).padStart(8, '0'));
      const info = {
        ...{ regionId: 1_700_000_000_000n, table: TABLE, startKey, endKey: NONE },
        ...{ offline: false, split: false, replicaId: 0, unknown: NONE },
      };
      this.#regions.push({ info, name: encodedRegionName(info), files: Math.min(left, REGIONS_OF) });
    }
    this.#regions.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  manifest(): Buffer {
    const schema = {
      table: TABLE,
      attributes: new Map(),
      families: [{ name: 'f', attributes: new Map(), configuration: new Map(), unknown: NONE }],
      configuration: new Map(),
      unknown: NONE,
    };
    const regions = this.#regions.map(({ info, name, files }) => ({
      info,
      families: [{ name: 'f', files: this.#files(name, files) }],
    }));
    return writeSnapshotManifest(schema, regions);
  }

  async *pages(prefix: string): AsyncGenerator<readonly ListedObject[]> {
    for (const { name, files } of this.#regions) {
      const began = performance.now();
      const cpu = process.cpuUsage();
      const page = this.#files(name, files).map((file, i) => ({
        key: `${prefix}${name}/f/${file.name}`,
        size: file.size,
        etag: md5(`${name}${i}`),
        lastModifiedMs: 0,
        storageClass: 'STANDARD',
      }));
      const { user, system } = process.cpuUsage(cpu);
      this.listingCpuSeconds += (user + system) / 1e6;
      this.listingMs += performance.now() - began;
      yield page;
    }
  }

  #files(region: string, count: number) {
    return Array.from({ length: count }, (_, i) => ({
      name: `${i.toString(16).padStart(4, '0')}${md5(`${region}/${i}`).slice(4)}`,
      size: 1_000_000 + i,
    }));
  }
}
