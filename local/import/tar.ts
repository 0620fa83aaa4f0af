import { Buffer } from 'node:buffer';
import { zstdDecompressSync } from 'node:zlib';

/** A regular file of an archive. `bytes` is a view into the unpacked archive. */
export interface TarEntry {
  readonly path: string;
  readonly bytes: Buffer;
}

const BLOCK = 512;
const MAX_UNPACKED_BYTES = 1 << 30;

/** The regular files of a `.tar.zst`, in the archive's order; directories, links and devices are passed over. */
export function* readTarZst(packed: Uint8Array): Generator<TarEntry> {
  yield* readTar(zstdDecompressSync(packed, { maxOutputLength: MAX_UNPACKED_BYTES }));
}

/**
 * POSIX ustar with the two ways in which GNU tar and pax write a path of more than 100 characters.
 * @throws Error naming the offset: cut short, a wrong header checksum, or a path that leads out of the archive
 */
export function* readTar(tar: Uint8Array): Generator<TarEntry> {
  const bytes = Buffer.from(tar.buffer, tar.byteOffset, tar.byteLength);
  let longPath: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header[0] === 0) return;
    checkHeader(header, at);
    const size = Number.parseInt(text(header, 124, 12), 8);
    const end = at + BLOCK + size;
    if (!(size >= 0) || end > bytes.length) throw new Error(`tar entry at byte ${at} is cut short`);
    const content = bytes.subarray(at + BLOCK, end);
    const type = String.fromCharCode(header[156]!);
    if (type === 'L') longPath = text(content, 0, size);
    else if (type === 'x') longPath = paxPath(content) ?? longPath;
    else {
      if (type === '0' || type === '\0') yield { path: safe(longPath ?? shortPath(header), at), bytes: content };
      longPath = undefined;
    }
    at = BLOCK * Math.ceil(end / BLOCK);
  }
}

function shortPath(header: Buffer): string {
  const prefix = text(header, 257, 5) === 'ustar' && header[262] === 0 ? text(header, 345, 155) : '';
  return prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`;
}

/** Records `<length> path=<value>\n`. */
function paxPath(content: Buffer): string | undefined {
  return /^\d+ path=(.*)$/m.exec(content.toString('utf8'))?.[1];
}

function checkHeader(header: Buffer, at: number): void {
  let sum = 8 * 0x20;
  for (const [i, byte] of header.entries()) if (i < 148 || i >= 156) sum += byte;
  if (Number.parseInt(text(header, 148, 8), 8) !== sum) throw new Error(`tar header at byte ${at} is damaged`);
}

function safe(path: string, at: number): string {
  const parts = path.split('/');
  if (path.startsWith('/') || parts.includes('..')) throw new Error(`tar entry at byte ${at} leads out: ${path}`);
  return parts.filter((part) => part !== '.' && part !== '').join('/');
}

function text(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end).trim();
}
