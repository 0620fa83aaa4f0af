import { XmlNode } from '@aws-sdk/xml-builder';
import { ServiceError } from '../../service.ts';
import type { RestResponse } from './rest-output.ts';

const insideOk = 'InsideOk';

/** An error that arrives in the body of a 200, as S3 may answer Copy and Complete once it has begun to answer. */
export const insideOkResponse = (name: string, message: string): ServiceError =>
  new ServiceError(name, message, 500, { [insideOk]: true });

const headerOfField: Readonly<Record<string, string>> = {
  DeleteMarker: 'x-amz-delete-marker',
  VersionId: 'x-amz-version-id',
  ETag: 'etag',
};

export function errorResponse(error: unknown, requestId: string): RestResponse {
  const known = error instanceof ServiceError ? error : new ServiceError('InternalError', String(error), 500);
  const { [insideOk]: isInsideOk, ...fields } = known.fields;
  const headers: Record<string, string> = {};
  const root = new XmlNode('Error')
    .addChildNode(XmlNode.of('Code', known.name))
    .addChildNode(XmlNode.of('Message', known.message));
  for (const [name, value] of Object.entries(fields)) {
    const header = headerOfField[name];
    if (header) headers[header] = String(value);
    if (typeof value !== 'object') root.addChildNode(XmlNode.of(name, String(value)));
  }
  root.addChildNode(XmlNode.of('RequestId', requestId));
  const status = isInsideOk ? 200 : known.httpStatus;
  if (status === 304) return { status, headers, body: undefined };
  headers['content-type'] = 'application/xml';
  return { status, headers, body: `<?xml version="1.0" encoding="UTF-8"?>\n${root.toString()}` };
}
