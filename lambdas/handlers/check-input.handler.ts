import { hasTooManyTables } from '../adapters/hbase/source-tables.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { checkInputContract } from '../contracts/check-input.contract.ts';
import { checkInput } from '../operations/check-input.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(checkInputContract, (environment, clients) => {
  const objects = s3ObjectStore(clients);
  return checkInput(
    { objects, hasTooManyTables: (source) => hasTooManyTables(objects, source), clock: clients.clock },
    environment,
  );
});

export const handler = lambdaHandler(step);
