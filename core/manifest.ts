import { z } from 'zod';
import type { BackupId } from './backup-id.ts';
import { canonicalJson } from './canonical-json.ts';
import { sha256 } from './digest.ts';
import { ImageDamaged, ManifestVoided } from './errors/image-errors.ts';

const count = z.number().int().nonnegative();
const digest = z.string().regex(/^[0-9a-f]{64}$/);

export const tableSchema = z.strictObject({
  table: z.string(),
  index: count,
  snapshot: z.string(),
  /** The snapshot's creation, ms: the table's position. */
  position: count,
  snapshotType: z.enum(['DISABLED', 'FLUSH', 'SKIPFLUSH']),
  files: count,
  bytes: count,
  newFiles: count,
  newBytes: count,
  /** SHA-256 of the list's lines before compression. */
  listSha256: digest,
  snapshotInfoSha256: digest,
  dataManifestSha256: digest,
  /** Absent in format 1: a full one of a snapshot. */
  kind: z.enum(['SNAPSHOT', 'WALS']).optional(),
  /** The image that the table follows on; null: the table is full in this image. */
  parent: z.string().nullable().optional(),
  /** Of an increment from logs: how many cells it brought. */
  cells: count.optional(),
  /** Of a snapshot of an enabled table: when it was whole, ms. */
  snapshotEnd: count.optional(),
});

const bodySchema = z.strictObject({
  format: z.literal([1, 2]),
  kind: z.literal('IMAGE'),
  id: z.string().regex(/^backup_\d{13}$/),
  root: z.string(),
  type: z.enum(['FULL', 'INCREMENTAL']),
  epoch: count,
  executionArn: z.string(),
  source: z.string(),
  clusterId: z.string(),
  startedAt: count,
  sealedAt: count,
  files: count,
  bytes: count,
  newFiles: count,
  newBytes: count,
  holders: z.array(z.string()),
  parents: z.array(z.strictObject({ id: z.string(), manifestSha256: digest })),
  positionsSha256: digest,
  /** Of the lines of `store-files.jsonl.zst`; null, and absent before it was: no table of the image was made from logs. */
  storeFilesSha256: digest.nullable().optional(),
  /** Of the bytes of `cluster.json`; absent before it was. */
  clusterSha256: digest.optional(),
  tables: z.array(tableSchema),
});

/** The sealed header of an image: totals, digests, parents; the files themselves are in the lists it names. */
export type Manifest = z.infer<typeof bodySchema>;
export type ManifestTable = z.infer<typeof tableSchema>;

/** Largest manifest: what seals must be readable again. With at most 1,000 tables it stays far below. */
export const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;

/** What stands at a manifest's key. */
export type ManifestObject =
  | { readonly kind: 'IMAGE'; readonly manifest: Manifest; readonly sha256: string }
  | { readonly kind: 'VOID'; readonly id: BackupId }
  | { readonly kind: 'SHELL'; readonly id: BackupId; readonly sha256: string };

/** The bytes of a sealed manifest: canonical JSON of `{body, sha256}`, the digest over the canonical body. */
export function encodeManifest(body: Manifest): { bytes: Buffer; sha256: string } {
  const digestOfBody = sha256(canonicalJson(body));
  return { bytes: Buffer.from(`${canonicalJson({ body, sha256: digestOfBody })}\n`), sha256: digestOfBody };
}

/** The VOID marker: a prefix with it is no image and can never become one. */
export const encodeVoid = (id: BackupId): Buffer =>
  Buffer.from(`${canonicalJson({ body: { format: 1, kind: 'VOID', id } })}\n`);

/** The SHELL marker of an image that is no restore point any more and holds bytes that others list; with its manifest's digest. */
export const encodeShell = (id: BackupId, sha256OfManifest: string): Buffer =>
  Buffer.from(`${canonicalJson({ body: { format: 1, kind: 'SHELL', id }, sha256: sha256OfManifest })}\n`);

/**
 * Reads what stands at a manifest's key.
 * @throws ImageDamaged if it is neither a manifest whose digest is right nor a marker.
 */
export function decodeManifest(bytes: Uint8Array, where: string): ManifestObject {
  const damaged = (why: string) =>
    new ImageDamaged(`${where} ${why}`, 'restore an older image; holdfast history shows them', { where });
  let parsed: { body?: { kind?: unknown; id?: unknown }; sha256?: unknown };
  try {
    parsed = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw damaged('is no JSON');
  }
  const { body } = parsed;
  if (body?.kind === 'VOID') return { kind: 'VOID', id: String(body.id) };
  if (body?.kind === 'SHELL') return { kind: 'SHELL', id: String(body.id), sha256: String(parsed.sha256) };
  const result = bodySchema.safeParse(body);
  if (!result.success) throw damaged(`is no manifest of format 1 or 2: ${result.error.issues[0]?.path.join('.')}`);
  const digestOfBody = sha256(canonicalJson(result.data));
  if (digestOfBody !== parsed.sha256) throw damaged('does not have the digest that it states');
  return { kind: 'IMAGE', manifest: result.data, sha256: digestOfBody };
}

/**
 * The manifest of a sealed image.
 * @throws ManifestVoided, ImageDamaged
 */
export function expectImage(object: ManifestObject, where: string): { manifest: Manifest; sha256: string } {
  if (object.kind === 'IMAGE') return object;
  throw new ManifestVoided(`${where} is a ${object.kind} marker: there is no image`, 'holdfast history', { where });
}
