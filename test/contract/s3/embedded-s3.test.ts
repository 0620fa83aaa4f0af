import { describe } from 'vitest';
import { httpS3, inProcessS3 } from './local-s3.ts';
import { s3Conformance } from './s3-conformance.ts';

describe('embedded S3 in process', () => s3Conformance(inProcessS3));

describe('embedded S3 over HTTP, as the SDK is by default', () => s3Conformance(() => httpS3()));

describe('embedded S3 over HTTP, without checksums by default', () =>
  s3Conformance(
    () => httpS3({ requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' }),
    { only: ['objects', 'checksums', 'copies', 'multipart'] },
  ));
