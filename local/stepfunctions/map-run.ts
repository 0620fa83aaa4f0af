import type { Execution } from './execution.ts';

export type MapRunStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';

/** One run of a Distributed Map: its children, in the order of their items. */
export class MapRun {
  readonly arn: string;
  readonly parent: Execution;
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

  constructor(arn: string, parent: Execution, label: string, startMs: number) {
    this.arn = arn;
    this.parent = parent;
    this.childMachineArn = `${parent.origin.stateMachineArn}/${label}`;
    this.startMs = startMs;
  }

  /** Children or items by what became of them, in the words of DescribeMapRun. */
  counts(weight: (index: number) => number): Record<string, number> {
    const counts = { pending: 0, running: 0, succeeded: 0, failed: 0, timedOut: 0, aborted: 0, total: 0 };
    for (let index = 0; index < this.inputs.length; index++) {
      const items = weight(index);
      counts.total += items;
      counts[COUNT_OF[this.children[index]?.status ?? 'PENDING']] += items;
    }
    return { ...counts, resultsWritten: this.resultsWritten, failuresNotRedrivable: 0, pendingRedrive: 0 };
  }

  itemWeight(index: number): number {
    return this.itemsOf?.[index] ?? 1;
  }

  /** More failures than the map tolerates? Without a tolerance, one is too many. */
  get isExceeded(): boolean {
    const counts = this.counts((index) => this.itemWeight(index));
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
