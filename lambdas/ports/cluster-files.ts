import type { ClusterDescription, ClusterLabels } from '../../core/cluster-description.ts';
import type { S3Uri } from '../../core/s3-uri.ts';

/** What the files of an HBase root directory show of its cluster. Reads only, of bounded size. */
export interface ClusterFiles {
  /**
   * Whatever cannot be read is in the answer, with the reason: this is a description, no data.
   * @throws PlatformUnavailable, which the step's retries are for
   */
  describe(source: S3Uri, clusterId: string): Promise<ClusterDescription>;
  /** Visibility labels alone. @throws PlatformUnavailable */
  labels(place: S3Uri): Promise<ClusterLabels>;
}
