import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CallContext, type Caller, ServiceError } from '../service.ts';

type Shape = Record<string, unknown>;

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What a protocol's handler needs of the hub. */
export interface HandlerOptions {
  call(operation: string, input: Shape, context: CallContext): Promise<Shape>;
  callerOf(request: IncomingMessage): Caller;
}

export const asServiceError = (error: unknown): ServiceError =>
  error instanceof ServiceError
    ? error
    : new ServiceError('InternalFailure', error instanceof Error ? error.message : String(error), 500);
