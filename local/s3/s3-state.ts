import type { BlobStore, Segment } from './blob-store.ts';
import type { ObjectVersion, StoredPart, Upload } from './object-version.ts';
import type { BucketFacts, S3Record } from './s3-record.ts';
import { SortedKeys } from './sorted-keys.ts';

export interface UploadState {
  readonly upload: Upload;
  readonly parts: Map<number, StoredPart>;
}

export interface BucketState {
  facts: BucketFacts;
  /** Newest version first; never empty. */
  readonly keys: SortedKeys<readonly ObjectVersion[]>;
  readonly uploads: Map<string, UploadState>;
}

const segmentsOf = (version: ObjectVersion) => (version.kind === 'object' ? version.segments : []);

/** Everything S3 remembers. Changes by records only, so that a journal's replay is the same as the calls were. */
export class S3State {
  readonly buckets = new Map<string, BucketState>();
  readonly #blobs: BlobStore;
  readonly #uses = new Map<string, number>();

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  /** `isReplay`: blobs may be gone already that a later record drops; nothing is deleted until {@link sweep}. */
  apply(record: S3Record, isReplay = false): void {
    const dropped: Segment[] = [];
    if (record.do === 'bucket') this.#setBucket(record.bucket, record.facts);
    else if (record.do === 'drop-bucket') this.#dropBucket(record.bucket, dropped);
    else this.#applyTo(this.buckets.get(record.bucket)!, record, dropped);
    for (const { blob } of dropped) this.#release(blob, isReplay);
  }

  /** The fewest records that make this state: what a compacted journal holds. */
  *records(): Iterable<S3Record> {
    for (const [bucket, { facts, keys, uploads }] of this.buckets) {
      yield { do: 'bucket', bucket, facts };
      for (const [key, versions] of keys.entries()) {
        for (const version of versions.toReversed()) yield { do: 'version', bucket, key, version };
      }
      for (const { upload, parts } of uploads.values()) {
        yield { do: 'upload', bucket, upload };
        for (const part of parts.values()) yield { do: 'part', bucket, uploadId: upload.uploadId, part };
      }
    }
  }

  /** After a replay: deletes blobs that nothing names, left by a process that died between blob and record. */
  sweep(): void {
    for (const id of [...this.#blobs.ids()]) if (!this.#uses.has(id)) this.#blobs.delete(id);
  }

  #setBucket(name: string, facts: BucketFacts): void {
    const known = this.buckets.get(name);
    if (known) known.facts = facts;
    else this.buckets.set(name, { facts, keys: new SortedKeys(), uploads: new Map() });
  }

  #dropBucket(name: string, dropped: Segment[]): void {
    const state = this.buckets.get(name)!;
    for (const uploadId of [...state.uploads.keys()]) this.#dropUpload(state, uploadId, dropped);
    this.buckets.delete(name);
  }

  #applyTo(state: BucketState, record: Exclude<S3Record, { do: 'bucket' | 'drop-bucket' }>, dropped: Segment[]): void {
    switch (record.do) {
      case 'version': {
        const before = state.keys.get(record.key) ?? [];
        this.#retain(segmentsOf(record.version));
        for (const old of before) if (old.versionId === record.version.versionId) dropped.push(...segmentsOf(old));
        state.keys.set(record.key, [record.version, ...before.filter((v) => v.versionId !== record.version.versionId)]);
        if (record.completes !== undefined) this.#dropUpload(state, record.completes, dropped);
        return;
      }
      case 'change': {
        const versions = state.keys.get(record.key)!;
        state.keys.set(
          record.key,
          versions.map((v) => (v.versionId === record.version.versionId ? record.version : v)),
        );
        return;
      }
      case 'drop-version': {
        const versions = state.keys.get(record.key)!;
        const left = versions.filter((v) => v.versionId !== record.versionId);
        for (const old of versions) if (old.versionId === record.versionId) dropped.push(...segmentsOf(old));
        if (left.length > 0) state.keys.set(record.key, left);
        else state.keys.delete(record.key);
        return;
      }
      case 'upload':
        state.uploads.set(record.upload.uploadId, { upload: record.upload, parts: new Map() });
        return;
      case 'part': {
        const { parts } = state.uploads.get(record.uploadId)!;
        this.#retain(record.part.segments);
        dropped.push(...(parts.get(record.part.number)?.segments ?? []));
        parts.set(record.part.number, record.part);
        return;
      }
      case 'drop-upload':
        this.#dropUpload(state, record.uploadId, dropped);
    }
  }

  #dropUpload(state: BucketState, uploadId: string, dropped: Segment[]): void {
    for (const part of state.uploads.get(uploadId)!.parts.values()) dropped.push(...part.segments);
    state.uploads.delete(uploadId);
  }

  #retain(segments: readonly Segment[]): void {
    for (const { blob } of segments) this.#uses.set(blob, (this.#uses.get(blob) ?? 0) + 1);
  }

  #release(blob: string, isReplay: boolean): void {
    const left = this.#uses.get(blob)! - 1;
    if (left > 0) this.#uses.set(blob, left);
    else {
      this.#uses.delete(blob);
      if (!isReplay) this.#blobs.delete(blob);
    }
  }
}
