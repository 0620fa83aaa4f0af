import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { HoldfastError } from '../core/errors/holdfast-error.ts';
import { InvalidInput } from '../core/errors/input-errors.ts';
import { overlaps, parseS3Uri, type S3Uri } from '../core/s3-uri.ts';
import { parseFullRequest } from '../lambdas/contracts/full-request.ts';
import { parseIncrementalRequest } from '../lambdas/contracts/incremental-request.ts';

const REPOSITORY = join(import.meta.dirname, '..');

/** The values that CloudWatch Logs takes for the retention of a log group. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const s3Uri = z.string().transform((text, context): S3Uri => {
  try {
    return parseS3Uri(text, 'place');
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as InvalidInput).message.replace(/^place: /, '') });
    return z.NEVER;
  }
});

const scheduleSchema = z.strictObject({
  /** Names the schedule in the account: letters, digits, `-`, `_`. */
  name: z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, 'takes 1 to 40 letters, digits, "-" and "_"'),
  /** EventBridge Scheduler's `cron(…)`, `rate(…)` or `at(…)`. */
  expression: z.string().regex(/^(cron|rate|at)\(.+\)$/, 'must be cron(…), rate(…) or at(…)'),
  timezone: z.string().default('UTC'),
  /** The state machine that is started. */
  operation: z.enum(['full-backup', 'incremental-backup']).default('full-backup'),
  /** Its input; the schedule's ARN and time are added. */
  input: z
    .looseObject({ root: z.string(), source: z.string() })
    .refine((input) => !('schedule' in input), '"schedule" is filled in by the scheduler'),
});

const accountTokens = /^arn:[\w-]+:/;
const importsSchema = z.strictObject({
  /** ARN of a table made by an earlier deployment, with its account and Region. */
  tableArn: z
    .string()
    .regex(/^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]+$/, 'must be the ARN of a table')
    .optional(),
  systemBucketName: z.string().optional(),
  workBucketName: z.string().optional(),
});

const hours = z
  .number()
  .int()
  .min(1)
  .max(24 * 366);

const configSchema = z.strictObject({
  $schema: z.string().optional(),
  /** Name of the application's stack; the stack of the data is `<stack>-Data`. */
  stack: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,39}$/, 'takes a letter, then up to 39 letters, digits and "-"')
    .default('Holdfast'),
  /** Backup roots. */
  roots: z.array(s3Uri).min(1, 'names no backup root'),
  /** HBase root directories that backups read. */
  sources: z.array(s3Uri).min(1, 'names no HBase root directory to read'),
  /** Places of logs (`hbase.wal.dir`) that are no source. */
  logs: z.array(s3Uri).default([]),
  /** HBase root directories that restores may write. */
  targets: z.array(s3Uri).default([]),
  /** Bucket → id of its account, for places in buckets of another account than the stack's. */
  bucketAccounts: z.record(z.string(), z.string().regex(/^\d{12}$/, 'must be an account id, 12 digits')).default({}),
  /** ARNs of the KMS keys that encrypt roots, sources and targets; not of aws/s3, which needs no rights. */
  keys: z.array(z.string().regex(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/, 'must be the ARN of a key')).default([]),
  schedules: z.array(scheduleSchema).default([]),
  /** Whether flags whose owner has ended start the repair by themselves. */
  autoRepair: z.boolean().default(true),
  logRetentionDays: z.literal(RETENTION_DAYS).default(30),
  /** Added to the longest Lambda time-out: S3 may finish a request after its caller is gone. */
  stepLifeMarginMinutes: z
    .number()
    .int()
    .min(30)
    .max(24 * 60)
    .default(30),
  /** ARN of a topic that the alarms notify. */
  alarmTopicArn: z.string().regex(accountTokens, 'must be an ARN').optional(),
  /** An alarm fires when a session holds a root for longer, … */
  flagLimitHours: hours.default(24),
  /** … or when the newest COMPLETE backup of a root is older, or there is none. */
  backupLimitHours: hours.default(48),
  tags: z.record(z.string(), z.string()).default({}),
  /** ARN of a managed policy that bounds every role. */
  permissionsBoundary: z.string().regex(accountTokens, 'must be an ARN').optional(),
  imports: importsSchema.default({}),
});

export type HoldfastConfig = z.infer<typeof configSchema>;
export type ScheduleConfig = z.infer<typeof scheduleSchema>;

