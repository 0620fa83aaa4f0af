import { parseWalPath, type WalFile } from '../../../../../core/hbase/wal/wal-name.ts';
import { type LogPosition, positionsOfSnapshot } from '../../../../../core/plan/logs/log-position.ts';
import { type ListedLog, logStreams } from '../../../../../core/plan/logs/log-streams.ts';
import { walRegionKey, walRegionsOf } from '../../../../../core/plan/logs/merge-tasks.ts';
import { type PlannedLog, planLogs, positionsAfter } from '../../../../../core/plan/logs/plan-logs.ts';
import { WalSplitter } from '../../../../../core/plan/logs/wal-splitter.ts';

/** By how much the clocks of two servers may differ. */
export const MARGIN_MS = 30_000;
const REGIONS = 3;
/** A server's first log is its first for the product if it is younger than this (log-position.ts). */
const FIRST_LOGS_MS = 125_000;

export type HistoryEvent =
  | { readonly kind: 'edit'; readonly region: number; readonly times: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'move'; readonly region: number; readonly server: number }
  | { readonly kind: 'roll'; readonly server: number }
  | { readonly kind: 'roll all' }
  | { readonly kind: 'crash'; readonly server: number }
  | { readonly kind: 'split logs' }
  | { readonly kind: 'start'; readonly skewMs: number }
  | { readonly kind: 'archive'; readonly server: number; readonly logs: number }
  | { readonly kind: 'clean'; readonly beyond: boolean; readonly logs: number }
  | { readonly kind: 'snapshot'; readonly beforeMs: number }
  | { readonly kind: 'full' }
  | { readonly kind: 'increment'; readonly commits: boolean; readonly includeActive: boolean };

interface Edit {
  readonly region: string;
  readonly sequenceId: number;
  /** By its server's clock. */
  readonly writeTimeMs: number;
}

interface Log {
  readonly createdMs: number;
  readonly edits: Edit[];
  isArchived: boolean;
  modifiedMs: number;
}

interface Server {
  readonly name: string;
  readonly startCode: number;
  readonly skewMs: number;
  state: 'serving' | 'splitting' | 'ended';
  logs: Log[];
}

interface Chain {
  position: number;
  readonly snapshotPosition: number;
  logs: readonly LogPosition[] | null;
  /** Region → sequence ids. */
  readonly edits: Map<string, Set<number>>;
}

