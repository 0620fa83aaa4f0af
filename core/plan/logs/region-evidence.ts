import { ChainBroken } from '../../errors/log-errors.ts';
import { parseStoreFileName } from '../../hbase/store-file-name.ts';
import { formatTableName } from '../../hbase/table-name.ts';
import type { MarkedStore, WalEvent } from '../../hbase/wal/wal-event.ts';

/** A marker with the entry that it stood in. */
export interface SeenEvent {
  readonly event: Exclude<WalEvent, { kind: 'other' }>;
  /** Of the entry. */
  readonly sequenceId: number;
  readonly writeTimeMs: number;
}

/** A region of the source and the store files that it is known to have: family → names. */
export interface KnownRegion {
  readonly region: string;
  /** In hexadecimal digits. */
  readonly startKey: string;
  readonly files: Readonly<Record<string, readonly string[]>>;
}

type FilesByFamily = Map<string, Set<string>>;
type Opening = Extract<WalEvent, { kind: 'region-open' | 'region-close' }>;

interface Region {
  readonly startKey: string;
  readonly files: FilesByFamily;
  /** Of anything that the logs have of it; undefined: they have nothing. */
  readonly greatestSequenceId: number | undefined;
  /** Opened and not closed: if it is opened again, its server had died. */
  isOpen: boolean;
}

export interface Window {
  /** Up to where the parent has the table: what was written before is explained by the parent. Epoch ms. */
  readonly from: number;
  /** What was written later is explained by the next increment. Epoch ms. */
  readonly boundary: number;
}

/**
 * Whether the logs explain what became of a table's store files since the parent. Flushes, compactions and bulk loads
 * say which files they made, and every opening of a region lists the files that it finds: a file that nothing explains
 * was put there by `restore_snapshot` or by hand, a region that comes from no known one is of a table that was truncated
 * or made again. None of that is in the logs as data, so an increment that went on would be wrong in silence.
 */
export class RegionEvidence {
  readonly #table: string;
  readonly #regions = new Map<string, Region>();
  /** Every file that is known to have been, by region. */
  readonly #ever = new Map<string, FilesByFamily>();
  /** Sequence ids of the entries that tell of a file: that it was made, and that it was compacted away. */
  readonly #made = new Map<string, number>();
  readonly #compacted = new Set<string>();
  readonly #greatest: ReadonlyMap<string, number>;
  /** Files that a region which was not closed in order had when it was opened again: what its recovery flushed. */
  replayedFiles = 0;

  /** @param greatest greatest sequence id of each region's entries in the logs, markers included */
  constructor(table: string, known: Iterable<KnownRegion>, greatest: ReadonlyMap<string, number>) {
    this.#table = table;
    this.#greatest = greatest;
    for (const { region, startKey, files } of known) {
      const sets = new Map(Object.entries(files).map(([family, names]) => [family, new Set(names)]));
      this.#regions.set(region, { startKey, files: sets, greatestSequenceId: greatest.get(region), isOpen: true });
      for (const [family, names] of sets) this.#remember(region, family, names);
    }
  }

