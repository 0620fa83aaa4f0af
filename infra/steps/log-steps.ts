import { mergeRunsContract } from '../../lambdas/contracts/merge-runs.contract.ts';
import { planIncrementContract } from '../../lambdas/contracts/plan-increment.contract.ts';
import { planMergeContract } from '../../lambdas/contracts/plan-merge.contract.ts';
import { planWalsContract } from '../../lambdas/contracts/plan-wals.contract.ts';
import { splitWalsContract } from '../../lambdas/contracts/split-wals.contract.ts';
import type { Grant, Grants } from '../grants.ts';
import { HEAVY, LONG } from '../sizes.ts';
import { type DeployedStep, deployed } from '../step-table.ts';

const stepEntry = (may: Grants): Grant => may.items(['root'], 'GetItem');
const readImages = (may: Grants): Grant[] => may.read(may.roots('images/*'));
const noteResults = (may: Grants): Grant[] =>
  may.objects([...may.work('work/*/results/*'), ...may.work('work/*/failures/*')], 's3:PutObject');

/** The states that `incremental-backup` has besides those of `full-backup`: logs become HFiles. */
export const LOG_STEPS: readonly DeployedStep[] = [
  deployed(planWalsContract, HEAVY, (may) => [
    stepEntry(may),
    may.read(may.system()),
    may.read(may.logs()),
    may.read(may.sources('data/*')),
    readImages(may),
    may.read(may.work()),
    may.objects(may.work('work/*/plan/*'), 's3:PutObject'),
  ]),
  // Children of a map do not touch the table: names fence them (I8).
  deployed(splitWalsContract, HEAVY, (may) => [
    may.read(may.logs()),
    may.read(may.work()),
    may.create(may.work('work/*/runs/*')),
    noteResults(may),
  ]),
  deployed(planMergeContract, LONG, (may) => [
    stepEntry(may),
    may.read(may.work()),
    may.objects(may.work('work/*/plan/*'), 's3:PutObject'),
  ]),
  deployed(mergeRunsContract, HEAVY, (may) => [
    // Bulk-loaded files that cross a border of the regions are rewritten.
    may.read(may.sources()),
    may.read(may.work()),
    may.create([...may.work('work/*/runs/*'), ...may.work('work/*/made/*')]),
    noteResults(may),
  ]),
  deployed(planIncrementContract, HEAVY, (may) => [
    may.items(['root'], 'GetItem', 'ConditionCheckItem', 'PutItem'),
    may.read(may.system()),
    may.read(may.sources()),
    readImages(may),
    may.objects([...may.roots('images/*/snapshots/*'), ...may.roots('images/*/cluster.json')], 's3:PutObject'),
    may.read(may.work()),
    may.objects(may.work('work/*/plan/*'), 's3:PutObject'),
  ]),
];
