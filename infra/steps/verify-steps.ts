import { checkVerifyContract } from '../../lambdas/contracts/check-verify.contract.ts';
import { endVerifyContract } from '../../lambdas/contracts/end-verify.contract.ts';
import { pinImagesContract } from '../../lambdas/contracts/pin-images.contract.ts';
import { planVerifyContract } from '../../lambdas/contracts/plan-verify.contract.ts';
import { readRunFailureContract } from '../../lambdas/contracts/read-run-failure.contract.ts';
import { unpinImagesContract } from '../../lambdas/contracts/unpin-images.contract.ts';
import { verifyImageFilesContract } from '../../lambdas/contracts/verify-image-files.contract.ts';
import type { Grant, Grants } from '../grants.ts';
import { HEAVY, LONG, QUICK } from '../sizes.ts';
import { type DeployedStep, deployed } from '../step-table.ts';

const readWork = (may: Grants): Grant[] => may.read(may.work());
const holdPin = (may: Grants): Grant => may.items(['pins'], 'GetItem', 'PutItem');
const readImages = (may: Grants): Grant[] => may.read(may.roots('images/*'));

/** The states of `verify`, and those that it shares with `restore`. */
export const VERIFY_STEPS: readonly DeployedStep[] = [
  deployed(pinImagesContract, QUICK, (may) => [
    may.items(['root'], 'GetItem'),
    may.items(['pins'], 'PutItem', 'DeleteItem'),
  ]),
  deployed(unpinImagesContract, QUICK, (may) => [may.items(['pins'], 'DeleteItem')]),
  deployed(readRunFailureContract, QUICK, (may) => [may.read(may.work('work/*/failures/*'))]),
  deployed(checkVerifyContract, QUICK, (may) => [
    may.items(['root'], 'Query'),
    readWork(may),
    may.objects(may.work('work/*/request.json'), 's3:PutObject'),
  ]),
  deployed(planVerifyContract, HEAVY, (may) => [
    holdPin(may),
    readWork(may),
    may.objects(may.work('work/*/plan/*'), 's3:PutObject'),
    readImages(may),
  ]),
  deployed(verifyImageFilesContract, HEAVY, (may) => [
    holdPin(may),
    readWork(may),
    readImages(may),
    may.objects([...may.work('work/*/results/*'), ...may.work('work/*/failures/*')], 's3:PutObject'),
  ]),
  deployed(endVerifyContract, LONG, (may) => [
    readWork(may),
    may.objects(
      [...may.work('work/*/results/summary.json'), ...may.work('work/*/results/findings.jsonl')],
      's3:PutObject',
    ),
  ]),
];
