import type { Buffer } from 'node:buffer';
import type { ByteSink } from '../../hbase/hfile/block-writer.ts';
import { pourCells } from '../../hbase/hfile/cell-cursor.ts';
import { CellSorter } from '../../hbase/hfile/cell-sorter.ts';
import { compareBytes } from '../../hbase/hfile/key-order.ts';
import { RunWriter } from '../../hbase/hfile/run-writer.ts';
import { isMostlyCells, type WalBatch, type WalEntry } from '../../hbase/wal/wal-batch.ts';
import { EditsSeen, type SeenIds } from './edits-seen.ts';
import { type RegionBeginning, RegionBeginnings } from './region-beginnings.ts';
import type { SeenEvent } from './region-evidence.ts';
import type { RegionOfRow } from './target-regions.ts';

/** A table whose edits are wanted. */
export interface SplitTable {
  /** `ns:qualifier`, or `qualifier` in the default namespace. */
  readonly table: string;
  /** Place in the plan. */
  readonly index: number;
  readonly families: readonly string[];
  readonly regions: RegionOfRow;
  /**
   * Cells written by then are in the snapshot that the chain rests on. One that is not there any more was deleted, and its
   * marker may stand in a log that is not read: it would come back. Epoch ms.
   */
  readonly writtenAfter: number;
}

/** The cells of one family that one region of the source wrote and one target region gets: a run within a run object. */
export interface Segment {
  readonly table: number;
  /** Place among the table's target regions. */
  readonly region: number;
  readonly family: string;
  /** Encoded name of the region in whose log entries they stood. */
  readonly walRegion: string;
  readonly offset: number;
  readonly length: number;
  readonly cells: number;
  readonly minSequenceId: number;
  readonly maxSequenceId: number;
  readonly hasTags: boolean;
}

/** What a log says of one region of the source. */
export interface WalRegionFacts {
  readonly table: number;
  readonly walRegion: string;
  /** Of all its entries, markers included. */
  readonly greatestSequenceId: number;
  /** Least one written after the boundary: what comes from it on is left to the next increment. */
  readonly cutSequenceId?: number;
  /** Greatest one written so long before the boundary that no clock can make it doubtful. */
  readonly sureSequenceId?: number;
  /** Of all its entries, in runs. */
  readonly seen: readonly SeenIds[];
  /** How it begins in each of the streams that {@link WalSplitter.begin} named. */
  readonly began: readonly RegionBeginning[];
  /** A family of its edits that the table did not have. Their cells are left out. */
  readonly strangeFamily?: string;
}

export interface SplitWindow {
  /** Entries written later are left out. Epoch ms. */
  readonly boundary: number;
  readonly clockMarginMs: number;
}

interface Group {
  readonly table: number;
  readonly region: number;
  readonly family: string;
  readonly walRegion: string;
  minSequenceId: number;
  maxSequenceId: number;
}

interface Source {
  readonly table: SplitTable;
  readonly walRegion: string;
  /** The target region of the same name has all its rows; −1: each row is looked up. */
  readonly target: number;
  /** Family → group of {@link target}, or by `region family`. */
  readonly groups: Map<string, number>;
  readonly seen: EditsSeen;
  readonly beginnings: RegionBeginnings;
  greatest: number;
  cut: number;
  sure: number;
  strangeFamily: string | undefined;
}

/**
 * Sorts the cells of logs by what becomes one HFile: table, target region and family, apart by the region that wrote
 * them, so that each can be cut at a moment of its own. Memory is the budget; when it is full a run object is written.
 */
export class WalSplitter {
  readonly #tables: ReadonlyMap<string, SplitTable>;
  readonly #window: SplitWindow;
  readonly #sorter: CellSorter;
  readonly #onFull: (write: (sink: ByteSink) => Promise<readonly Segment[]>) => Promise<void>;
  readonly #sources = new Map<string, Source>();
  readonly #groups: Group[] = [];
  readonly events: { readonly table: number; readonly seen: SeenEvent }[] = [];
  #stream: string | undefined;
  #family = '';
  #familyBytes: Buffer | undefined;

  /** @param onFull writes what has been gathered: it is given a function that pours the runs into a sink */
  constructor(
    tables: readonly SplitTable[],
    window: SplitWindow,
    budgetBytes: number,
    onFull: (write: (sink: ByteSink) => Promise<readonly Segment[]>) => Promise<void>,
  ) {
    this.#tables = new Map(tables.map((table) => [table.table, table]));
    this.#window = window;
    this.#sorter = new CellSorter(budgetBytes);
    this.#onFull = onFull;
  }

  /** What comes now is of the logs of `stream`, of which it has to be known how regions begin in it; undefined: of others. */
  begin(stream: string | undefined): void {
    this.#stream = stream;
  }

