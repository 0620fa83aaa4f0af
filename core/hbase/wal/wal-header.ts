import { Buffer } from 'node:buffer';
import { HBaseFormatError } from '../format-error.ts';
import { COMPRESSIONS, type Compression, canDecompress } from '../hfile/compression.ts';
import { readBytes, readMessage, readText } from '../protobuf-message.ts';
import { EntryFault, EntryShort } from './entry-fault.ts';
import { VarintReader } from './varint-reader.ts';
import { WalCorrupt, WalUnsupported } from './wal-errors.ts';

/** WALHeader: how the entries of the log are written. */
export interface WalHeader {
  /** Where the first entry begins. */
  readonly endOffset: number;
  /** Dictionary compression of keys and cells; without it the two below have no meaning. */
  readonly isCompressed: boolean;
  readonly hasCompressedTags: boolean;
  readonly valueCompression: Compression | undefined;
  /** Whether Phoenix's IndexedWALEditCodec wrote it, which has records between the cells that are none. */
  readonly isIndexed: boolean;
}

export const WAL_MAGIC: Buffer = Buffer.from('PWAL', 'latin1');
/** HBase writes about 80 bytes, an encrypted log some hundred. */
export const MAX_HEADER_BYTES = 1 << 16;

const PACKAGE = 'org.apache.hadoop.hbase.regionserver.wal.';
const WRITERS = ['', 'ProtobufLogWriter', 'AsyncProtobufLogWriter'];

/**
 * Undefined if the bytes end before the header does.
 * @param bytes the log from its start, up to its end or at least {@link MAX_HEADER_BYTES}
 * @throws WalCorrupt, WalUnsupported
 */
export function readWalHeader(bytes: Uint8Array, what: string): WalHeader | undefined {
  const magic = Math.min(4, bytes.length);
  if (WAL_MAGIC.compare(bytes, 0, magic, 0, magic) !== 0) {
    const isOld = Buffer.from(bytes.subarray(0, 3)).toString('latin1') === 'SEQ';
    throw new WalCorrupt(what, 0, isOld ? 'a SequenceFile (written before 0.96)' : 'does not begin with PWAL');
  }
  const varint = new VarintReader();
  let length: number;
  try {
    length = varint.int32(bytes, 4, bytes.length);
  } catch (error) {
    if (error instanceof EntryShort) return undefined;
    if (error instanceof EntryFault) throw new WalCorrupt(what, 4, `header: ${error.message}`);
    throw error;
  }
  if (length > MAX_HEADER_BYTES - 9) throw new WalCorrupt(what, 4, `a header of ${length} bytes`);
  const endOffset = varint.next + length;
  if (endOffset > bytes.length) return undefined;
  return { endOffset, ...headerOf(bytes.subarray(varint.next, endOffset), varint.next, what) };
}

function headerOf(message: Uint8Array, base: number, what: string): Omit<WalHeader, 'endOffset'> {
  const numbers = new Map<number, number>();
  let hasKey = false;
  let writer = '';
  let codec = '';
  try {
    readMessage(message, what, base, (tag, reader) => {
      if (tag === 8 || tag === 24 || tag === 48 || tag === 56) numbers.set(tag, reader.uint32());
      else if (tag === 18) hasKey = readBytes(reader).length > 0;
      else if (tag === 34) writer = readText(reader);
      else if (tag === 42) codec = readText(reader);
      else return false;
      return true;
    });
  } catch (error) {
    if (error instanceof HBaseFormatError) throw new WalCorrupt(what, error.offset, `header: ${error.reason}`);
    throw error;
  }
  if (hasKey || writer.includes('Secure') || codec === `${PACKAGE}SecureWALCellCodec`) {
    throw new WalUnsupported(what, 'the log is encrypted');
  }
  if (!WRITERS.includes(writer)) throw new WalUnsupported(what, `written by ${JSON.stringify(writer)}`);
  const isIndexed = codec === `${PACKAGE}IndexedWALEditCodec`;
  if (!isIndexed && codec !== '' && codec !== `${PACKAGE}WALCellCodec`) {
    throw new WalUnsupported(what, `its cells are written by ${JSON.stringify(codec)}`);
  }
  const isCompressed = (numbers.get(8) ?? 0) !== 0;
  const valueCompression =
    isCompressed && (numbers.get(48) ?? 0) !== 0 ? valueCodec(numbers.get(56) ?? 0, what) : undefined;
  return { isCompressed, hasCompressedTags: isCompressed && (numbers.get(24) ?? 0) !== 0, valueCompression, isIndexed };
}

function valueCodec(ordinal: number, what: string): Compression {
  const compression = COMPRESSIONS[ordinal];
  if (compression !== undefined && canDecompress(compression)) return compression;
  throw new WalUnsupported(what, `its values are compressed with ${compression ?? `codec ${ordinal}`}`);
}
