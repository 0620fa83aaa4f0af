import type { Execution } from './execution.ts';

export type MapRunStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';

/** The journal's record of a map run: when it starts, and when it ends. */
export interface MapRunRecord {
  readonly kind: 'map-run';
  readonly arn: string;
  readonly parentArn: string;
  readonly childMachineArn: string;
  readonly startMs: number;
  readonly status: MapRunStatus;
  readonly stopMs: number | undefined;
  readonly limits: Pick<MapRun, 'maxConcurrency' | 'toleratedCount' | 'toleratedPercentage' | 'redriveCount'>;
  readonly itemCounts: Record<string, number>;
  readonly executionCounts: Record<string, number>;
  /** What a redrive needs; of runs that have ended and did not succeed. */
  readonly unfinished?: {
    readonly inputs: readonly string[];
    readonly itemsOf: readonly number[] | undefined;
    /** ARN of each child, `null` where none was started. */
    readonly children: readonly (string | null)[];
  };
}

/** One run of a Distributed Map: its children, in the order of their items. */
export class MapRun {
  readonly arn: string;
  readonly parentArn: string;
  /** `<state machine>/<label>`, which the children carry as their state machine. */
  readonly childMachineArn: string;
  readonly startMs: number;
  /** The input of each child, as JSON; known once the items have been read. */
  inputs: readonly string[] = [];
  /** Items that each child has, when they come in batches. */
  itemsOf: readonly number[] | undefined;
  readonly children: (Execution | undefined)[] = [];
  status: MapRunStatus = 'RUNNING';
  stopMs: number | undefined;
  maxConcurrency = 0;
  toleratedCount: number | undefined;
  toleratedPercentage: number | undefined;
  redriveCount = 0;
  redriveMs: number | undefined;
  resultsWritten = 0;

  /** Of a run of before the last start, whose children are found by {@link link}. */
  #restored: MapRunRecord | undefined;

  constructor(arn: string, parentArn: string, childMachineArn: string, startMs: number) {
    this.arn = arn;
    this.parentArn = parentArn;
    this.childMachineArn = childMachineArn;
    this.startMs = startMs;
  }

  static restored(record: MapRunRecord): MapRun {
    const run = new MapRun(record.arn, record.parentArn, record.childMachineArn, record.startMs);
    Object.assign(run, record.limits);
    run.status = record.status === 'RUNNING' ? 'ABORTED' : record.status;
    run.stopMs = record.stopMs ?? record.startMs;
    run.#restored = record;
    run.inputs = record.unfinished?.inputs ?? [];
    run.itemsOf = record.unfinished?.itemsOf;
    return run;
  }

  /** Finds the children of a restored run, once all executions are known. */
  link(find: (arn: string) => Execution | undefined): void {
    if (this.children.length > 0) return;
    this.children.push(...(this.#restored?.unfinished?.children ?? []).map((arn) => (arn ? find(arn) : undefined)));
  }

  /** For a redrive. */
  reopen(nowMs: number): void {
    this.status = 'RUNNING';
    this.stopMs = undefined;
    this.redriveCount++;
    this.redriveMs = nowMs;
    this.#restored = undefined;
  }

  record(): MapRunRecord {
    const { arn, parentArn, childMachineArn, startMs, status, stopMs } = this;
    const { maxConcurrency, toleratedCount, toleratedPercentage, redriveCount } = this;
    const limits = { maxConcurrency, toleratedCount, toleratedPercentage, redriveCount };
    const { itemCounts, executionCounts } = this;
    return {
      kind: 'map-run',
      arn,
      parentArn,
      childMachineArn,
      startMs,
      status,
      stopMs,
      limits,
      itemCounts,
      executionCounts,
      ...(status === 'FAILED' || status === 'ABORTED' ? { unfinished: this.#unfinished() } : {}),
    };
  }

  #unfinished(): NonNullable<MapRunRecord['unfinished']> {
    const { inputs, itemsOf, children } = this;
    if (this.#restored?.unfinished) return this.#restored.unfinished;
    return { inputs, itemsOf, children: inputs.map((_, index) => children[index]?.origin.arn ?? null) };
  }

  /** Items by what became of them, in the words of DescribeMapRun. */
  get itemCounts(): Record<string, number> {
    return this.#restored?.itemCounts ?? this.#counts((index) => this.itemsOf?.[index] ?? 1);
  }

  get executionCounts(): Record<string, number> {
    return this.#restored?.executionCounts ?? this.#counts(() => 1);
  }

  #counts(weight: (index: number) => number): Record<string, number> {
    const counts = { pending: 0, running: 0, succeeded: 0, failed: 0, timedOut: 0, aborted: 0, total: 0 };
    for (let index = 0; index < this.inputs.length; index++) {
      const items = weight(index);
      counts.total += items;
      counts[COUNT_OF[this.children[index]?.status ?? 'PENDING']] += items;
    }
    return { ...counts, resultsWritten: this.resultsWritten, failuresNotRedrivable: 0, pendingRedrive: 0 };
  }

  /** More failures than the map tolerates? Without a tolerance, one is too many. */
  get isExceeded(): boolean {
    const counts = this.itemCounts;
    const failed = (counts.failed ?? 0) + (counts.timedOut ?? 0) + (counts.aborted ?? 0);
    const { toleratedCount, toleratedPercentage } = this;
    if (toleratedCount === undefined && toleratedPercentage === undefined) return failed > 0;
    const percentage = (100 * failed) / Math.max(1, counts.total ?? 0);
    return failed > (toleratedCount ?? Number.POSITIVE_INFINITY) || percentage > (toleratedPercentage ?? 100);
  }

  end(status: MapRunStatus, nowMs: number): void {
    this.status = status;
    this.stopMs = nowMs;
    for (const child of this.children) {
      child?.end('ABORTED', { cause: 'The map run was stopped.' }, nowMs);
    }
  }
}

const COUNT_OF = {
  PENDING: 'pending',
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
  ABORTED: 'aborted',
} as const;
