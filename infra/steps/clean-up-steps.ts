import { checkCleanUpEntryContract } from '../../lambdas/contracts/check-clean-up-entry.contract.ts';
import { dropCleanUpEntryContract } from '../../lambdas/contracts/drop-clean-up-entry.contract.ts';
import { forgetRestoreContract } from '../../lambdas/contracts/forget-restore.contract.ts';
import { listAbandonedRestoresContract } from '../../lambdas/contracts/list-abandoned-restores.contract.ts';
import { listCleanUpContract } from '../../lambdas/contracts/list-clean-up.contract.ts';
import { settleCleanUpEntryContract } from '../../lambdas/contracts/settle-clean-up-entry.contract.ts';
import { QUICK } from '../sizes.ts';
import { type DeployedStep, deployed } from '../step-table.ts';

/** The states of `clean-up` that are its own; what deletes is shared with the roll-back. */
export const CLEAN_UP_STEPS: readonly DeployedStep[] = [
  deployed(listCleanUpContract, QUICK, (may) => [
    may.items(['clean-up'], 'Query'),
    may.items(['pins'], 'Query', 'DeleteItem'),
  ]),
  deployed(checkCleanUpEntryContract, QUICK, (may) => [
    may.items(['clean-up', 'root'], 'GetItem'),
    may.items(['pins', 'history', 'clean-up'], 'Query'),
    // Whether those that list the bytes have their markers.
    may.read(may.roots('images/*/manifest.json')),
  ]),
  deployed(settleCleanUpEntryContract, QUICK, (may) => [may.items(['clean-up'], 'GetItem', 'UpdateItem')]),
  deployed(dropCleanUpEntryContract, QUICK, (may) => [may.items(['clean-up'], 'DeleteItem')]),
  deployed(
    listAbandonedRestoresContract,
    QUICK,
    (may) => [may.items(['targets'], 'Query')],
    (machines) => [machines.describe()],
  ),
  deployed(forgetRestoreContract, QUICK, (may) => [may.items(['targets'], 'DeleteItem')]),
];
