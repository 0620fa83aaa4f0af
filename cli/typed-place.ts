import { parseS3Uri } from '../core/s3-uri.ts';

/**
 * A root, source or target as a person types it (`s3a://`, a slash at the end), in the one spelling that the system
 * table knows.
 * @throws InvalidInput
 */
export const typedPlace = (text: string, field: 'root' | 'source' | 'target'): string => parseS3Uri(text, field).uri;
