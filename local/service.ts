/** On whose behalf a call is made. The operator (the credentials of a person) may do everything. */
export type Caller = { readonly kind: 'operator' } | { readonly kind: 'role'; readonly roleArn: string };

export interface CallContext {
  readonly caller: Caller;
  readonly requestId: string;
  readonly signal?: AbortSignal;
}

/**
 * One AWS service at the level of SDK commands: `call('GetObject', { Bucket, Key })` takes the input of the SDK's
 * GetObjectCommand and answers its output (without `$metadata`), or throws a {@link ServiceError}.
 * Authorization happens before `call`, in the hub: a service trusts its caller.
 */
export interface CommandService {
  call(operation: string, input: Record<string, unknown>, context: CallContext): Promise<Record<string, unknown>>;
}

/** The error of a service, as the SDK would show it: `name` is the service's error code. */
export class ServiceError extends Error {
  override readonly name: string;
  readonly httpStatus: number;
  /** Further members of the error's shape, e.g. `CancellationReasons`, `Item`. */
  readonly fields: Record<string, unknown>;

  constructor(name: string, message: string, httpStatus = 400, fields: Record<string, unknown> = {}) {
    super(message);
    this.name = name;
    this.httpStatus = httpStatus;
    this.fields = fields;
  }
}

/** What the embedded AWS does not do is said, never guessed. */
export function notImplemented(what: string): ServiceError {
  return new ServiceError('NotImplemented', `not implemented here: ${what}`, 501);
}
