import { completeIsWhole } from '../../core/check/i01-complete-is-whole.ts';
import { flagHasItsSnapshot } from '../../core/check/i03-flag-has-its-snapshot.ts';
import type { ReadSnapshot } from '../../core/check/i03-recorded-snapshot.ts';
import { historyAgrees } from '../../core/check/i06-history-agrees.ts';
import { deletionIsLast } from '../../core/check/i07-deletion-is-last.ts';
import { nothingForgotten } from '../../core/check/i12-nothing-forgotten.ts';
import type { RootFacts } from '../../core/check/root-facts.ts';
import { sha256 } from '../../core/digest.ts';
import type { FileEntry } from '../../core/file-entry.ts';
import { imagesPrefix } from '../../core/image-layout.ts';
import type { CleanUpEntry, ImageRecord, Item, SessionRecord } from '../../core/items.ts';
import { decodeManifest, type ManifestObject } from '../../core/manifest.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { systemPrefix } from '../../core/stack-layout.ts';
import { SealedImage } from '../../lambdas/operations/sealed-image.ts';
import type { HoldfastCloud } from './holdfast-cloud.ts';

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Reads everything there is of a root, as the operator. */
export async function rootFacts(
  h: Pick<HoldfastCloud, 'objects' | 'table' | 'cleanUp' | 'stack'>,
  rootUri: string,
): Promise<RootFacts> {
  const root = parseS3Uri(rootUri, 'root');
  const versions = await all(h.objects.listVersions(root.bucket, `${root.prefix}/`));
  const uploads = await all(h.objects.listUploads(root.bucket, `${root.prefix}/`));
  const objects = new Map(versions.filter((v) => v.isLatest && !v.isDeleteMarker).map((v) => [v.key, v]));
  const manifests = new Map<string, ManifestObject>();
  const files = new Map<string, FileEntry[]>();
  for (const key of objects.keys()) {
    const id = new RegExp(`^${imagesPrefix(root)}([^/]+)/manifest\\.json$`).exec(key)?.[1];
    const stored = id === undefined ? undefined : await h.objects.get(root.bucket, key, 1 << 24);
    if (id === undefined || stored === undefined) continue;
    const found = decodeManifest(stored.bytes, key);
    manifests.set(id, found);
    if (found.kind !== 'IMAGE') continue;
    const image = new SealedImage(h.objects, root, id);
    const entries = found.manifest.tables.map((table) => all(image.files(found.manifest, table)).catch(() => []));
    files.set(id, (await Promise.all(entries)).flat());
  }
  const snapshots = new Map<string, ReadSnapshot>();
  for await (const { key } of h.objects.list(h.stack.SystemBucket, systemPrefix(root.uri))) {
    const bytes = Buffer.from((await h.objects.get(h.stack.SystemBucket, key, 1 << 26))?.bytes ?? []);
    snapshots.set(key, { items: bytes.toString('utf8').split('\n').length - 1, sha256: sha256(bytes) });
  }
  return {
    root: root.uri,
    control: await h.table.readControl(root.uri),
    items: await all<Item>(h.table.listItems(root.uri)),
    images: await all<ImageRecord>(h.table.listImages(root.uri)),
    sessions: await all<SessionRecord>(h.table.listSessions(root.uri)),
    cleanUp: await all<CleanUpEntry>(h.cleanUp.list(root.uri)),
    manifests,
    files,
    objects,
    everyKey: [...versions, ...uploads].map(({ key }) => key),
    systemSnapshots: snapshots,
  };
}

/** What the invariants that hold at every moment say about these facts. Empty: nothing is wrong. */
export const violationsOf = (facts: RootFacts): string[] =>
  [completeIsWhole, flagHasItsSnapshot, historyAgrees, deletionIsLast, nothingForgotten]
    .flatMap((check) => [...check(facts)])
    .map(({ invariant, what }) => `${invariant}: ${what}`);
