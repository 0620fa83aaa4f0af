import type { ObjectVersion, StoredPart, Upload } from './object-version.ts';

export interface BucketFacts {
  readonly createdMs: number;
  readonly region: string;
  /** Undefined: versioning was never on. */
  readonly versioning?: 'Enabled' | 'Suspended' | undefined;
  readonly objectLock: boolean;
  /** Settings that are kept as they came, by the member that carries them. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** One mutation, whole: what the journal holds and what the state changes by. */
export type S3Record =
  | { readonly do: 'bucket'; readonly bucket: string; readonly facts: BucketFacts }
  | { readonly do: 'drop-bucket'; readonly bucket: string }
  /** The version becomes the current one and replaces one of the same id; a completed upload goes with it. */
  | {
      readonly do: 'version';
      readonly bucket: string;
      readonly key: string;
      readonly version: ObjectVersion;
      readonly completes?: string | undefined;
    }
  /** The version of the same id changes where it stands: tags, retention. */
  | { readonly do: 'change'; readonly bucket: string; readonly key: string; readonly version: ObjectVersion }
  | { readonly do: 'drop-version'; readonly bucket: string; readonly key: string; readonly versionId: string }
  | { readonly do: 'upload'; readonly bucket: string; readonly upload: Upload }
  | { readonly do: 'part'; readonly bucket: string; readonly uploadId: string; readonly part: StoredPart }
  | { readonly do: 'drop-upload'; readonly bucket: string; readonly uploadId: string };
