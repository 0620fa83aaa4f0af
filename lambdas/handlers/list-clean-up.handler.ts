import { dynamoDbCleanUpList } from '../adapters/dynamodb/clean-up-list.ts';
import { dynamoDbPins } from '../adapters/dynamodb/pins.ts';
import { listCleanUpContract } from '../contracts/list-clean-up.contract.ts';
import { listCleanUp } from '../operations/list-clean-up.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(listCleanUpContract, (environment, clients) =>
  listCleanUp(
    {
      cleanUp: dynamoDbCleanUpList(clients, environment.TABLE_NAME),
      pins: dynamoDbPins(clients, environment.TABLE_NAME),
      clock: clients.clock,
    },
    environment,
  ),
);

export const handler = lambdaHandler(step);
