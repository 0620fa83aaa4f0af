import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';

const count = z.number().int().nonnegative();
const text = z.string();

/** What the store files of one of HBase's own tables show. What was not flushed is not in files. */
const section = <E extends z.ZodType>(entry: E) =>
  z.discriminatedUnion('state', [
    /** `files`: how many were read; none: the table is there, and nothing of it was flushed. */
    z.strictObject({ state: z.literal('SEEN'), files: count, entries: z.array(entry) }),
    /** The source has no such table. */
    z.strictObject({ state: z.literal('ABSENT') }),
    z.strictObject({ state: z.literal('UNREADABLE'), reason: text }),
  ]);

const subject = {
  user: text.optional(),
  table: text.optional(),
  namespace: text.optional(),
  regionServer: text.optional(),
};

/** `cluster.json` of an image: what belongs to the source's tables and is in no snapshot of theirs. */
const description = z.strictObject({
  format: z.literal(1),
  clusterId: text,
  /** Of `hbase.version`: version of the directory layout, not of HBase; null: not there, or not readable. */
  layoutVersion: text.nullable(),
  /** HBase's own tables, by name: what of it was in use (`acl`, `rsgroup`, `replication` …). */
  systemTables: z.array(text),
  namespaces: section(z.strictObject({ name: text, properties: z.record(text, text) })),
  grants: section(
    z.strictObject({
      user: text,
      /** Of `RWXCA`. */
      actions: text,
      scope: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('global') }),
        z.strictObject({ kind: z.literal('namespace'), namespace: text }),
        /** Family and qualifier in base64. */
        z.strictObject({
          kind: z.literal('table'),
          table: text,
          family: text.optional(),
          qualifier: text.optional(),
        }),
      ]),
    }),
  ),
  /** Tags in cells have the ordinals. */
  labels: section(z.strictObject({ ordinal: z.number().int(), name: text, auths: z.array(text) })),
  quotas: section(
    z.discriminatedUnion('kind', [
      z.strictObject({
        ...subject,
        kind: z.literal('throttle'),
        type: text,
        limit: text,
        unit: text,
        scope: z.enum(['CLUSTER', 'MACHINE']),
      }),
      z.strictObject({ ...subject, kind: z.literal('space'), limit: text, policy: text }),
      z.strictObject({ ...subject, kind: z.literal('bypass-globals') }),
    ]),
  ),
});

export type ClusterDescription = z.infer<typeof description>;
export type ClusterSection<E> =
  | { readonly state: 'SEEN'; readonly files: number; readonly entries: readonly E[] }
  | { readonly state: 'ABSENT' }
  | { readonly state: 'UNREADABLE'; readonly reason: string };
export type ClusterLabels = ClusterDescription['labels'];
export type ClusterQuota = Extract<ClusterDescription['quotas'], { state: 'SEEN' }>['entries'][number];

/** Four sections of 16 MB of cells each, as JSON. */
export const MAX_CLUSTER_BYTES = 256 * 1024 * 1024;

export const encodeCluster = (cluster: ClusterDescription): Buffer => Buffer.from(`${canonicalJson(cluster)}\n`);

/** Undefined: it cannot be read. */
export function decodeCluster(bytes: Uint8Array): ClusterDescription | undefined {
  try {
    return description.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
