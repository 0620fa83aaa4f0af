import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
  putBucketVersioning,
} from './operations/bucket.ts';
import { bucketSettingOperations } from './operations/bucket-settings.ts';
import { completeMultipartUpload } from './operations/complete-multipart-upload.ts';
import { copyObject } from './operations/copy-object.ts';
import { createMultipartUpload } from './operations/create-multipart-upload.ts';
import { deleteObject, deleteObjects } from './operations/delete-object.ts';
import { getObject, headObject } from './operations/get-object.ts';
import { getObjectAttributes } from './operations/get-object-attributes.ts';
import { listMultipartUploads } from './operations/list-multipart-uploads.ts';
import { listObjectVersions } from './operations/list-object-versions.ts';
import { listObjects, listObjectsV2 } from './operations/list-objects.ts';
import { abortMultipartUpload, listParts } from './operations/list-parts.ts';
import {
  getObjectLegalHold,
  getObjectRetention,
  putObjectLegalHold,
  putObjectRetention,
} from './operations/object-retention.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './operations/object-tagging.ts';
import { putObject } from './operations/put-object.ts';
import { uploadPart, uploadPartCopy } from './operations/upload-part.ts';
import type { Operation } from './s3-call.ts';

type AnyOperation = Operation<Record<string, unknown>, Record<string, unknown>>;

const own: Record<string, unknown> = {
  ...{ CreateBucket: createBucket, DeleteBucket: deleteBucket, HeadBucket: headBucket, ListBuckets: listBuckets },
  ...{ GetBucketLocation: getBucketLocation, GetBucketVersioning: getBucketVersioning },
  ...{ PutBucketVersioning: putBucketVersioning },
  ...{ PutObject: putObject, GetObject: getObject, HeadObject: headObject, CopyObject: copyObject },
  ...{ GetObjectAttributes: getObjectAttributes, DeleteObject: deleteObject, DeleteObjects: deleteObjects },
  ...{ ListObjects: listObjects, ListObjectsV2: listObjectsV2, ListObjectVersions: listObjectVersions },
  ...{ ListMultipartUploads: listMultipartUploads, ListParts: listParts },
  ...{ CreateMultipartUpload: createMultipartUpload, UploadPart: uploadPart, UploadPartCopy: uploadPartCopy },
  ...{ CompleteMultipartUpload: completeMultipartUpload, AbortMultipartUpload: abortMultipartUpload },
  ...{ PutObjectTagging: putObjectTagging, GetObjectTagging: getObjectTagging },
  ...{ DeleteObjectTagging: deleteObjectTagging },
  ...{ PutObjectRetention: putObjectRetention, GetObjectRetention: getObjectRetention },
  ...{ PutObjectLegalHold: putObjectLegalHold, GetObjectLegalHold: getObjectLegalHold },
};

const operations = new Map([...Object.entries(own), ...bucketSettingOperations]) as ReadonlyMap<string, AnyOperation>;

// Each operation's input and output are the SDK's types; the dispatch by name is where they meet plain records.
export const operationNamed = (name: string): AnyOperation | undefined => operations.get(name);
