import { FOREVER_SECONDS } from './hbase/attribute-rules.ts';
import type { DescriptorTraits } from './hbase/descriptor-traits.ts';
import { MANIFEST_LIMIT_BYTES, neededManifestLimit } from './hbase/manifest-limit.ts';
import type { Line } from './hbase/store-file-tracker.ts';
import { attributeOf } from './hbase/table-change.ts';
import type { TableSchema } from './hbase/table-schema.ts';

/** One table as it will be restored: its descriptor with every change made. */
export interface TableToRestore {
  readonly table: string;
  readonly schema: TableSchema;
  /** Of `schema`. */
  readonly traits: DescriptorTraits;
  /** Of the image's descriptor. */
  readonly line: Line;
  /** The image's position of the table, and now, ms. */
  readonly position: number;
  readonly now: number;
  readonly files: number;
  readonly regions: number;
  /** Of `data.manifest` as it will be published. */
  readonly manifestBytes: number;
  /** Of the target. */
  readonly targetLine: Line;
}

/** Fewer files than this are linked within seconds. */
const MANY_FILES = 1_000;
/** A link and a back reference in S3, each with the look whether it is there: an assumption, not a measurement. */
const SECONDS_A_FILE = 0.2;
/** `hbase.snapshot.thread.pool.max`: so many regions are cloned at once. */
const REGIONS_AT_ONCE = 8;

/** What somebody must know before the table is cloned, a sentence each. */
export function restoreNotes(to: TableToRestore): string[] {
  return [...ttlNotes(to), ...needNotes(to), ...sizeNotes(to), ...mobNotes(to)];
}

function* ttlNotes({ table, schema, position, now }: TableToRestore): Generator<string> {
  const ageSeconds = Math.floor((now - position) / 1000);
  for (const { name } of schema.families) {
    const text = attributeOf(schema, name, 'TTL') ?? '';
    const ttl = /^\d+$/.test(text) ? Number(text) : FOREVER_SECONDS;
    if (ttl >= FOREVER_SECONDS || ttl > ageSeconds) continue;
    yield `${table}:${name}: TTL ${ttl} s, and the image is ${ageSeconds} s old: every cell written by then has expired and is not shown; --set ${table}:${name}.TTL=FOREVER keeps them`;
  }
}

function* needNotes({ traits, line, targetLine }: TableToRestore): Generator<string> {
  const { coprocessors, compressions, encrypted } = traits;
  if (coprocessors.length > 0) {
    yield `coprocessors ${coprocessors.join(', ')}: the region servers of the target must have the classes, or no region opens; --strip-coprocessors leaves them out`;
  }
  const libraries = compressions.filter((one) => one !== 'GZ');
  if (libraries.length > 0) {
    yield `compression ${libraries.join(', ')}: the target must have the codec (hbase org.apache.hadoop.hbase.util.CompressionTest)`;
  }
  if (encrypted.length > 0) {
    yield `encrypted families ${encrypted.join(', ')}: the target needs the key provider and master key of the source; keys are not backed up`;
  }
  if (line === 'from 2.5 on' && targetLine === 'up to 2.4') {
    yield 'the table is of an HBase from 2.5 on, hbase:meta of the target was made by one up to 2.4: that one keeps attributes that it does not know, and does nothing with them';
  }
}

function* sizeNotes({ files, regions, manifestBytes }: TableToRestore): Generator<string> {
  if (files >= MANY_FILES) {
    const seconds = (files * SECONDS_A_FILE) / Math.max(1, Math.min(REGIONS_AT_ONCE, regions));
    yield `${files} files: a clone writes a link and a back reference for each, ${2 * files} small objects; estimated ${Math.max(1, Math.round(seconds / 60))} min on S3 (${SECONDS_A_FILE} s a file, ${REGIONS_AT_ONCE} regions at once)`;
  }
  if (manifestBytes > MANIFEST_LIMIT_BYTES) {
    yield `data.manifest has ${manifestBytes} bytes: snapshot.manifest.size.limit must be ${neededManifestLimit(manifestBytes)} for the target's masters and clients, or they cannot read the snapshot and no cleaner runs`;
  }
}

function* mobNotes({ traits }: TableToRestore): Generator<string> {
  if (traits.mob.length === 0) return;
  yield `MOB families ${traits.mob.join(', ')}: keep the snapshot until a MOB major compaction of the restored table has ended (docs/runbook.md, "After a restore")`;
}
