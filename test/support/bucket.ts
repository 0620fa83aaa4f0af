import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { World } from './world.ts';

/** A bucket of a {@link World}, for looking at it and for tampering with it. */
export class Bucket {
  readonly #world: World;
  readonly name: string;

  constructor(world: World, name: string) {
    this.#world = world;
    this.name = name;
  }

  async keys(prefix = ''): Promise<string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.#world.clients.s3.send(
        new ListObjectsV2Command({ Bucket: this.name, Prefix: prefix, ...(token && { ContinuationToken: token }) }),
      );
      keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return keys;
  }

  /** Versions and delete markers, as `key version`. */
  async versions(prefix = ''): Promise<string[]> {
    const page = await this.#world.clients.s3.send(
      new ListObjectVersionsCommand({ Bucket: this.name, Prefix: prefix }),
    );
    return [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ Key, VersionId }) => `${Key} ${VersionId}`);
  }

  async get(key: string): Promise<Buffer> {
    const answer = await this.#world.clients.s3.send(new GetObjectCommand({ Bucket: this.name, Key: key }));
    const pieces: Uint8Array[] = [];
    for await (const piece of answer.Body as unknown as AsyncIterable<Uint8Array>) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /** ETag and CRC64NVME as S3 answers them. */
  async put(key: string, bytes: Uint8Array | string): Promise<{ etag: string; checksum: string }> {
    const { ETag = '', ChecksumCRC64NVME = '' } = await this.#world.clients.s3.send(
      new PutObjectCommand({ Bucket: this.name, Key: key, Body: bytes, ChecksumAlgorithm: 'CRC64NVME' }),
    );
    return { etag: ETag.replaceAll('"', ''), checksum: ChecksumCRC64NVME };
  }

  async remove(key: string): Promise<void> {
    await this.#world.clients.s3.send(new DeleteObjectCommand({ Bucket: this.name, Key: key }));
  }
}
