import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';

/** What a step reaches the world through. Tests give clients over the embedded AWS, and faults between. */
export interface Clients {
  readonly s3: Pick<S3Client, 'send'>;
  readonly dynamodb: Pick<DynamoDBClient, 'send'>;
  readonly sfn: Pick<SFNClient, 'send'>;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Writes a line of the function's log as it is. Absent where nobody reads one. */
  readonly writeLine?: (line: string) => void;
}
