import type { Authorize, Call, Interceptor } from '../hub.ts';
import { ServiceError } from '../service.ts';
import type { AccessRequest, RequestPlace } from './access-request.ts';
import type { Authorizer } from './authorizer.ts';
import { requestsOf } from './requests.ts';

/** The name of a refusal, and its HTTP status, differ by service. */
const refusals: Record<string, readonly [string, number]> = {
  s3: ['AccessDenied', 403],
  sns: ['AuthorizationError', 403],
  sqs: ['AccessDenied', 403],
  sts: ['AccessDenied', 403],
  cloudformation: ['AccessDenied', 403],
  cloudwatch: ['AccessDenied', 403],
  lambda: ['AccessDeniedException', 403],
  scheduler: ['AccessDeniedException', 403],
};

/** The context that every request has. Calls on the loopback count as made over TLS, as they are on AWS. */
const everywhere = (call: Call, place: RequestPlace): AccessRequest['context'] => ({
  'aws:SecureTransport': 'true',
  'aws:RequestedRegion': place.region,
  'aws:PrincipalAccount': place.accountId,
  'aws:ResourceAccount': place.accountId,
  ...(call.context.caller.kind === 'role'
    ? { 'aws:PrincipalArn': call.context.caller.roleArn, 'aws:PrincipalType': 'AssumedRole' }
    : {}),
});

function refusal(call: Call, request: AccessRequest, reason: string, place: RequestPlace): ServiceError {
  const [name, status] = refusals[call.service] ?? ['AccessDeniedException', 400];
  const role = call.context.caller.kind === 'role' ? call.context.caller.roleArn.split('/').at(-1) : 'operator';
  return new ServiceError(
    name,
    `User: arn:aws:sts::${place.accountId}:assumed-role/${role}/local is not authorized to perform: ${request.action} ` +
      `on resource: ${request.resource}, because of: ${reason}`,
    status,
  );
}

/** For a hub: judges every call by all that it needs. A DeleteObjects is refused whole, not key by key as on S3. */
export function authorizeCalls(authorizer: Authorizer, place: RequestPlace): Authorize {
  return (call) => {
    if (call.context.caller.kind === 'operator') return;
    for (const request of requestsOf(call, place)) {
      const context = { ...everywhere(call, place), ...request.context };
      const { allowed, reason } = authorizer.authorize(call.context.caller, { ...request, context });
      if (!allowed) throw refusal(call, request, reason, place);
    }
  };
}

const absences = new Set(['NoSuchKey', 'NotFound', 'NoSuchVersion']);
const readers = new Set([
  'GetObject',
  'HeadObject',
  'GetObjectAttributes',
  'GetObjectTagging',
  'CopyObject',
  'UploadPartCopy',
]);

/**
 * S3 tells that an object is missing only to who may list its bucket, and such a request carries no prefix: without
 * `s3:ListBucket` free of a condition on `s3:prefix` a missing object looks like a forbidden one (GetObject,
 * "Permissions").
 */
export function hideAbsence(authorizer: Authorizer, place: RequestPlace): Interceptor {
  return async (call, next) => {
    try {
      return await next(call);
    } catch (error) {
      const { caller } = call.context;
      const isAbsence = error instanceof ServiceError && absences.has(error.name);
      if (!isAbsence || call.service !== 's3' || caller.kind === 'operator' || !readers.has(call.operation))
        throw error;
      const read = requestsOf(call, place)[0]!;
      const resource = read.resource.slice(0, read.resource.indexOf('/'));
      const list = { action: 's3:ListBucket', resource, context: everywhere(call, place) };
      if (authorizer.isAllowed(caller, list)) throw error;
      throw refusal(call, read, 'the object may be missing, which only who may list the bucket is told', place);
    }
  };
}