/** Servers that write edits of a table into logs, whoever cleans them, and backups; time is the master's clock. */
export class History {
  readonly #isWithin: boolean;
  committed = 0;
  /** Increments that left something out which was written before the boundary. */
  cuts = 0;
  #now = 1_795_452_680_000;
  #ports = 0;
  readonly #servers: Server[] = [];
  readonly #regions = Array.from({ length: REGIONS }, (_, i) => ({
    ...{ name: `region${i}`, next: 2, edits: [] as Edit[] },
    server: undefined as Server | undefined,
  }));
  #snapshot: { readonly createdMs: number; readonly edits: Map<string, Set<number>> } | undefined;
  #chain: Chain | undefined;

  /** @param isWithin whether clocks keep to the margin; otherwise they differ by up to twice as much */
  constructor(isWithin: boolean) {
    this.#isWithin = isWithin;
  }

  /** @throws NothingToBackUp, LogGap, ClocksDiffer; Error that says what a chain lost */
  apply(event: HistoryEvent): void {
    this.#now += 7;
    const live = this.#servers.filter(({ state }) => state === 'serving');
    const one = (n: number) => live[n % Math.max(1, live.length)];
    switch (event.kind) {
      case 'edit':
        for (let i = 0; i < event.times; i++) this.#edit(event.region % REGIONS);
        return;
      case 'wait':
        this.#now += event.ms;
        return;
      case 'move': {
        const [region, to] = [this.#regions[event.region % REGIONS]!, one(event.server)];
        if (to !== undefined) region.server = to;
        return;
      }
      case 'roll':
        this.#roll(one(event.server));
        return;
      case 'roll all':
        for (const server of live) this.#roll(server);
        return;
      case 'crash': {
        const server = one(event.server);
        if (server === undefined || live.length === 1) return;
        server.state = 'splitting';
        for (const region of this.#regions) if (region.server === server) region.server = undefined;
        return;
      }
      case 'split logs':
        for (const server of this.#servers.filter(({ state }) => state === 'splitting')) {
          server.state = 'ended';
          for (const log of server.logs) this.#archive(log);
        }
        return;
      case 'start':
        this.#start(this.#isWithin ? event.skewMs / 2 : event.skewMs);
        return;
      case 'archive': {
        const logs = one(event.server)?.logs.slice(0, -1) ?? [];
        for (const log of logs.slice(0, event.logs)) this.#archive(log);
        return;
      }
      case 'clean':
        this.#clean(event.beyond, event.logs);
        return;
      case 'snapshot': {
        const edits = this.#regions.map(({ name, edits }) => [name, new Set(edits.map((e) => e.sequenceId))] as const);
        this.#snapshot = { createdMs: this.#now - Math.min(event.beforeMs, 5_000), edits: new Map(edits) };
        return;
      }
      case 'full':
        this.#full();
        return;
      case 'increment':
        this.#increment(event.commits, event.includeActive);
        return;
    }
  }

  // ---- the cluster

  #edit(n: number): void {
    const region = this.#regions[n]!;
    const splitting = this.#servers.some(({ state }) => state === 'splitting');
    // A region of a dead server opens elsewhere once the logs are split.
    region.server ??= splitting ? undefined : this.#servers.find(({ state }) => state === 'serving');
    const server = region.server;
    if (server === undefined) return;
    this.#now += 3;
    const edit = { region: region.name, sequenceId: region.next++, writeTimeMs: this.#now + server.skewMs };
    region.edits.push(edit);
    const log = server.logs.at(-1)!;
    log.edits.push(edit);
    log.modifiedMs = this.#now;
  }

  #start(skewMs: number): void {
    if (this.#servers.filter(({ state }) => state === 'serving').length > 2) return;
    const startCode = this.#now + skewMs;
    const name = `host,${16020 + this.#ports++},${startCode}`;
    this.#servers.push({ name, startCode, skewMs, state: 'serving', logs: [this.#log(startCode + 50)] });
  }

  #log(createdMs: number): Log {
    return { createdMs, edits: [], isArchived: false, modifiedMs: this.#now };
  }

  #roll(server: Server | undefined): void {
    const createdMs = this.#now + (server?.skewMs ?? 0);
    if (server === undefined || createdMs - server.startCode < FIRST_LOGS_MS) return;
    if (createdMs > server.logs.at(-1)!.createdMs) server.logs.push(this.#log(createdMs));
  }

  #archive(log: Log): void {
    if (log.isArchived) return;
    log.isArchived = true;
    log.modifiedMs = this.#now;
  }

  /** The oldest archived logs of each server go: those that no backup needs, or others too. One of each stays. */
  #clean(beyond: boolean, count: number): void {
    for (const server of this.#servers) {
      const position = this.#chain?.logs?.find((known) => known.server === server.name);
      for (let i = 0; i < count; i++) {
        const [oldest, next] = server.logs;
        if (next === undefined || !oldest!.isArchived) break;
        const isNeeded = position === undefined || oldest!.createdMs >= position.from;
        if (isNeeded && !beyond) break;
        server.logs.shift();
      }
    }
  }

  // ---- backups

  #streams() {
    const listed: ListedLog[] = [];
    for (const { name, state, logs } of this.#servers) {
      const escaped = name.replaceAll(',', '%2C');
      for (const { createdMs, isArchived, modifiedMs, edits } of logs) {
        const directory = isArchived ? 'oldWALs' : `WALs/${name}${state === 'splitting' ? '-splitting' : ''}`;
        const path = `${directory}/${escaped}.${createdMs}`;
        const file = parseWalPath(path) as WalFile;
        listed.push({ file, path, sizeBytes: edits.length, etag: '"e"', modifiedMs });
      }
    }
    return logStreams(listed);
  }

  #full(): void {
    if (this.#snapshot === undefined) return;
    const { createdMs, edits } = this.#snapshot;
    const { logs } = positionsOfSnapshot(this.#streams(), { createdMs, type: 'FLUSH' }, MARGIN_MS);
    const copy = new Map([...edits].map(([region, ids]) => [region, new Set(ids)]));
    this.#chain = { position: createdMs, snapshotPosition: createdMs, logs, edits: copy };
  }

  #increment(commits: boolean, includeActive: boolean): void {
    const chain = this.#chain;
    if (chain === undefined || chain.logs === null) return;
    const streams = this.#streams();
    const base = { table: 't', parent: 'backup_1', position: chain.position, logs: chain.logs };
    const options = { nowMs: this.#now, clockMarginMs: MARGIN_MS, includeActive };
    const { boundary, logs } = planLogs(streams, [base], options);
    const read = logs.map(({ log }) => this.#editsOf(log));
    const writtenAfter = chain.snapshotPosition - MARGIN_MS;
    const regions = walRegionsOf(factsOf(read, boundary, writtenAfter));
    const taken = read.flat().filter(({ region, sequenceId, writeTimeMs }) => {
      if (writeTimeMs > boundary || writeTimeMs <= writtenAfter) return false;
      return sequenceId < regions.get(walRegionKey(0, region))!.cutSequenceId;
    });
    const lastWrites = new Map(logs.map((planned, i) => [nameOf(planned), read[i]!.at(-1)?.writeTimeMs]));
    if (!commits) return;
    this.committed++;
    for (const { region, sequenceId } of taken) chain.edits.get(region)!.add(sequenceId);
    chain.position = boundary;
    chain.logs = positionsAfter(streams, [base], lastWrites, {
      ...{ boundary, clockMarginMs: MARGIN_MS, plannedAt: this.#now },
    });
    this.#check(boundary, chain);
  }

  #editsOf({ file }: ListedLog): readonly Edit[] {
    const server = this.#servers.find(({ name }) => name === file.server.name)!;
    return [...server.logs.find(({ createdMs }) => createdMs === file.createdMs)!.edits];
  }

  /** Per region: all edits up to some sequence id, at least up to the first one that was written after the boundary. */
  #check(boundary: number, chain: Chain): void {
    for (const { name, edits } of this.#regions) {
      const has = chain.edits.get(name)!;
      const first = edits.findIndex(({ sequenceId }) => !has.has(sequenceId));
      const missing = first < 0 ? undefined : edits[first]!;
      const behind = missing && edits.slice(first).find(({ sequenceId }) => has.has(sequenceId));
      // With clocks further apart an edit may be in before an earlier one, which the next increment has.
      if (behind !== undefined && this.#isWithin)
        throw new Error(`${name}: ${missing!.sequenceId} is missing, ${behind.sequenceId} is there`);
      if (missing === undefined) continue;
      const cut = edits.findIndex(({ writeTimeMs }) => writeTimeMs > boundary);
      if (cut < 0 || first < cut) {
        const before = boundary - missing.writeTimeMs;
        throw new Error(`${name}: ${missing.sequenceId} was written ${before} ms before the boundary`);
      }
      if (edits.slice(first).some(({ writeTimeMs }) => writeTimeMs <= boundary)) this.cuts++;
    }
  }
}

const nameOf = ({ log }: PlannedLog) => log.file.name;

/** What SplitWals finds out, by the product's own code. */
function factsOf(logs: readonly (readonly Edit[])[], boundary: number, writtenAfter: number) {
  const regions = { named: () => 0, find: () => 0 };
  const table = { table: 't', index: 0, families: ['f'], regions, writtenAfter };
  return logs.flatMap((edits) => {
    const splitter = new WalSplitter([table], { boundary, clockMarginMs: MARGIN_MS }, 0, async () => {});
    const entries = edits.map((edit) => ({ ...edit, table: 't', firstCell: 0, endCell: 0, events: [] }));
    void splitter.add({ entries, bytes: Buffer.alloc(0), starts: [], ends: [] } as never);
    return splitter.regionFacts();
  });
}