  /**
   * @param events all of the table's, of all logs, in any order
   * @throws ChainBroken
   */
  explain(events: readonly SeenEvent[], { from, boundary }: Window): void {
    this.#rememberCompacted(events);
    for (const { event, sequenceId } of events) this.#rememberMade(event, sequenceId);
    const inWindow = events.filter(({ writeTimeMs }) => writeTimeMs > from && writeTimeMs <= boundary);
    const openings = inWindow.filter(({ event }) => event.kind === 'region-open');
    // Parents before their daughters: a region comes from one that was there before it.
    for (const { event } of openings.toSorted((a, b) => a.writeTimeMs - b.writeTimeMs)) {
      if (!this.#regions.has(event.region)) this.#adopt(event as Opening);
    }
    // Within a region the order is that of its sequence ids, whichever log an event stands in.
    for (const { event, sequenceId } of inWindow.toSorted((a, b) => a.sequenceId - b.sequenceId))
      this.#apply(event, sequenceId);
  }

  /** For the next increment. */
  *known(): Generator<KnownRegion> {
    for (const [region, { startKey, files }] of [...this.#regions].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const entries = [...files].map(([family, names]) => [family, [...names].sort()] as const);
      yield { region, startKey, files: Object.fromEntries(entries.filter(([, names]) => names.length > 0)) };
    }
  }

  /** In hexadecimal digits; undefined for a region that is not known. */
  startKeyOf(region: string): string | undefined {
    return this.#regions.get(region)?.startKey;
  }

  #apply(event: SeenEvent['event'], sequenceId: number): void {
    const region = this.#regions.get(event.region);
    // Its opening stands in no log of the window, and only that says where it comes from.
    if (region === undefined)
      throw this.#broken(event.region, 'is in the logs and in no image, and its opening is not');
    switch (event.kind) {
      case 'flush':
        if (event.action === 'commit') addAll(region.files, event.stores);
        return;
      case 'bulk-load':
        addAll(region.files, event.stores);
        return;
      case 'compaction': {
        const strange = event.inputs.find((file) => !this.#hasHad(event.region, event.family, file));
        // A flush or bulk load that no log tells of: a log between those that were read is gone, with its edits.
        if (strange !== undefined) {
          throw this.#broken(event.region, `has compacted the file ${strange}, and nothing in the logs made it`);
        }
        const names = familyOf(region.files, event.family);
        for (const name of event.inputs) names.delete(name);
        for (const name of event.outputs) names.add(name);
        return;
      }
      case 'region-close':
        region.isOpen = false;
        return;
      case 'region-open':
        this.#requireNoneLost(event, region, sequenceId);
        this.#open(event.region, region, event.stores);
    }
  }

  #open(name: string, region: Region, stores: readonly MarkedStore[]): void {
    for (const { family, files } of stores) {
      for (const file of files) {
        if (this.#hasHad(name, family, file) || this.#leadsToKnown(file, family)) continue;
        if (!region.isOpen || parseStoreFileName(file).kind !== 'hfile') {
          throw this.#broken(name, `has the file ${file} in family ${family}, and nothing in the logs made it`);
        }
        this.replayedFiles++;
        familyOf(region.files, family).add(file);
        this.#remember(name, family, [file]);
      }
    }
    region.isOpen = true;
  }

  /**
   * A snapshot that is restored takes away what was flushed and loaded since it was taken. The parent may know of files
   * that were made after this opening: its snapshot took a while.
   */
  #requireNoneLost({ region: name, stores }: Opening, { files: known }: Region, sequenceId: number): void {
    for (const [family, files] of known) {
      const found = new Set(stores.flatMap((store) => (store.family === family ? store.files : [])));
      for (const file of files) {
        const key = fileKey(name, family, file);
        if (found.has(file) || this.#compacted.has(key) || (this.#made.get(key) ?? 0) > sequenceId) continue;
        throw this.#broken(name, `has lost the file ${file} of family ${family}, and nothing in the logs compacted it`);
      }
    }
  }

  /** A region that was not there: half of a known one, several known ones together, or nothing that a chain can follow. */
  #adopt({ startKey, region, stores, sequenceId }: Opening): void {
    if (startKey === undefined) throw this.#broken(region, 'does not say where it begins');
    for (const { family, files } of stores) {
      const strange = files.find((file) => !this.#hasHad(region, family, file) && !this.#leadsToKnown(file, family));
      if (strange !== undefined) throw this.#broken(region, `is new and has the file ${strange}, which nothing made`);
      this.#remember(region, family, files);
    }
    const before = this.#regionsAt(startKey).flatMap(({ greatestSequenceId }) => greatestSequenceId ?? []);
    // A daughter goes on behind the sequence ids of its parent; a region of a table that was made anew starts over. Where
    // regions begin is known, not where they end, so that a sister may be among those found: one that fits is enough.
    if (!before.some((last) => sequenceId > last)) {
      const where = before.length > 0 ? `were at ${Math.min(...before)}` : 'had nothing';
      throw this.#broken(region, `is new and begins with sequence id ${sequenceId}, where its rows ${where} before`);
    }
    const files: FilesByFamily = new Map(stores.map(({ family, files: names }) => [family, new Set(names)]));
    const greatestSequenceId = this.#greatest.get(region) ?? sequenceId;
    this.#regions.set(region, { startKey, files, greatestSequenceId, isOpen: true });
  }

  /** The regions of the greatest start key that is not behind this one: several generations may have it. */
  #regionsAt(startKey: string): Region[] {
    let found: Region[] = [];
    for (const region of this.#regions.values()) {
      if (region.startKey > startKey) continue;
      const best = found[0]?.startKey;
      if (best === undefined || region.startKey > best) found = [region];
      else if (region.startKey === best) found.push(region);
    }
    return found;
  }

  /** A link or reference to a file that a region of this table has or has had. */
  #leadsToKnown(file: string, family: string): boolean {
    const name = parseStoreFileName(file);
    const target = name.kind === 'reference' ? name.base : name;
    if (target.kind === 'link') {
      return formatTableName(target.table) === this.#table && this.#hasHad(target.region, family, target.hfile);
    }
    return name.kind === 'reference' && this.#hasHad(name.parentRegion, family, target.name);
  }

