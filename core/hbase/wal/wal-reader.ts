import { Buffer } from 'node:buffer';
import type { CellDecoder } from './cell-decoder.ts';
import { CompressedCells } from './compressed-cells.ts';
import { EntryFault, EntryShort } from './entry-fault.ts';
import { EntryReader, type WalCounts } from './entry-reader.ts';
import { findLaterEntry } from './later-entry.ts';
import { PlainCells } from './plain-cells.ts';
import { type WalBatch, WalBatchBuilder } from './wal-batch.ts';
import { WalCorrupt, WalTruncated } from './wal-errors.ts';
import { MAX_HEADER_BYTES, readWalHeader, type WalHeader } from './wal-header.ts';
import { type WalSource, WalWindow } from './wal-source.ts';
import { trailerStart } from './wal-trailer.ts';

export interface ReadWalOptions {
  /** What the log is called in errors: its path. */
  readonly what: string;
  /** Asked once or a few times per table, by its name `ns:qualifier` or `qualifier`. The cells of others are not looked at. */
  readonly isWanted?: (table: string) => boolean;
  /** True if the writer is known to have closed the log: without its trailer it is then truncated, not torn. */
  readonly mustHaveTrailer?: boolean;
  /** Where an earlier reading ended or an entry began: what lies before is passed over. With compression it is read again for its dictionaries. */
  readonly from?: number;
  /** Ends before the first entry that begins at or behind this offset. */
  readonly until?: number;
  /** Whether it was written below `recovered.edits`, wherever it lies now. */
  readonly isRecoveredEdits?: boolean;
  /** Bytes a ranged read asks for. One piece is asked for ahead. */
  readonly windowBytes?: number;
  /** Bytes of an entry, as stored and as decompressed: a larger one is refused. */
  readonly maxEntryBytes?: number;
  /** Bytes of the items of all dictionaries. */
  readonly maxDictionaryBytes?: number;
}

/** How a log ended, and what was read of it. */
export interface WalEnd extends Readonly<WalCounts> {
  /**
   * `empty`: no header; its writer had not begun (HBASE-29774). `trailer`: closed by its writer. `open`: ends behind a whole
   * entry, without trailer, or with a part of it. `torn`: ends inside an entry, or in zeros. `until`: that offset was reached.
   */
  readonly kind: 'empty' | 'trailer' | 'open' | 'torn' | 'until';
  /** End of the last whole entry: where to read on when the log has grown. */
  readonly offset: number;
  /** Bytes behind it that are no whole entry and no trailer. */
  readonly tornBytes: number;
}

const DEFAULTS = {
  isWanted: () => true,
  mustHaveTrailer: false,
  isRecoveredEdits: false,
  from: 0,
  until: Number.MAX_SAFE_INTEGER,
  windowBytes: 4 << 20,
  maxEntryBytes: 256 << 20,
  maxDictionaryBytes: 256 << 20,
};
type Settings = Required<ReadWalOptions>;

/** Most headers fit in here; only if one does not, more is read. */
const LIKELY_HEADER_BYTES = 128;

/** A batch of cells that are put together is given out at this size. */
const BATCH_BYTES = 4 << 20;
const BATCH_ENTRIES = 1 << 16;

/**
 * Reads a write-ahead log (ProtobufLogReader; from 2.6 on AbstractProtobufWALReader) from one end to the other, in batches of whole entries, and answers how it ended.
 * Memory is a few windows and the largest entry, and with compression the dictionaries, whatever the file's size.
 * @throws WalCorrupt, WalTruncated, WalUnsupported, and what the source throws
 */
