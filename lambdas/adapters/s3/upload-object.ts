import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { HoldfastError } from '../../../core/errors/holdfast-error.ts';
import { UnknownAnswer } from '../../../core/errors/platform-errors.ts';
import type { ObjectUpload, UploadedObject } from '../../ports/object-store.ts';
import { attributes } from './read-objects.ts';
import { at, bareEtag, expected, type S3World } from './s3-request.ts';

/** Of each part but the last; S3 takes 10,000 of them, so that 80 GB fit. */
const PART_BYTES = 8 << 20;

type Part = { readonly ETag: string; readonly PartNumber: number; readonly ChecksumCRC64NVME?: string };

/**
 * An object whose size is known only when its last byte is written: parts of 8 MiB, one being sent while the next one
 * fills. What fits into one part is one PUT.
 */
export class S3Upload implements ObjectUpload {
  readonly #world: S3World;
  readonly #place: { readonly Bucket: string; readonly Key: string };
  readonly #what: string;
  readonly #partBytes: number;
  #part: Buffer;
  #filled = 0;
  #size = 0;
  #uploadId: string | undefined;
  #parts: Part[] = [];
  #sending: Promise<void> | undefined;

  constructor(world: S3World, bucket: string, key: string, partBytes = PART_BYTES) {
    this.#world = world;
    this.#place = { Bucket: bucket, Key: key };
    this.#what = `upload of ${at(bucket, key)}`;
    this.#partBytes = partBytes;
    this.#part = Buffer.allocUnsafeSlow(partBytes);
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      const piece = bytes.subarray(from, from + this.#partBytes - this.#filled);
      this.#part.set(piece, this.#filled);
      this.#filled += piece.length;
      this.#size += piece.length;
      from += piece.length;
      if (this.#filled === this.#partBytes) await this.#send();
    }
  }

  async close(): Promise<UploadedObject> {
    if (this.#uploadId === undefined) return this.#put();
    if (this.#filled > 0) await this.#send();
    await this.#sending;
    const UploadId = this.#uploadId;
    const complete = new CompleteMultipartUploadCommand({
      ...this.#place,
      UploadId,
      ChecksumType: 'FULL_OBJECT',
      MpuObjectSize: this.#size,
      MultipartUpload: { Parts: this.#parts },
    });
    try {
      const { ETag } = await expected(this.#world, this.#what, () => this.#world.s3.send(complete));
      if (ETag !== undefined) return { etag: bareEtag(ETag), size: this.#size };
    } catch (error) {
      // An earlier try, whose answer was lost, completed it.
      if (!(error instanceof HoldfastError && error.evidence.code === 'NoSuchUpload')) throw error;
    }
    const there = await attributes(this.#world, this.#place.Bucket, this.#place.Key);
    if (there?.size === this.#size) return { etag: there.etag, size: this.#size };
    throw new UnknownAnswer(`${this.#what} was lost`, 'start it again');
  }

  async abort(): Promise<void> {
    await this.#sending?.catch(() => undefined);
    const UploadId = this.#uploadId;
    if (UploadId === undefined) return;
    await expected(this.#world, this.#what, () =>
      this.#world.s3.send(new AbortMultipartUploadCommand({ ...this.#place, UploadId })),
    );
  }

  async #put(): Promise<UploadedObject> {
    const Body = this.#part.subarray(0, this.#filled);
    const command = new PutObjectCommand({ ...this.#place, Body, ChecksumAlgorithm: 'CRC64NVME' });
    const { ETag = '' } = await expected(this.#world, this.#what, () => this.#world.s3.send(command));
    return { etag: bareEtag(ETag), size: this.#size };
  }

  /** Begins to send the part that is full; the one before it has arrived then. */
  async #send(): Promise<void> {
    this.#uploadId ??= await this.#create();
    await this.#sending;
    const PartNumber = this.#parts.length + 1;
    const Body = this.#part.subarray(0, this.#filled);
    const command = new UploadPartCommand({
      ...this.#place,
      UploadId: this.#uploadId,
      PartNumber,
      Body,
      ChecksumAlgorithm: 'CRC64NVME',
    });
    this.#part = Buffer.allocUnsafeSlow(this.#partBytes);
    this.#filled = 0;
    this.#parts.push({ PartNumber, ETag: '' });
    this.#sending = expected(this.#world, this.#what, () => this.#world.s3.send(command)).then(
      ({ ETag = '', ChecksumCRC64NVME }) => {
        this.#parts[PartNumber - 1] = { PartNumber, ETag, ...(ChecksumCRC64NVME && { ChecksumCRC64NVME }) };
      },
    );
    // Whoever writes or closes next gets the error.
    this.#sending.catch(() => undefined);
  }

  async #create(): Promise<string> {
    const create = new CreateMultipartUploadCommand({
      ...this.#place,
      ChecksumAlgorithm: 'CRC64NVME',
      ChecksumType: 'FULL_OBJECT',
    });
    const { UploadId } = await expected(this.#world, this.#what, () => this.#world.s3.send(create));
    if (UploadId === undefined) throw new UnknownAnswer(`${this.#what}: without an id`, 'report this answer of S3');
    return UploadId;
  }
}