  #hasHad(region: string, family: string, file: string): boolean {
    return this.#ever.get(region)?.get(family)?.has(file) ?? false;
  }

  /** A snapshot takes a while: what its regions compacted between its creation and their listing is in no list. */
  #rememberCompacted(events: readonly SeenEvent[]): void {
    for (const { event } of events.toSorted((a, b) => b.sequenceId - a.sequenceId)) {
      if (event.kind !== 'compaction') continue;
      const { region, family, inputs, outputs } = event;
      if (outputs.every((file) => this.#hasHad(region, family, file))) this.#remember(region, family, inputs);
    }
  }

  #rememberMade(event: SeenEvent['event'], sequenceId: number): void {
    if (event.kind === 'compaction') {
      const { region, family } = event;
      this.#rememberFrom(region, { family, files: event.outputs }, sequenceId);
      for (const file of event.inputs) this.#compacted.add(fileKey(region, family, file));
    } else if (event.kind === 'bulk-load' || (event.kind === 'flush' && event.action === 'commit')) {
      for (const store of event.stores) this.#rememberFrom(event.region, store, sequenceId);
    }
  }

  #rememberFrom(region: string, { family, files }: MarkedStore, sequenceId: number): void {
    this.#remember(region, family, files);
    for (const file of files) this.#made.set(fileKey(region, family, file), sequenceId);
  }

  #remember(region: string, family: string, names: Iterable<string>): void {
    const files = this.#ever.get(region) ?? new Map();
    this.#ever.set(region, files);
    const known = familyOf(files, family);
    for (const name of names) known.add(name);
  }

  #broken(region: string, what: string): ChainBroken {
    return new ChainBroken(
      `${this.#table}: region ${region} ${what}: the table was restored, truncated or made again, or files were put into it`,
      'take a full of the table, or run it again with --or-full',
      { table: this.#table, region },
    );
  }
}

const fileKey = (region: string, family: string, file: string) => `${region} ${family} ${file}`;

function addAll(files: FilesByFamily, stores: readonly MarkedStore[]): void {
  for (const store of stores) for (const file of store.files) familyOf(files, store.family).add(file);
}

function familyOf(files: FilesByFamily, family: string): Set<string> {
  const names = files.get(family) ?? new Set();
  files.set(family, names);
  return names;
}
