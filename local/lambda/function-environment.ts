import { createHash } from 'node:crypto';
import type { FunctionConfig } from './function-config.ts';

/**
 * What Lambda adds to a function's variables ("Defined runtime environment variables", Lambda guide), the endpoint of
 * this machine, and an access key that is the same for one function and role.
 */
export function functionEnvironment(
  config: FunctionConfig,
  place: { readonly region: string; readonly endpoint: string | undefined },
): Record<string, string> & { AWS_ACCESS_KEY_ID: string } {
  const digest = createHash('sha256').update(`${config.roleArn} ${config.name}`).digest('hex').toUpperCase();
  return {
    PATH: process.env.PATH ?? '',
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_ACCESS_KEY_ID: `ASIA${digest.slice(0, 16)}`,
    AWS_SECRET_ACCESS_KEY: digest,
    AWS_SESSION_TOKEN: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_LAMBDA_FUNCTION_NAME: config.name,
    AWS_LAMBDA_FUNCTION_VERSION: config.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${config.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: config.codeDir,
    _HANDLER: config.handler,
    ...(place.endpoint ? { AWS_ENDPOINT_URL: place.endpoint } : {}),
  };
}
