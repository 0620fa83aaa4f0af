import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import type { ByteSink } from '../../core/hbase/hfile/block-writer.ts';

/** A part of a file as a source of log, run or HFile. */
export function fileSource(path: string, start = 0, sizeBytes = statSync(path).size - start) {
  const file = openSync(path, 'r');
  return {
    sizeBytes,
    read: async (offset: number, length: number): Promise<Uint8Array> => {
      const bytes = Buffer.allocUnsafeSlow(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, start + offset));
    },
    close: () => closeSync(file),
  };
}

/** A new file; a path of undefined takes the bytes and drops them. */
export function fileSink(path: string | undefined) {
  const file = path === undefined ? undefined : openSync(path, 'w');
  const write: ByteSink = async (bytes) => {
    for (let at = 0; file !== undefined && at < bytes.length; ) at += writeSync(file, bytes, at);
  };
  return {
    write,
    close: () => {
      if (file !== undefined) closeSync(file);
    },
  };
}
