import type { IncomingMessage } from 'node:http';

/** Names in a signature's scope that differ from the hub's. */
const HUB_NAMES: Record<string, string> = { monitoring: 'cloudwatch', 's3-outposts': 's3', s3express: 's3' };

const TARGETS: Record<string, string> = {
  DynamoDB_20120810: 'dynamodb',
  AWSStepFunctions: 'states',
  AmazonSSM: 'ssm',
  TrentService: 'kms',
  Logs_20140328: 'logs',
  AWSEvents: 'events',
  AmazonSQS: 'sqs',
  GraniteServiceVersion20100801: 'cloudwatch',
};

/**
 * Which service a request is for: by the scope of its signature (`Credential=<key>/<date>/<region>/<service>/…`, in
 * the header or in a presigned query), else by `X-Amz-Target`, else S3, the only one that is called unsigned.
 */
export function signedService(request: Pick<IncomingMessage, 'headers' | 'url'>): string {
  const header = /Credential=[^/,\s]+\/\d+\/[^/]+\/([^/,\s]+)\//.exec(request.headers.authorization ?? '')?.[1];
  const query = new URLSearchParams(request.url?.split('?')[1] ?? '').get('X-Amz-Credential')?.split('/')[3];
  const signed = header ?? query;
  if (signed !== undefined) return HUB_NAMES[signed] ?? signed;
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return TARGETS[target.split('.')[0] ?? ''] ?? target.split('.')[0] ?? '';
  return 's3';
}
