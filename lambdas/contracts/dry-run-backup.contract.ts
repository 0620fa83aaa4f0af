import { z } from 'zod';
import { tableEnvironment } from './environments.ts';
import { backupRequestField, count, rootField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** `--dry-run`: the same plan from the catalogue as it is now, counted and not written. Has no right to write. */
export const dryRunBackupContract = defineContract({
  name: 'DryRunBackup',
  environment: z.object(tableEnvironment),
  input: z.object({ contract: z.number(), root: rootField, request: backupRequestField }),
  output: z.object({
    tables: z.array(
      z.object({
        table: z.string(),
        /** Empty: the table is made from logs. */
        snapshot: z.string(),
        /** Null: the table is made from logs. */
        snapshotType: z.enum(['DISABLED', 'FLUSH', 'SKIPFLUSH']).nullable(),
        /** Creation of the snapshot, or up to when the logs go; epoch ms. */
        position: count,
        files: count,
        bytes: count,
        newFiles: count,
        newBytes: count,
        /** Files of the base that are not listed any more: compactions wrote them anew, or the table was made anew. */
        rewrittenFiles: count,
        rewrittenBytes: count,
        /** Image whose bytes are listed again; null: everything is copied. */
        base: z.string().nullable(),
        /** Image that the table follows on; null: it is full. */
        parent: z.string().nullable(),
      }),
    ),
    /** Sums over the tables: an upper bound where tables share files by links. */
    files: count,
    bytes: count,
    newFiles: count,
    newBytes: count,
    rewrittenFiles: count,
    rewrittenBytes: count,
    /** Of an increment from logs: what is read. The new files of its tables are known only then, and count as none. */
    logs: z.object({ count, bytes: count }).optional(),
    copyChunks: count,
    requests: z.object({ copy: count, list: count }),
    /** US dollars at us-east-1 list prices, of the requests alone. */
    requestCost: z.number(),
    /** US dollars a month for the new bytes in S3 Standard. */
    storageCostPerMonth: z.number(),
  }),
});