export async function* readWal(
  source: WalSource,
  options: ReadWalOptions,
): AsyncGenerator<WalBatch, WalEnd, undefined> {
  const settings: Settings = { ...DEFAULTS, ...options };
  const { what, mustHaveTrailer, windowBytes } = settings;
  const size = source.sizeBytes;
  let window = new WalWindow(source, what, 0, settings.from > 0 ? MAX_HEADER_BYTES : windowBytes);
  const header = await headerOf(window, size, what);
  if (header === undefined) {
    if (mustHaveTrailer && size > 0) throw new WalTruncated(what, 0, size);
    return ended('empty', 0, size, new EntryReader(new PlainCells(false), new WalBatchBuilder(), () => false).counts);
  }
  const trailer = await trailerStart(window, source, header.endOffset, what);
  const from = Math.max(settings.from, header.endOffset);
  const stop = trailer ?? size;
  if (from > stop) throw new WalCorrupt(what, stop, `reading was to go on at byte ${from}, behind its end`);
  const start = header.isCompressed ? header.endOffset : from;
  if (start >= window.base + window.bytes.length) window = new WalWindow(source, what, start, windowBytes);
  const log = new LogReader(window, header, trailer, stop, from, settings);
  return yield* log.batches(start);
}

class LogReader {
  readonly #window: WalWindow;
  readonly #header: WalHeader;
  readonly #trailer: number | undefined;
  readonly #stop: number;
  readonly #from: number;
  readonly #settings: Settings;
  readonly #decoder: CellDecoder;
  readonly #batch = new WalBatchBuilder();
  readonly #entries: EntryReader;

  constructor(
    window: WalWindow,
    header: WalHeader,
    trailer: number | undefined,
    stop: number,
    from: number,
    settings: Settings,
  ) {
    this.#window = window;
    this.#header = header;
    this.#trailer = trailer;
    this.#stop = stop;
    this.#from = from;
    this.#settings = settings;
    this.#decoder = header.isCompressed
      ? new CompressedCells(header, settings.isRecoveredEdits, settings)
      : new PlainCells(header.isIndexed);
    this.#entries = new EntryReader(this.#decoder, this.#batch, settings.isWanted);
  }

