import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../../service.ts';
import { type OperationSchema, operationSchemas } from './operation-schema.ts';

export interface RestRequest {
  readonly operation: OperationSchema;
  readonly bucket?: string;
  readonly key?: string;
  readonly query: URLSearchParams;
}

const virtualHost = /^(.+?)\.(?:s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?|(?:s3\.)?localhost)(?::\d+)?$/;

/** The bucket of a host name like `name.s3.eu-central-1.amazonaws.com` or `name.localhost`. */
function bucketOfHost(host: string | undefined): string | undefined {
  const bucket = virtualHost.exec(host ?? '')?.[1];
  return bucket === 's3' ? undefined : bucket;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new ServiceError('InvalidURI', "Couldn't parse the specified URI.", 400);
  }
}

/** Which operation a request is, by method, path, query and the header of copies, as the service tells them apart. */
export function routeOf(request: IncomingMessage): RestRequest {
  const url = (request.url ?? '/').replace(/^https?:\/\/[^/?]*/, '');
  const cut = url.indexOf('?');
  const path = cut < 0 ? url : url.slice(0, cut);
  const query = new URLSearchParams(cut < 0 ? '' : url.slice(cut + 1));
  const hosted = bucketOfHost(request.headers.host);
  const rest = hosted === undefined ? path.slice(1) : `${hosted}/${path.slice(1)}`;
  const slash = rest.indexOf('/');
  const bucket = decode(slash < 0 ? rest : rest.slice(0, slash));
  const key = slash < 0 ? '' : decode(rest.slice(slash + 1));
  const scope = bucket === '' ? 'service' : key === '' ? 'bucket' : 'key';
  const operation = operationOf(
    request.method ?? 'GET',
    scope,
    query,
    request.headers['x-amz-copy-source'] !== undefined,
  );
  return { operation, query, ...(bucket !== '' && { bucket }), ...(key !== '' && { key }) };
}

function operationOf(
  method: string,
  scope: OperationSchema['scope'],
  query: URLSearchParams,
  isCopy: boolean,
): OperationSchema {
  const matching = operationSchemas.filter(
    (operation) =>
      operation.method === method &&
      operation.scope === scope &&
      operation.isCopy === (isCopy && method === 'PUT') &&
      operation.literals.every(([name, value]) => query.has(name) && (value === '' || query.get(name) === value)) &&
      operation.required.every((name) => query.has(name)),
  );
  const weight = ({ literals, required }: OperationSchema) => literals.length + required.length;
  const best = matching.reduce<OperationSchema | undefined>(
    (chosen, operation) => (!chosen || weight(operation) > weight(chosen) ? operation : chosen),
    undefined,
  );
  if (best) return best;
  throw new ServiceError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405);
}
