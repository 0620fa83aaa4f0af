import { notImplemented } from '../service.ts';
import type { AccessRequest, Input, RequestPlace } from './access-request.ts';
import { dynamoDbRequests } from './dynamodb-requests.ts';
import { s3Requests } from './s3-requests.ts';
import { serviceRequests } from './service-requests.ts';

export interface ServiceCall {
  /** As in an ARN, like the names of the hub. */
  readonly service: string;
  /** Name of the SDK's command without `Command`. */
  readonly operation: string;
  readonly input: Input;
}

/**
 * What AWS checks before it serves a call (Service Authorization Reference): every one must be allowed. Empty for calls
 * that need no permission. @throws ServiceError NotImplemented for an operation whose needs are not known here
 */
export function requestsOf(call: ServiceCall, place: RequestPlace): AccessRequest[] {
  const { service, operation, input } = call;
  const requests =
    service === 's3'
      ? s3Requests(operation, input)
      : service === 'dynamodb'
        ? dynamoDbRequests(operation, input, place)
        : serviceRequests(service, operation, input, place);
  if (!requests) throw notImplemented(`the permissions of ${service} ${operation}`);
  return requests;
}
