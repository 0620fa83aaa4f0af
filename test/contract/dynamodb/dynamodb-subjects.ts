import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { systemClock } from '../../../local/clock.ts';
import { DynamoDbService } from '../../../local/dynamodb/dynamodb-service.ts';
import { dynamoDbHandler } from '../../../local/dynamodb/http.ts';
import { type CallContext, ServiceError } from '../../../local/service.ts';
import type { DynamoDbSubject } from './dynamodb-subject.ts';

const newService = () => new DynamoDbService({ clock: systemClock, region: 'eu-central-1', accountId: '000000000000' });

async function overHttp(listener: RequestListener): Promise<DynamoDbSubject> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  return {
    client,
    close: async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The service called directly, errors as the SDK would show them. */
export async function inProcessSubject(service = newService()): Promise<DynamoDbSubject> {
  const context: CallContext = { caller: { kind: 'operator' }, requestId: 'test' };
  const send = async (command: { input: object }) => {
    try {
      const operation = command.constructor.name.replace(/Command$/, '');
      return await service.call(operation, command.input as Record<string, unknown>, context);
    } catch (error) {
      if (error instanceof ServiceError) throw Object.assign(error, error.fields);
      throw error;
    }
  };
  return { client: { send } as unknown as DynamoDBClient, close: async () => {} };
}

/** The real SDK client against the service behind its HTTP front. */
export function httpSubject(service = newService()): Promise<DynamoDbSubject> {
  const handle = dynamoDbHandler({ call: (...args) => service.call(...args) });
  return overHttp((request, response) => void handle(request, response));
}

/** dynalite, an implementation from outside, and what it lacks. */
export function dynaliteSubject(): Promise<DynamoDbSubject> {
  const server = dynalite({ createTableMs: 1, updateTableMs: 1, deleteTableMs: 1 });
  return overHttp(server.listeners('request')[0] as RequestListener);
}
