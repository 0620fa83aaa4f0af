import { checkDeleteContract } from '../../lambdas/contracts/check-delete.contract.ts';
import { cleanUnlistedFilesContract } from '../../lambdas/contracts/clean-unlisted-files.contract.ts';
import { commitDeleteContract } from '../../lambdas/contracts/commit-delete.contract.ts';
import { dryRunDeleteContract } from '../../lambdas/contracts/dry-run-delete.contract.ts';
import { forgetImageContract } from '../../lambdas/contracts/forget-image.contract.ts';
import { markShellContract } from '../../lambdas/contracts/mark-shell.contract.ts';
import { planDeleteContract } from '../../lambdas/contracts/plan-delete.contract.ts';
import type { Grant, Grants } from '../grants.ts';
import { HEAVY, LONG, QUICK } from '../sizes.ts';
import { type DeployedStep, deployed } from '../step-table.ts';

const manifests = (may: Grants) => may.roots('images/*/manifest.json');
/** Retention and legal hold; a missing manifest is settled by LIST. */
const locks = (may: Grants): Grant[] => [
  ...may.objects(manifests(may), 's3:GetObjectRetention', 's3:GetObjectLegalHold'),
  ...may.list(manifests(may)),
];
const byAuthority = (may: Grants): Grant => may.items(['root', 'clean-up'], 'GetItem');

/** The states of `delete` that are its own, and those of `clean-up` that remove what it deleted. Nothing goes before the commit. */
export const DELETE_STEPS: readonly DeployedStep[] = [
  deployed(checkDeleteContract, QUICK, (may) => [may.items(['root', 'history'], 'Query'), locks(may)]),
  deployed(dryRunDeleteContract, HEAVY, (may) => [may.items(['root'], 'Query'), may.read(may.roots('images/*'))]),
  deployed(planDeleteContract, HEAVY, (may) => [
    may.items(['root'], 'GetItem'),
    may.read(may.system()),
    may.read(may.roots('images/*')),
    locks(may),
    may.objects(may.work('work/*/plan/*'), 's3:PutObject'),
  ]),
  deployed(commitDeleteContract, QUICK, (may) => [
    may.items(['root', 'history'], 'GetItem'),
    may.items(['root'], 'Query', 'UpdateItem', 'PutItem'),
    may.items(['history'], 'PutItem', 'UpdateItem'),
    may.items(['clean-up'], 'PutItem'),
    may.read(may.work('work/*/plan/*')),
  ]),
  // If-Match: over the manifest that was read, and over nothing else.
  deployed(markShellContract, QUICK, (may) => [
    byAuthority(may),
    may.read(manifests(may)),
    may.objects(manifests(may), 's3:PutObject'),
  ]),
  deployed(cleanUnlistedFilesContract, LONG, (may) => [
    byAuthority(may),
    // Data goes only where no manifest is sealed any more.
    may.read(manifests(may)),
    may.read(may.work('work/*/plan/*')),
    may.objects(may.roots('images/*/data/*'), 's3:DeleteObject', 's3:DeleteObjectVersion'),
    may.bucket(may.roots('images/*/data/*'), 's3:ListBucketVersions'),
  ]),
  // What takes a record away touches no object.
  deployed(forgetImageContract, QUICK, (may) => [
    byAuthority(may),
    may.items(['root'], 'Query', 'UpdateItem', 'DeleteItem'),
    may.items(['clean-up'], 'DeleteItem'),
  ]),
];
