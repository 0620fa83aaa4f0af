import { checkPlacedContract } from '../../lambdas/contracts/check-placed.contract.ts';
import { checkRestoreContract } from '../../lambdas/contracts/check-restore.contract.ts';
import { claimTargetsContract } from '../../lambdas/contracts/claim-targets.contract.ts';
import { cleanRestoreContract } from '../../lambdas/contracts/clean-restore.contract.ts';
import { dropHoldContract } from '../../lambdas/contracts/drop-hold.contract.ts';
import { holdOffCleanersContract } from '../../lambdas/contracts/hold-off-cleaners.contract.ts';
import { pauseCleanersContract } from '../../lambdas/contracts/pause-cleaners.contract.ts';
import { placeFilesContract } from '../../lambdas/contracts/place-files.contract.ts';
import { planRestoreContract } from '../../lambdas/contracts/plan-restore.contract.ts';
import { publishSnapshotsContract } from '../../lambdas/contracts/publish-snapshots.contract.ts';
import { releaseTargetsContract } from '../../lambdas/contracts/release-targets.contract.ts';
import { summarizeRestoreContract } from '../../lambdas/contracts/summarize-restore.contract.ts';
import type { Grant, Grants } from '../grants.ts';
import { HEAVY, LONG, QUICK } from '../sizes.ts';
import { type DeployedStep, deployed } from '../step-table.ts';

/** The request, plan and results of the run. */
const readWork = (may: Grants): Grant[] => may.read(may.work());
/** A lease that is about to run out is renewed. */
const holdPin = (may: Grants): Grant => may.items(['pins'], 'GetItem', 'PutItem');
const holdTargets = (may: Grants): Grant => may.items(['targets'], 'GetItem', 'PutItem');
const readImages = (may: Grants): Grant[] => may.read(may.roots('images/*'));
/** Snapshots of restores only: those being placed, and published ones. */
const holds = (may: Grants) => may.targets('.hbase-snapshot/.tmp/holdfast_*');
const published = (may: Grants, file: string) => may.targets(`.hbase-snapshot/holdfast_*/${file}`);
const snapshots = (may: Grants) => [...holds(may), ...may.targets('.hbase-snapshot/holdfast_*')];
const archive = (may: Grants) => may.targets('archive/data/*');

/** Copies below the target's `archive/`, If-None-Match, and compares what stands there already. */
const placeArchive = (may: Grants): Grant[] => [
  ...readImages(may),
  ...may.read(archive(may)),
  // After a multipart copy: uploads of its key that a lost answer left.
  ...may.bucket(archive(may), 's3:ListBucketMultipartUploads'),
  ...may.create(archive(may)),
];

/** The states of `restore`. None of them may write an item of a root (R11), and none that writes a target deletes there. */
export const RESTORE_STEPS: readonly DeployedStep[] = [
  deployed(
    checkRestoreContract,
    HEAVY,
    (may) => [
      may.items(['root'], 'GetItem', 'Query'),
      may.headBuckets(may.targets()),
      readWork(may),
      // Families of the tables that a setting names.
      readImages(may),
      // Visibility labels.
      may.read(may.targets('data/hbase/labels/*')),
      may.objects(may.work('work/*/request.json'), 's3:PutObject'),
    ],
    (machines) => [machines.describe()],
  ),
  deployed(planRestoreContract, HEAVY, (may) => [
    holdPin(may),
    readWork(may),
    may.objects(may.work('work/*/plan/*'), 's3:PutObject'),
    readImages(may),
    may.list(may.targets('data/*')),
    // What the target shows of its HBase.
    may.objects(may.targets('data/*/.tabledesc/*'), 's3:GetObject'),
    may.read([...may.targets('hbase.id'), ...may.targets('hbase.version')]),
  ]),
  deployed(
    claimTargetsContract,
    QUICK,
    (may) => [readWork(may), holdPin(may), may.items(['targets'], 'Query', 'PutItem')],
    (machines) => [machines.describe()],
  ),
  deployed(holdOffCleanersContract, HEAVY, (may) => [
    readWork(may),
    holdPin(may),
    holdTargets(may),
    readImages(may),
    may.read(holds(may)),
    may.objects(holds(may), 's3:PutObject'),
  ]),
  deployed(placeFilesContract, HEAVY, (may) => [
    readWork(may),
    holdPin(may),
    placeArchive(may),
    may.objects([...may.work('work/*/results/*'), ...may.work('work/*/failures/*')], 's3:PutObject'),
  ]),
  deployed(checkPlacedContract, LONG, (may) => [readWork(may), holdPin(may), holdTargets(may), placeArchive(may)]),
  deployed(pauseCleanersContract, HEAVY, (may) => [
    readWork(may),
    holdPin(may),
    holdTargets(may),
    readImages(may),
    may.read(published(may, 'data.manifest')),
    may.objects(published(may, 'data.manifest'), 's3:PutObject'),
  ]),
  deployed(publishSnapshotsContract, HEAVY, (may) => [
    readWork(may),
    holdPin(may),
    holdTargets(may),
    readImages(may),
    may.list(published(may, 'data.manifest')),
    may.read(published(may, '.snapshotinfo')),
    may.objects(published(may, '.snapshotinfo'), 's3:PutObject'),
  ]),
  deployed(dropHoldContract, QUICK, (may) => [readWork(may), may.remove(snapshots(may))]),
  deployed(releaseTargetsContract, QUICK, (may) => [may.items(['targets'], 'Query', 'PutItem')]),
  deployed(cleanRestoreContract, QUICK, (may) => [
    readWork(may),
    may.remove(snapshots(may)),
    may.list(may.targets('hbase.id')),
  ]),
  deployed(summarizeRestoreContract, LONG, (may) => [
    readWork(may),
    readImages(may),
    may.objects([...may.work('work/*/results/summary.json'), ...may.work('work/*/results/script.rb')], 's3:PutObject'),
  ]),
];
