import { z } from 'zod';

const jsonList = z
  .string()
  .transform((text) => JSON.parse(text) as unknown)
  .pipe(z.array(z.string()));

/** Variables of a function's environment; a contract picks those that its step needs, its construct must give them. */
export const tableEnvironment = { TABLE_NAME: z.string() };
export const tableArnEnvironment = { TABLE_ARN: z.string() };
export const systemEnvironment = { SYSTEM_BUCKET: z.string() };
export const workEnvironment = { WORK_BUCKET: z.string() };
/** The configured backup roots, HBase source roots and restore targets, as JSON arrays of S3 URIs. */
export const rootsEnvironment = { ROOTS: jsonList };
export const sourcesEnvironment = { SOURCES: jsonList };
/** Places of logs besides the sources. */
export const logsEnvironment = { LOGS: jsonList };
export const targetsEnvironment = { TARGETS: jsonList };
/** The stack's largest Lambda time-out plus the margin for requests that outlive it (docs/design.md, "Words"). */
export const stepLifeEnvironment = { STEP_LIFE_SECONDS: z.string().transform(Number) };
/** Whether the sweep starts repairs. */
export const autoRepairEnvironment = { AUTO_REPAIR: z.enum(['true', 'false']).transform((text) => text === 'true') };
/** Set by Lambda itself, not by a construct. */
export const regionEnvironment = { AWS_REGION: z.string() };
