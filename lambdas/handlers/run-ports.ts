import type { Clients } from '../adapters/clients.ts';
import { dynamoDbPins } from '../adapters/dynamodb/pins.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import type { RunPorts } from '../operations/run-entry.ts';

/** Ports of a step of a restore or verification. */
export const runPorts = (clients: Clients, { TABLE_NAME }: { readonly TABLE_NAME: string }): RunPorts => ({
  objects: s3ObjectStore(clients),
  pins: dynamoDbPins(clients, TABLE_NAME),
  clock: clients.clock,
});