  async *batches(start: number): AsyncGenerator<WalBatch, WalEnd, undefined> {
    const { until, maxEntryBytes, what } = this.#settings;
    const window = this.#window;
    let offset = start;
    let needed = start;
    for (;;) {
      if (offset >= until || offset === this.#stop) break;
      await window.have(offset, Math.max(needed, Math.min(offset + 1, this.#stop)));
      const read = this.#readOn(offset);
      if (this.#batch.entries > 0 && (read.isFull || !this.#decoder.ownsMemory)) yield this.#take(read.offset);
      offset = read.offset;
      if (read.failure === undefined) continue;
      if (read.failure instanceof EntryFault) {
        if (this.#batch.entries > 0) yield this.#take(offset);
        return await this.#faultAt(offset, read.failure);
      }
      needed = window.base + read.failure.until;
      if (needed > this.#stop) {
        if (this.#batch.entries > 0) yield this.#take(offset);
        return await this.#shortAt(offset, window.base + read.failure.at, needed);
      }
      if (needed - offset > maxEntryBytes) throw this.#corrupt(offset, `an entry of more than ${maxEntryBytes} bytes`);
      // An entry is read again from its start when more of it is there, so twice as much is asked for each time.
      needed = Math.min(
        this.#stop,
        Math.max(needed, offset + Math.min(2 * (window.base + window.bytes.length - offset), maxEntryBytes)),
      );
    }
    if (this.#batch.entries > 0) yield this.#take(offset);
    if (offset < this.#from) throw this.#corrupt(offset, `reading was to go on at byte ${this.#from}`);
    const kind = offset < this.#stop ? 'until' : this.#trailer === undefined ? 'open' : 'trailer';
    if (kind === 'open' && this.#settings.mustHaveTrailer) throw new WalTruncated(what, offset, 0);
    return ended(kind, offset, 0, this.#entries.counts);
  }

  /** Reads entries out of the window from `offset` on until it, the batch or the part that is wanted ends. */
  #readOn(offset: number): { offset: number; isFull: boolean; failure?: EntryFault | EntryShort } {
    const { bytes, base } = this.#window;
    const end = Math.min(bytes.length, this.#stop - base);
    const until = Math.min(end, this.#settings.until - base);
    const from = this.#from - base;
    let at = offset - base;
    try {
      while (at < until) {
        const next = this.#entries.read(bytes, at, end, base, at < from);
        if (at < from && next > from) throw new EntryFault(at, `no entry begins at byte ${this.#from}`);
        at = next;
        if (this.#decoder.pending >= BATCH_BYTES || this.#batch.entries >= BATCH_ENTRIES) {
          return { offset: base + at, isFull: true };
        }
      }
      return { offset: base + at, isFull: false };
    } catch (failure) {
      if (!(failure instanceof EntryFault || failure instanceof EntryShort)) throw failure;
      return { offset: base + at, isFull: false, failure };
    }
  }

  #take(endOffset: number): WalBatch {
    return this.#batch.take(this.#decoder.take(this.#window.bytes), endOffset);
  }

  /** Bytes that contradict the format. Zeros up to the end are room that was never written; a few may be half a trailer. */
  async #faultAt(offset: number, fault: EntryFault): Promise<WalEnd> {
    const { base, bytes } = this.#window;
    const corrupt = this.#corrupt(base + fault.at, `in the entry at byte ${offset}: ${fault.message}`);
    if (this.#trailer !== undefined || bytes[offset - base] !== 0) throw corrupt;
    if (await this.#isCutTrailer(offset)) return this.#torn(offset, 'open');
    for (let at = offset; at < this.#stop; at = this.#window.base + this.#window.bytes.length) {
      await this.#window.have(at, at + 1);
      if (this.#window.bytes.some((byte) => byte !== 0)) throw corrupt;
    }
    return this.#torn(offset, 'torn');
  }

  /** An entry that goes on behind the end of the file: a tail that was torn, unless something whole follows. */
  async #shortAt(offset: number, lengthAt: number, needed: number): Promise<WalEnd> {
    const reason = `the entry at byte ${offset} goes on to byte ${needed}`;
    if (this.#trailer !== undefined) throw this.#corrupt(lengthAt, `${reason}, behind the trailer at ${this.#trailer}`);
    const { isCompressed } = this.#header;
    const later = await findLaterEntry(this.#window, isCompressed ? offset + 1 : lengthAt, this.#stop, isCompressed);
    if (later === undefined) return this.#torn(offset, 'torn');
    throw this.#corrupt(lengthAt, `${reason}, behind the end, but another entry begins at byte ${later}`);
  }

  async #isCutTrailer(offset: number): Promise<boolean> {
    const left = this.#stop - offset;
    if (left >= 8) return false;
    await this.#window.have(offset, this.#stop);
    return Buffer.from([0, 0, 0, 0, 0x4c, 0x41, 0x57]).compare(this.#window.bytes, 0, left, 0, left) === 0;
  }

  #torn(offset: number, kind: 'open' | 'torn'): WalEnd {
    const tornBytes = this.#stop - offset;
    if (this.#settings.mustHaveTrailer) throw new WalTruncated(this.#settings.what, offset, tornBytes);
    if (offset < this.#from) throw this.#corrupt(offset, `reading was to go on at byte ${this.#from}`);
    return ended(kind, offset, tornBytes, this.#entries.counts);
  }

  #corrupt(offset: number, reason: string): WalCorrupt {
    return new WalCorrupt(this.#settings.what, offset, reason);
  }
}

async function headerOf(window: WalWindow, size: number, what: string): Promise<WalHeader | undefined> {
  for (const bytes of [LIKELY_HEADER_BYTES, MAX_HEADER_BYTES]) {
    if (size > 0) await window.have(0, Math.min(size, bytes));
    const header = readWalHeader(window.bytes, what);
    if (header !== undefined || size <= bytes) return header;
  }
  return undefined;
}

function ended(kind: WalEnd['kind'], offset: number, tornBytes: number, counts: WalCounts): WalEnd {
  return { kind, offset, tornBytes, ...counts };
}
