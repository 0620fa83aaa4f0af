import type { Output } from '../../local/hub.ts';
import { type HoldfastCloud, ROOT } from './holdfast-cloud.ts';

/** The state of a deployed app, to come back to: one cloud serves a whole file of tests. */
export class CloudCheckpoint {
  readonly #h: HoldfastCloud;
  readonly #items: readonly Output[];
  /** Bucket → versions that were there. */
  readonly #versions = new Map<string, Set<string>>();
  /** What a deletion may have removed of the root. */
  readonly #backups = new Map<string, Uint8Array>();
  readonly #sources = new Map<string, { readonly body: Uint8Array; modifiedMs: number }>();

  private constructor(h: HoldfastCloud, items: readonly Output[]) {
    this.#h = h;
    this.#items = items;
  }

  static async of(h: HoldfastCloud): Promise<CloudCheckpoint> {
    const { Items = [] } = await h.cloud.call('dynamodb', 'Scan', { TableName: h.stack.TableName });
    const checkpoint = new CloudCheckpoint(h, Items as Output[]);
    for (const bucket of ['backups', 'hbase', h.stack.SystemBucket, h.stack.WorkBucket]) {
      const versions = await Array.fromAsync(h.objects.listVersions(bucket, ''));
      checkpoint.#versions.set(bucket, new Set(versions.map((v) => `${v.key} ${v.versionId}`)));
    }
    for await (const { key } of h.objects.list('backups', ''))
      checkpoint.#backups.set(key, (await h.objects.get('backups', key, 1 << 28))?.bytes ?? Buffer.alloc(0));
    for await (const { key, lastModifiedMs: modifiedMs } of h.objects.list('hbase', '')) {
      const stored = await h.objects.get('hbase', key, 1 << 28);
      checkpoint.#sources.set(key, { body: stored?.bytes ?? Buffer.alloc(0), modifiedMs });
    }
    return checkpoint;
  }

  /** Removes what was added, puts back what was deleted from the root or changed in the source, and every item of the table. */
  async rewind(): Promise<void> {
    const { objects } = this.#h;
    for (const [bucket, kept] of this.#versions) {
      const versions = await Array.fromAsync(objects.listVersions(bucket, ''));
      await objects.deleteVersions(bucket, asyncOf(versions.filter((v) => !kept.has(`${v.key} ${v.versionId}`))));
      await objects.abortUploads(bucket, objects.listUploads(bucket, ''));
    }
    await this.#rewindBackups();
    await this.#rewindSources();
    await this.#rewindItems();
  }

  async #rewindBackups(): Promise<void> {
    const { cloud, objects } = this.#h;
    const there = new Set<string>();
    for await (const { key } of objects.list('backups', '')) there.add(key);
    for (const [Key, Body] of this.#backups) {
      if (there.has(Key)) continue;
      const { VersionId = 'null' } = await cloud.call('s3', 'PutObject', { Bucket: 'backups', Key, Body });
      this.#versions.get('backups')?.add(`${Key} ${String(VersionId)}`);
    }
  }

  async #rewindSources(): Promise<void> {
    const { cloud, objects } = this.#h;
    const there = new Map<string, number>();
    for await (const { key, lastModifiedMs } of objects.list('hbase', '')) there.set(key, lastModifiedMs);
    for (const [Key, source] of this.#sources) {
      if (there.get(Key) === source.modifiedMs) continue;
      await cloud.call('s3', 'PutObject', { Bucket: 'hbase', Key, Body: source.body });
      const [now] = await Array.fromAsync(objects.list('hbase', Key));
      source.modifiedMs = now?.lastModifiedMs ?? 0;
    }
  }

  async #rewindItems(): Promise<void> {
    const { cloud, stack, table } = this.#h;
    const TableName = stack.TableName;
    // The two counters never go back: names made of them are never used twice.
    const { epoch, version } = await table.readControl(ROOT);
    const grown = { epoch: { N: String(epoch) }, version: { N: String(version) } };
    const { Items = [] } = await cloud.call('dynamodb', 'Scan', { TableName });
    for (const { pk, sk } of Items as Output[])
      await cloud.call('dynamodb', 'DeleteItem', { TableName, Key: { pk, sk } });
    for (const item of this.#items) {
      const isControl = (item.pk as { S: string }).S === `root#${ROOT}` && (item.sk as { S: string }).S === 'control';
      await cloud.call('dynamodb', 'PutItem', { TableName, Item: isControl ? { ...item, ...grown } : item });
    }
  }
}

async function* asyncOf<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
