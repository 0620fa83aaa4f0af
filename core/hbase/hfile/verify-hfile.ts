import { HEADER_BYTES, payloadOf, readBlockHeader, verifyChecksums } from './block.ts';
import { blocksOf, checkBlockBytes } from './block-stream.ts';
import { canDecompress } from './compression.ts';
import { type FileInfo, readFileInfo } from './file-info.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';
import { type HFileSource, readExactly } from './hfile-source.ts';
import { type HFileFindings, HFileWalk } from './hfile-walk.ts';
import { type HFileTrailer, readTrailer, TRAILER_BYTES } from './trailer.ts';

export interface HFileReport extends HFileFindings {
  readonly sizeBytes: number;
}

export interface VerifyHFileOptions {
  /** Bytes a ranged read asks for. */
  readonly windowBytes?: number;
  /** Largest uncompressed payload of a block that is accepted. */
  readonly maxPayloadBytes?: number;
}

const DEFAULTS = { windowBytes: 8 << 20, maxPayloadBytes: 256 << 20 };
const LEAST_BYTES = TRAILER_BYTES + 3 * HEADER_BYTES;

/**
 * Reads an HFile v3 from its first byte to its last and compares everything that it says about itself, as HFileReaderImpl,
 * HFileBlock, HFileBlockIndex and FixedFileTrailer do.
 * Memory is two windows, the largest block and the index of one leaf, whatever the file's size.
 * @throws HFileCorrupt, and what the source throws
 */
export async function verifyHFile(source: HFileSource, options: VerifyHFileOptions = {}): Promise<HFileReport> {
  const { windowBytes, maxPayloadBytes } = { ...DEFAULTS, ...options };
  const size = source.sizeBytes;
  if (size < LEAST_BYTES) throw new HFileCorrupt('file', 0, `${size} bytes are less than any HFile has`);
  const end = size - TRAILER_BYTES;
  const trailer = readTrailer(await readExactly(source, end, TRAILER_BYTES), size);
  const isReadable = !trailer.isEncrypted && canDecompress(trailer.compression);
  const info = isReadable ? await fileInfoOf(source, trailer, end, maxPayloadBytes) : undefined;
  const walk = new HFileWalk(trailer, info, maxPayloadBytes);
  for await (const { bytes, at, header } of blocksOf(source, 0, end, windowBytes, 2 * maxPayloadBytes)) {
    verifyChecksums(bytes, at, header);
    walk.block(header, () => payloadOf(bytes, at, header, trailer.compression, maxPayloadBytes)!);
  }
  return { sizeBytes: size, ...walk.finish() };
}

/** The file info is needed first, for it says how cells are laid out, and stands near the end. */
async function fileInfoOf(
  source: HFileSource,
  trailer: HFileTrailer,
  end: number,
  maxPayloadBytes: number,
): Promise<FileInfo> {
  const offset = trailer.fileInfoOffset;
  if (offset > end - HEADER_BYTES) throw new HFileCorrupt('trailer', end, `file info at ${offset}, beyond the blocks`);
  const header = readBlockHeader(await readExactly(source, offset, HEADER_BYTES), 0, offset, end);
  if (header.type !== 'file info') throw new HFileCorrupt('trailer', end, `no file info at ${offset}`);
  checkBlockBytes(header, 2 * maxPayloadBytes);
  const bytes = await readExactly(source, offset, header.onDiskBytes);
  verifyChecksums(bytes, 0, header);
  return readFileInfo(payloadOf(bytes, 0, header, trailer.compression, maxPayloadBytes)!, offset);
}
