import { isDeepStrictEqual } from 'node:util';
import { readClusterId, writeClusterId } from '../../core/hbase/cluster-id.ts';
import { growManifest } from '../../core/hbase/grown-manifest.ts';
import { readReferenceFile, writeReferenceFile } from '../../core/hbase/reference-file.ts';
import { encodedRegionName, readRegionInfoFile, writeRegionInfoFile } from '../../core/hbase/region-info.ts';
import { resolveStoreFiles } from '../../core/hbase/resolve-store-files.ts';
import {
  readSnapshotDescription,
  requireLayoutV2,
  writeSnapshotDescription,
} from '../../core/hbase/snapshot-description.ts';
import { SnapshotManifest } from '../../core/hbase/snapshot-manifest.ts';
import { readTableInfoFile, writeTableInfoFile } from '../../core/hbase/table-schema.ts';
import { type FixtureName, fixture } from '../support/fixture.ts';
import { allocatedBy } from './allocation-meter.ts';
import { changedMessage } from './message-fields.ts';
import { refusalOf } from './refusal.ts';
import type { Target } from './target.ts';

const FIXTURES: readonly FixtureName[] = ['shop', 'shop-2.4.18', 'splits', 'tags-mob'];
const FORMAT = ['HBaseFormatError', 'InvalidTableName'];
const MANIFEST = [...FORMAT, 'InvalidFamilyName', 'InvalidStoreFileName'];

/** The small files of HBase: messages, read whole. What was read and written again has to be read the same. */
export const MESSAGE_TARGETS: readonly Target[] = [
  messageTarget('cluster-id', /\/hbase\.id$/, ['HBaseFormatError'], (bytes) =>
    checkAgain(bytes, readClusterId, writeClusterId),
  ),
  messageTarget('reference-file', /\/[^/]*\.[0-9a-f]{32}$/, ['HBaseFormatError'], (bytes) =>
    checkAgain(bytes, readReferenceFile, writeReferenceFile),
  ),
  messageTarget('region-info', /\/\.regioninfo$/, FORMAT, (bytes) => {
    const region = checkAgain(bytes, readRegionInfoFile, writeRegionInfoFile);
    if (!/^[0-9a-f]{10,32}$/.test(encodedRegionName(region))) throw new Error(`region ${encodedRegionName(region)}`);
  }),
  messageTarget('snapshot-description', /\/\.snapshotinfo$/, [...FORMAT, 'SnapshotUnsupported'], (bytes) => {
    requireLayoutV2(checkAgain(bytes, readSnapshotDescription, writeSnapshotDescription));
  }),
  messageTarget('table-schema', /\/\.tableinfo\.[^/]*$/, FORMAT, (bytes) =>
    checkAgain(bytes, readTableInfoFile, writeTableInfoFile),
  ),
  messageTarget('snapshot-manifest', /\/data\.manifest$/, MANIFEST, checkManifest),
];

function messageTarget(
  name: string,
  path: RegExp,
  refusals: readonly string[],
  check: (bytes: Uint8Array) => unknown,
): Target {
  const bases = FIXTURES.flatMap((each) => [...fixture(each)])
    .filter(([file, bytes]) => path.test(file) && bytes.length > 0 && bytes.length < 5_000)
    .map(([, bytes]) => bytes);
  return {
    name,
    input: (random) => {
      const base = random.of(bases);
      const isFile = base.subarray(0, 4).toString('latin1') === 'PBUF';
      if (!isFile || random.below(10) === 0) return changedMessage(random, base);
      // .regioninfo has a length before its message, which then counts as a field of no number.
      const at = name === 'region-info' ? 5 : 4;
      const message = changedMessage(random, base.subarray(at));
      const length = at === 5 ? [Buffer.from([message.length & 127])] : [];
      return Buffer.concat([base.subarray(0, 4), ...length, message]);
    },
    check: async (bytes) => {
      // Parts of a message are kept once or twice; a field makes a reader, never a block of memory.
      const limit = 20_000 + 2 * bytes.length;
      await allocatedBy(limit, async () => {
        await refusalOf(refusals, () => check(bytes));
      });
    },
  };
}

function checkAgain<T>(bytes: Uint8Array, read: (bytes: Uint8Array) => T, write: (value: T) => Uint8Array): T {
  const value = read(bytes);
  const again = read(write(value));
  if (!isDeepStrictEqual(plain(again), plain(value))) throw new Error('written again it is another');
  return value;
}

/** Bytes by what they are, whatever class holds them. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (value instanceof Map) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

function checkManifest(bytes: Uint8Array): void {
  const manifest = new SnapshotManifest(bytes);
  const files = manifest.regions.map((region) => manifest.storeFiles(region));
  const count = files.reduce((sum, each) => sum + each.length, 0);
  if (manifest.countStoreFiles() !== count) throw new Error('two counts of files');
  for (const region of manifest.regions) {
    if (encodedRegionName(manifest.regionInfo(region)) !== region.encodedName) throw new Error('two names of a region');
  }
  const again = new SnapshotManifest(growManifest(manifest, new Map()));
  if (again.regions.length !== manifest.regions.length) throw new Error('other regions when written again');
  const resolved = [...resolveStoreFiles(manifest, manifest.tableSchema.table)];
  if (resolved.length > count) throw new Error('more files than the manifest lists');
  for (const { path, size } of resolved) {
    const parts = path.split('/');
    if (
      parts.length !== 5 ||
      parts.some((part) => part === '' || part === '.' || part === '..' || /\p{Cc}/u.test(part))
    )
      throw new Error(`path ${JSON.stringify(path)}`);
    if (!Number.isSafeInteger(size) || size < 0) throw new Error(`size ${size}`);
  }
}
