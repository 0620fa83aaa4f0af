import { StateError } from './state-error.ts';
import type { TaskResource } from './task-resource.ts';

/** The service's name in error names, where it is not the capitalized one ("DynamoDb.ConditionalCheckFailedException"). */
const PREFIXES: Record<string, string> = {
  dynamodb: 'DynamoDb',
  eventbridge: 'EventBridge',
  events: 'EventBridge',
  states: 'StepFunctions',
  sns: 'Sns',
  sqs: 'Sqs',
};
const OPTIMIZED_PREFIXES: Record<string, string> = { dynamodb: 'DynamoDB', sns: 'SNS', sqs: 'SQS' };

/** Errors that no model lists: the SDK for Java, whose names these are, knows only the service's base class. */
const UNMODELLED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ValidationException',
  'ThrottlingException',
  'SlowDown',
  'InternalError',
  'ServiceUnavailable',
  'PreconditionFailed',
  'ConditionalRequestConflict',
  'InvalidArgument',
  'BadDigest',
  'EntityTooLarge',
  'EntityTooSmall',
  'InvalidPart',
  'InvalidRange',
  'NotFound',
]);

/** What a service threw, by the name a Retry or Catch knows it: `S3.NoSuchKeyException`, `Lambda.TooManyRequestsException`. */
export function serviceFailure(resource: TaskResource, thrown: unknown): StateError {
  if (thrown instanceof StateError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error.name === 'NotImplemented') return new StateError('States.Runtime', error.message);
  if (error.name.includes('.')) return new StateError(error.name, error.message);
  const cause = `${error.message} (Service: ${serviceOf(resource)}, Error: ${error.name})`;
  return new StateError(nameOf(resource, error.name), cause);
}

const serviceOf = (resource: TaskResource): string => (resource.kind === 'function' ? 'lambda' : resource.service);

function nameOf(resource: TaskResource, name: string): string {
  const isFunction = resource.kind === 'function' || (resource.service === 'lambda' && !resource.sdk);
  if (isFunction) return UNMODELLED.has(name) ? 'Lambda.AWSLambdaException' : `Lambda.${withSuffix(name)}`;
  const spelled = resource.arn.split(':')[resource.sdk ? 6 : 5] ?? resource.service;
  const prefix = (!resource.sdk && OPTIMIZED_PREFIXES[spelled]) || (PREFIXES[spelled] ?? capitalized(spelled));
  return `${prefix}.${UNMODELLED.has(name) ? `${prefix}Exception` : withSuffix(name)}`;
}

const withSuffix = (name: string): string => (name.endsWith('Exception') ? name : `${name}Exception`);

const capitalized = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** A function that threw: its error's type is the name, its whole answer the cause. */
export function functionFailure(payload: string): StateError {
  let errorType: unknown;
  try {
    errorType = (JSON.parse(payload) as { errorType?: unknown } | null)?.errorType;
  } catch {
    // Not JSON: the error has no type, as below.
  }
  if (typeof errorType === 'string' && errorType) return new StateError(errorType, payload);
  const why = 'The cause could not be determined because Lambda did not return an error type.';
  return new StateError('Lambda.Unknown', `${why} Returned payload: ${payload}`);
}
