import { ServiceError } from '../service.ts';

/** Errors of S3 by their codes; messages as the service words them (Amazon S3 API reference, "Error responses"). */
export const s3Error = {
  accessDenied: () => new ServiceError('AccessDenied', 'Access Denied', 403),
  noSuchBucket: (bucket: string) =>
    new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: bucket }),
  noSuchKey: (key: string) => new ServiceError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key }),
  noSuchVersion: (key: string, versionId: string) =>
    new ServiceError('NoSuchVersion', 'The specified version does not exist.', 404, { Key: key, VersionId: versionId }),
  noSuchUpload: (uploadId: string) =>
    new ServiceError(
      'NoSuchUpload',
      'The specified multipart upload does not exist. The upload ID might be invalid, or the upload might have been aborted or completed.',
      404,
      { UploadId: uploadId },
    ),
  preconditionFailed: (condition: string) =>
    new ServiceError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
      Condition: condition,
    }),
  invalidArgument: (message: string, name: string, value: unknown) =>
    new ServiceError('InvalidArgument', message, 400, { ArgumentName: name, ArgumentValue: String(value) }),
  invalidRequest: (message: string) => new ServiceError('InvalidRequest', message, 400),
  notImplementedHeader: (header: string) =>
    new ServiceError('NotImplemented', 'A header you provided implies functionality that is not implemented', 501, {
      Header: header,
    }),
  methodNotAllowed: (versionId: string) =>
    new ServiceError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405, {
      Method: 'GET',
      ResourceType: 'DeleteMarker',
      DeleteMarker: true,
      VersionId: versionId,
    }),
  badDigest: (what: string) =>
    new ServiceError('BadDigest', `The ${what} you specified did not match the calculated checksum.`, 400),
  invalidObjectState: (storageClass: string) =>
    new ServiceError('InvalidObjectState', "The operation is not valid for the object's storage class", 403, {
      StorageClass: storageClass,
    }),
  malformed: (message: string) => new ServiceError('MalformedXML', message, 400),
};
