import type { FileEntry } from '../../core/file-entry.ts';
import type { ObjectStore } from '../ports/object-store.ts';

interface Place {
  readonly bucket: string;
  readonly key: string;
}

const isPlainMd5 = (etag: string): boolean => /^[0-9a-f]{32}$/.test(etag);

/**
 * Has the object at `there` the bytes of the entry, which lie at `held`? Decided by what is cheapest: size; S3's own
 * checksums; equal ETags of two plain objects (different ones say nothing: they may be encrypted differently); and
 * where S3 knows no comparable checksum (a file that HBase wrote in parts), by reading both. `refuseIfLate` is called
 * before each piece, and throws when the time is over.
 */
export async function hasSameContent(
  objects: Pick<ObjectStore, 'attributes' | 'getStream'>,
  entry: FileEntry,
  held: Place,
  there: Place,
  refuseIfLate: () => void,
): Promise<boolean> {
  const found = await objects.attributes(there.bucket, there.key);
  if (found === undefined || found.size !== entry.size) return false;
  if (found.checksum !== undefined) return found.checksum.value === entry.checksum.value;
  if (isPlainMd5(found.etag) && found.etag === entry.etag) return true;
  const [ours, theirs] = [
    await objects.getStream(held.bucket, held.key),
    await objects.getStream(there.bucket, there.key),
  ];
  return ours !== undefined && theirs !== undefined && hasSameBytes(ours, theirs, refuseIfLate);
}

async function hasSameBytes(
  a: AsyncIterable<Uint8Array>,
  b: AsyncIterable<Uint8Array>,
  refuseIfLate: () => void,
): Promise<boolean> {
  const [left, right] = [a[Symbol.asyncIterator](), b[Symbol.asyncIterator]()];
  let x: Buffer = Buffer.alloc(0);
  let y: Buffer = Buffer.alloc(0);
  const more = async (from: AsyncIterator<Uint8Array>) => {
    refuseIfLate();
    const { done, value } = await from.next();
    return done ? undefined : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  };
  try {
    while (true) {
      while (x.length === 0) {
        const piece = await more(left);
        if (piece === undefined) break;
        x = piece;
      }
      while (y.length === 0) {
        const piece = await more(right);
        if (piece === undefined) break;
        y = piece;
      }
      if (x.length === 0 || y.length === 0) return x.length === y.length;
      const length = Math.min(x.length, y.length);
      if (x.compare(y, 0, length, 0, length) !== 0) return false;
      [x, y] = [x.subarray(length), y.subarray(length)];
    }
  } finally {
    await left.return?.();
    await right.return?.();
  }
}
