import { deleteTableSnapshotsContract } from '../../lambdas/contracts/delete-table-snapshots.contract.ts';
import { endRollBackContract } from '../../lambdas/contracts/end-roll-back.contract.ts';
import { findAbandonedSessionsContract } from '../../lambdas/contracts/find-abandoned-sessions.contract.ts';
import { findFailedSessionContract } from '../../lambdas/contracts/find-failed-session.contract.ts';
import { readFailureContract } from '../../lambdas/contracts/read-failure.contract.ts';
import { restoreSystemTableContract } from '../../lambdas/contracts/restore-system-table.contract.ts';
import { stopOwnerContract } from '../../lambdas/contracts/stop-owner.contract.ts';
import { takeOverContract } from '../../lambdas/contracts/take-over.contract.ts';
import { verifySystemSnapshotContract } from '../../lambdas/contracts/verify-system-snapshot.contract.ts';
import { LONG, QUICK } from '../sizes.ts';
import { type DeployedStep, deployed, standalone } from '../step-table.ts';

/** The states that undo a session: of the Catch of a backup, and of `repair`. */
export const ROLL_BACK_STEPS: readonly DeployedStep[] = [
  deployed(readFailureContract, QUICK, (may) => [
    may.items(['root'], 'GetItem'),
    may.items(['history'], 'Query'),
    may.read(may.work('work/*/failures/*')),
  ]),
  deployed(takeOverContract, QUICK, (may) => [
    may.items(['root', 'history'], 'GetItem'),
    may.items(['root'], 'UpdateItem'),
    may.items(['clean-up'], 'PutItem'),
  ]),
  deployed(verifySystemSnapshotContract, LONG, (may) => [may.items(['root'], 'GetItem'), may.read(may.system())]),
  deployed(deleteTableSnapshotsContract, QUICK, (may) => [may.items(['history'], 'Query')]),
  deployed(restoreSystemTableContract, LONG, (may) => [
    may.items(['root'], 'GetItem', 'Query', 'ConditionCheckItem', 'PutItem', 'DeleteItem'),
    may.read(may.system()),
  ]),
  deployed(endRollBackContract, QUICK, (may) => [
    may.items(['root', 'history'], 'GetItem', 'UpdateItem'),
    may.items(['clean-up'], 'PutItem'),
  ]),
  deployed(
    findFailedSessionContract,
    QUICK,
    (may) => [may.items(['root'], 'GetItem'), may.items(['history'], 'Query')],
    (machines) => [machines.describe()],
  ),
  deployed(
    stopOwnerContract,
    QUICK,
    (may) => [may.items(['root'], 'GetItem')],
    (machines) => [machines.stop()],
  ),
  standalone(
    findAbandonedSessionsContract,
    QUICK,
    (may) => [may.items(['root', 'history'], 'GetItem'), may.items(['history'], 'Query')],
    (machines) => [machines.describe(), machines.start('Repair')],
  ),
];
