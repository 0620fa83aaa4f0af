import { REGISTRY_KEY } from '../../core/image-layout.ts';
import { checkFlagContract } from '../../lambdas/contracts/check-flag.contract.ts';
import { checkIncrementalContract } from '../../lambdas/contracts/check-incremental.contract.ts';
import { checkInputContract } from '../../lambdas/contracts/check-input.contract.ts';
import { claimRootContract } from '../../lambdas/contracts/claim-root.contract.ts';
import { commitBackupContract } from '../../lambdas/contracts/commit-backup.contract.ts';
import { deleteSystemSnapshotsContract } from '../../lambdas/contracts/delete-system-snapshots.contract.ts';
import { setActiveSnapshotContract } from '../../lambdas/contracts/set-active-snapshot.contract.ts';
import { takeSystemSnapshotContract } from '../../lambdas/contracts/take-system-snapshot.contract.ts';
import { LONG, QUICK } from '../sizes.ts';
import { type DeployedStep, deployed } from '../step-table.ts';

/** The states of `full-backup` and `incremental-backup` up to and including the commit. */
export const BACKUP_STEPS: readonly DeployedStep[] = [
  deployed(checkInputContract, LONG, (may) => [
    may.headBuckets([...may.roots(''), ...may.sources(''), ...may.logs()]),
    may.list(may.sources('data/*')),
  ]),
  deployed(checkIncrementalContract, LONG, (may) => [
    may.headBuckets([...may.roots(''), ...may.sources(''), ...may.logs()]),
    may.items(['root'], 'Query'),
    may.read(may.sources()),
    may.read(may.logs()),
    may.read(may.roots('images/*')),
  ]),
  deployed(claimRootContract, QUICK, (may) => {
    const markers = [...may.roots('HOLDFAST'), ...may.registry(REGISTRY_KEY)];
    return [may.read(markers), may.objects(markers, 's3:PutObject')];
  }),
  deployed(
    checkFlagContract,
    QUICK,
    (may) => [may.items(['root', 'history'], 'GetItem')],
    (machines) => [machines.describe()],
  ),
  deployed(takeSystemSnapshotContract, LONG, (may) => [
    may.items(['root'], 'GetItem', 'Query'),
    may.items(['history'], 'Query'),
    may.read(may.system()),
    may.objects(may.system(), 's3:PutObject'),
  ]),
  deployed(setActiveSnapshotContract, QUICK, (may) => [
    may.items(['root', 'history'], 'GetItem'),
    may.items(['history'], 'PutItem'),
    may.items(['root'], 'UpdateItem'),
  ]),
  deployed(deleteSystemSnapshotsContract, QUICK, (may) => [
    may.items(['root'], 'GetItem'),
    may.objects(may.system(), 's3:DeleteObjectVersion'),
    may.bucket(may.system(), 's3:ListBucketVersions'),
  ]),
  deployed(commitBackupContract, QUICK, (may) => [
    may.items(['root', 'history'], 'GetItem'),
    may.items(['root'], 'UpdateItem'),
    may.items(['root', 'history', 'clean-up'], 'PutItem'),
  ]),
];
