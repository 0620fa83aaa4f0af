import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { systemClock } from '../../../local/clock.ts';
import { InProcessClient } from '../../../local/in-process-client.ts';
import { s3HttpHandler } from '../../../local/s3/http/s3-http-handler.ts';
import { S3Service, type S3ServiceOptions } from '../../../local/s3/s3-service.ts';
import type { CallContext } from '../../../local/service.ts';
import type { S3UnderTest } from './s3-conformance.ts';
import type { AnyS3 } from './s3-subject.ts';

export const accountId = '111122223333';
export const asOperator: CallContext = { caller: { kind: 'operator' }, requestId: 'test' };

export const newS3Service = (options: Partial<S3ServiceOptions> = {}): S3Service =>
  new S3Service({ clock: systemClock, region: 'eu-central-1', accountId, ...options });

export const inProcess = (service: S3Service): AnyS3 =>
  new InProcessClient((operation, input) => service.call(operation, input, asOperator)) as unknown as AnyS3;

export async function inProcessS3(): Promise<S3UnderTest> {
  return { s3: inProcess(newS3Service()), accountId, close: async () => {} };
}

/** The embedded S3 behind HTTP on the loopback, and the SDK's own client in front of it. */
export async function overHttp(
  call: Parameters<typeof s3HttpHandler>[0],
  config: S3ClientConfig = {},
): Promise<S3UnderTest & { s3: S3Client; endpoint: string }> {
  const server = createServer(s3HttpHandler(call));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const s3 = new S3Client({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
    ...config,
  });
  const close = async () => {
    s3.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { s3, accountId, endpoint, close };
}

export const httpS3 = (config: S3ClientConfig = {}) => {
  const service = newS3Service();
  return overHttp((operation, input) => service.call(operation, input, asOperator), config);
};