  async add(batch: WalBatch): Promise<void> {
    const sorter = this.#sorter;
    const isKept = isMostlyCells(batch);
    for (const entry of batch.entries) {
      const source = this.#sourceOf(entry);
      if (source === undefined) continue;
      this.#note(source, entry);
      if (entry.writeTimeMs > this.#window.boundary || entry.writeTimeMs <= source.table.writtenAfter) continue;
      for (let i = entry.firstCell; i < entry.endCell; i++) {
        const [at, end] = [batch.starts[i]!, batch.ends[i]!];
        const group = this.#groupOf(source, batch.bytes, at);
        if (group < 0) continue;
        for (;;) {
          const { bytes } = batch;
          if (
            isKept
              ? sorter.keep(group, bytes, at, end, entry.sequenceId)
              : sorter.add(group, bytes, at, end, entry.sequenceId)
          )
            break;
          await this.flush();
        }
        const { minSequenceId, maxSequenceId } = this.#groups[group]!;
        if (entry.sequenceId < minSequenceId) this.#groups[group]!.minSequenceId = entry.sequenceId;
        if (entry.sequenceId > maxSequenceId) this.#groups[group]!.maxSequenceId = entry.sequenceId;
      }
    }
  }

  /** Writes what is gathered; call it once more at the end. */
  async flush(): Promise<void> {
    if (this.#sorter.cells === 0) return;
    await this.#onFull((sink) => this.#writeRuns(sink));
    this.#sorter.clear();
    for (const group of this.#groups) {
      group.minSequenceId = Number.MAX_SAFE_INTEGER;
      group.maxSequenceId = 0;
    }
  }

  regionFacts(): WalRegionFacts[] {
    return [...this.#sources.values()].map(
      ({ table, walRegion, seen, beginnings, greatest, cut, sure, strangeFamily }) => ({
        table: table.index,
        walRegion,
        greatestSequenceId: greatest,
        seen: seen.runs,
        began: beginnings.all(),
        ...(cut < Number.MAX_SAFE_INTEGER && { cutSequenceId: cut }),
        ...(sure >= 0 && { sureSequenceId: sure }),
        ...(strangeFamily !== undefined && { strangeFamily }),
      }),
    );
  }

  async #writeRuns(sink: ByteSink): Promise<readonly Segment[]> {
    const segments: Segment[] = [];
    let offset = 0;
    for (const { group, cells } of this.#sorter.sorted()) {
      const run = new RunWriter(sink);
      await pourCells(cells, (bytes, at, end, mvcc) => run.append(bytes, at, end, mvcc));
      const { sizeBytes, cells: count, maxTagBytes } = await run.finish();
      segments.push({ ...this.#groups[group]!, offset, length: sizeBytes, cells: count, hasTags: maxTagBytes > 0 });
      offset += sizeBytes;
    }
    return segments;
  }

  #sourceOf({ table: name, region: walRegion }: WalEntry): Source | undefined {
    const table = this.#tables.get(name);
    if (table === undefined) return undefined;
    const key = `${table.index} ${walRegion}`;
    let source = this.#sources.get(key);
    if (source === undefined) {
      const target = table.regions.named(walRegion);
      const facts = {
        seen: new EditsSeen(),
        beginnings: new RegionBeginnings(),
        greatest: 0,
        cut: Number.MAX_SAFE_INTEGER,
        sure: -1,
        strangeFamily: undefined,
      };
      source = { table, walRegion, target, groups: new Map(), ...facts };
      this.#sources.set(key, source);
    }
    return source;
  }

  #note(source: Source, { sequenceId, writeTimeMs, events }: WalEntry): void {
    const { boundary, clockMarginMs } = this.#window;
    source.seen.add(sequenceId, writeTimeMs, events);
    if (this.#stream !== undefined) source.beginnings.add(this.#stream, sequenceId, events);
    if (sequenceId > source.greatest) source.greatest = sequenceId;
    if (writeTimeMs > boundary && sequenceId < source.cut) source.cut = sequenceId;
    if (writeTimeMs <= boundary - clockMarginMs && sequenceId > source.sure) source.sure = sequenceId;
    for (const event of events) {
      if (event.kind === 'other') continue;
      this.events.push({ table: source.table.index, seen: { event, sequenceId, writeTimeMs } });
    }
  }

  #groupOf(source: Source, bytes: Buffer, at: number): number {
    const rowAt = at + 10;
    const rowLength = bytes.readUInt16BE(at + 8);
    const family = this.#familyAt(bytes, rowAt + rowLength);
    const region = source.target >= 0 ? source.target : source.table.regions.find(bytes, rowAt, rowLength);
    const key = source.target >= 0 ? family : `${region} ${family}`;
    return source.groups.get(key) ?? this.#newGroup(source, region, family, key);
  }

  /** −1: the table does not have the family. */
  #newGroup(source: Source, region: number, family: string, key: string): number {
    const { table, walRegion, groups } = source;
    if (!table.families.includes(family)) {
      source.strangeFamily = family;
      groups.set(key, -1);
      return -1;
    }
    const group = this.#groups.length;
    this.#groups.push({
      ...{ table: table.index, region, family, walRegion },
      ...{ minSequenceId: Number.MAX_SAFE_INTEGER, maxSequenceId: 0 },
    });
    groups.set(key, group);
    return group;
  }

  /** Cells of one family follow one another: its name is made a text once. */
  #familyAt(bytes: Buffer, at: number): string {
    const end = at + 1 + bytes[at]!;
    const known = this.#familyBytes;
    if (known !== undefined && compareBytes(known, 0, known.length, bytes, at + 1, end) === 0) return this.#family;
    this.#familyBytes = Uint8Array.prototype.slice.call(bytes, at + 1, end) as Buffer;
    this.#family = bytes.toString('utf8', at + 1, end);
    return this.#family;
  }
}