/** Where a place stands in the file, for messages. */
interface Named {
  readonly field: string;
  readonly uri: S3Uri;
}

const named = (field: string, uris: readonly S3Uri[]): Named[] =>
  uris.map((uri, index) => ({ field: `${field}.${index}`, uri }));

function refuse(file: string, field: string, why: string): never {
  throw new InvalidInput(`${file}: ${field} ${why}`, `correct ${field} in ${file}`, { field });
}

/** Roots that nest share bytes that one of them deletes; a root in a source is copied into itself. */
function checkPlaces(file: string, config: HoldfastConfig): void {
  const roots = named('roots', config.roots);
  const others = [
    ...named('sources', config.sources),
    ...named('logs', config.logs),
    ...named('targets', config.targets),
  ];
  for (const { field, uri } of [...roots, ...others]) {
    // They mean something in the policies that are made of the place.
    if (/[*?$]/.test(uri.prefix)) refuse(file, field, `(${uri.uri}) has "*", "?" or "$" in its prefix`);
  }
  const buckets = new Set([...roots, ...others].map(({ uri }) => uri.bucket));
  for (const bucket of Object.keys(config.bucketAccounts)) {
    if (!buckets.has(bucket))
      refuse(file, `bucketAccounts.${bucket}`, 'is the bucket of no root, source, target or place of logs');
  }
  for (const [index, root] of roots.entries()) {
    for (const earlier of roots.slice(0, index)) {
      if (overlaps(root.uri, earlier.uri)) {
        refuse(file, root.field, `(${root.uri.uri}) and ${earlier.field} (${earlier.uri.uri}) lie in one another`);
      }
    }
    for (const other of others) {
      if (overlaps(root.uri, other.uri)) {
        refuse(file, root.field, `(${root.uri.uri}) overlaps ${other.field} (${other.uri.uri})`);
      }
    }
  }
}

function checkSchedules(file: string, config: HoldfastConfig): void {
  const names = new Set<string>();
  for (const [index, schedule] of config.schedules.entries()) {
    const field = `schedules.${index}`;
    if (names.has(schedule.name)) refuse(file, `${field}.name`, `"${schedule.name}" is taken by another schedule`);
    names.add(schedule.name);
    checkScheduledInput(file, `${field}.input`, schedule, config);
  }
}

/** What the first state of the operation would refuse at every start is refused here. */
function checkScheduledInput(
  file: string,
  field: string,
  { operation, input }: ScheduleConfig,
  config: HoldfastConfig,
): void {
  const uris = (places: readonly S3Uri[]) => places.map(({ uri }) => uri);
  try {
    const parse = operation === 'full-backup' ? parseFullRequest : parseIncrementalRequest;
    parse(input, { roots: uris(config.roots), sources: uris(config.sources), logs: uris(config.logs) });
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const member = error.evidence.field;
    refuse(
      file,
      typeof member === 'string' ? `${field}.${member}` : field,
      `is refused by ${operation}: ${error.message}`,
    );
  }
}

/**
 * Checks a configuration. `file` names it in messages.
 * @throws InvalidInput naming the field
 */
export function parseConfig(value: unknown, file: string): HoldfastConfig {
  const result = configSchema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    refuse(file, issue?.path.join('.') || 'the file', issue?.message ?? 'is wrong');
  }
  checkPlaces(file, result.data);
  checkSchedules(file, result.data);
  return result.data;
}

/** What reads CDK context: the App of infra/app.ts. */
interface ContextReader {
  tryGetContext(key: string): unknown;
}

/** The configuration at `-c config=path` (relative to the working directory), or `holdfast.config.json` of the project. */
export function readConfig(context: ContextReader): HoldfastConfig {
  const given: unknown = context.tryGetContext('config');
  const path = typeof given === 'string' && given !== '' ? given : join(REPOSITORY, 'holdfast.config.json');
  const file = typeof given === 'string' && given !== '' ? given : 'holdfast.config.json';
  if (!existsSync(path)) refuse(file, 'the file', 'does not exist');
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    refuse(file, 'the file', `is no JSON: ${(error as Error).message}`);
  }
  return parseConfig(value, file);
}

/** The feature flags of `cdk.json`, so that running the app without the `cdk` command gives the same templates. */
export function featureFlags(): Record<string, unknown> {
  const { context } = JSON.parse(readFileSync(join(REPOSITORY, 'cdk.json'), 'utf8')) as {
    context: Record<string, unknown>;
  };
  return context;
}
