import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { sealManifestContract } from '../contracts/seal-manifest.contract.ts';
import { sealManifest } from '../operations/seal-manifest.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(sealManifestContract, (environment, clients) =>
  sealManifest(
    { objects: s3ObjectStore(clients), table: dynamoDbSystemTable(clients, environment.TABLE_NAME) },
    environment,
  ),
);

export const handler = lambdaHandler(step);
