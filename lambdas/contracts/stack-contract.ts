import { z } from 'zod';

/**
 * What a deployed stack says of itself: as outputs of the application's stack (by these names) and as SSM parameters
 * `/holdfast/<stack>/<name>`. A caller refuses another version.
 */
export const STACK_CONTRACT_VERSION = 2;

const uris = z
  .string()
  .transform((text) => JSON.parse(text) as unknown)
  .pipe(z.array(z.string()));

export const stackContract = z.object({
  ContractVersion: z.literal(String(STACK_CONTRACT_VERSION)),
  TableName: z.string(),
  TableArn: z.string(),
  SystemBucket: z.string(),
  WorkBucket: z.string(),
  /** Aliases: what callers start. */
  FullBackupStateMachine: z.string(),
  IncrementalBackupStateMachine: z.string(),
  RestoreStateMachine: z.string(),
  VerifyStateMachine: z.string(),
  DeleteStateMachine: z.string(),
  RepairStateMachine: z.string(),
  CleanUpStateMachine: z.string(),
  /** JSON arrays of S3 URIs. */
  Roots: uris,
  Sources: uris,
  /** Places of logs besides the sources; absent in 0.1. */
  Logs: uris.optional(),
  Targets: uris,
});

export type StackContract = z.infer<typeof stackContract>;
/** Names and texts, as a stack writes them. */
export type StackOutputs = z.input<typeof stackContract>;
