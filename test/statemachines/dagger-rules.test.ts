import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FaultBench } from '../support/fault-bench.ts';
import { byOutcome, dropLate, rememberFailed, voidFirst } from './rules/clean-up.ts';
import { bumpVersion, fenceRestore, fenceWrites, restoreDeletes, takeOver, uniquePrefixes } from './rules/fences.ts';
import { pinFirst, pinKnown, pinStops, pins, pinsAfterCommit } from './rules/pins.ts';
import {
  beginReread,
  listBeforeFlag,
  planAfterFlag,
  shareComplete,
  uniqueSnapshots,
} from './rules/system-snapshots.ts';

/** Rules that the model of the protocol shows to be necessary (docs/design.md). */
const RULES = {
  ...{ takeOver, fenceWrites, fenceRestore, restoreDeletes, bumpVersion, uniquePrefixes },
  ...{ uniqueSnapshots, beginReread, listBeforeFlag, shareComplete },
  ...{ voidFirst, rememberFailed, dropLate, byOutcome },
  ...{ pins, pinFirst, pinKnown, pinsAfterCommit, pinStops },
  // Last: it deletes the image that the others begin with.
  planAfterFlag,
};

let bench: FaultBench;

beforeAll(async () => {
  bench = await FaultBench.create();
});
beforeEach(() => bench.reset());
afterEach(() => bench.disarm());

describe.each(Object.entries(RULES))('rule %s', (_name, scenario) => {
  it('holds', async () => {
    expect(await scenario(bench, false)).toEqual([]);
  });

  it('is necessary', async () => {
    expect(await scenario(bench, true)).not.toEqual([]);
  });
});
