import { cleanDestinationContract } from '../../lambdas/contracts/clean-destination.contract.ts';
import { cleanTemporaryDataContract } from '../../lambdas/contracts/clean-temporary-data.contract.ts';
import { copyFilesContract } from '../../lambdas/contracts/copy-files.contract.ts';
import { dryRunBackupContract } from '../../lambdas/contracts/dry-run-backup.contract.ts';
import { planBackupContract } from '../../lambdas/contracts/plan-backup.contract.ts';
import { removeVoidMarkerContract } from '../../lambdas/contracts/remove-void-marker.contract.ts';
import { sealManifestContract } from '../../lambdas/contracts/seal-manifest.contract.ts';
import { verifyFilesContract } from '../../lambdas/contracts/verify-files.contract.ts';
import { voidManifestContract } from '../../lambdas/contracts/void-manifest.contract.ts';
import type { Grant, Grants } from '../grants.ts';
import { HEAVY, LONG, QUICK } from '../sizes.ts';
import { type DeployedStep, deployed } from '../step-table.ts';

/** Flag and epoch; or the clean-up entry by whose right something is removed. */
const stepEntry = (may: Grants): Grant => may.items(['root'], 'GetItem');
const byAuthority = (may: Grants): Grant => may.items(['root', 'clean-up'], 'GetItem');
const readSources = (may: Grants): Grant[] => may.read(may.sources());
const images = (may: Grants) => may.roots('images/*');

/** Where a backup's bytes go and come from. Who writes in a root deletes nothing there, who deletes writes nothing. */
export const DATA_STEPS: readonly DeployedStep[] = [
  deployed(planBackupContract, HEAVY, (may) => [
    may.items(['root'], 'GetItem', 'ConditionCheckItem', 'PutItem'),
    may.read(may.system()),
    readSources(may),
    may.read(may.logs()),
    may.read(images(may)),
    may.objects([...may.roots('images/*/snapshots/*'), ...may.roots('images/*/cluster.json')], 's3:PutObject'),
    may.read(may.work()),
    may.objects(may.work('work/*/plan/*'), 's3:PutObject'),
  ]),
  deployed(dryRunBackupContract, HEAVY, (may) => [
    may.items(['root'], 'Query'),
    readSources(may),
    may.read(may.logs()),
    may.read(images(may)),
  ]),
  // Children of a map do not touch the table: names fence them (I8).
  deployed(copyFilesContract, HEAVY, (may) => [
    readSources(may),
    may.read(may.roots('images/*/data/*')),
    // After a multipart copy: uploads of its key that a lost answer left.
    may.bucket(may.roots('images/*/data/*'), 's3:ListBucketMultipartUploads'),
    may.create(may.roots('images/*/data/*')),
    may.read(may.work()),
    may.objects([...may.work('work/*/results/*'), ...may.work('work/*/failures/*')], 's3:PutObject'),
  ]),
  deployed(verifyFilesContract, HEAVY, (may) => [
    may.listAll(may.roots('images/*/data/*')),
    readSources(may),
    may.read(may.work()),
    may.objects([...may.work('work/*/results/*'), ...may.work('work/*/failures/*')], 's3:PutObject'),
  ]),
  deployed(sealManifestContract, HEAVY, (may) => [
    stepEntry(may),
    may.read(may.work()),
    may.read(images(may)),
    may.objects(
      [
        ...may.roots('images/*/files-*'),
        ...may.roots('images/*/positions*'),
        ...may.roots('images/*/store-files*'),
        ...may.roots('images/*/manifest.json'),
      ],
      's3:PutObject',
    ),
  ]),
  // The one that puts unconditionally: at a manifest's key only, and it deletes nothing.
  deployed(voidManifestContract, QUICK, (may) => [
    byAuthority(may),
    may.objects(may.roots('images/*/manifest.json'), 's3:PutObject'),
  ]),
  deployed(cleanDestinationContract, LONG, (may) => [
    byAuthority(may),
    // Data goes only where the marker VOID was read.
    may.objects(may.roots('images/*/manifest.json'), 's3:GetObject'),
    may.remove(images(may)),
  ]),
  deployed(removeVoidMarkerContract, QUICK, (may) => [
    byAuthority(may),
    may.read(images(may)),
    may.listAll(images(may)),
    may.objects(may.roots('images/*/manifest.json'), 's3:DeleteObjectVersion'),
  ]),
  deployed(cleanTemporaryDataContract, LONG, (may) => [byAuthority(may), may.remove(may.work())]),
];
