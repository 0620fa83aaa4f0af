/** The one account that the embedded AWS has. */
export const ACCOUNT_ID = '000000000000';
export const PARTITION = 'aws';
export const DEFAULT_REGION = 'us-east-1';

export interface ArnParts {
  readonly service: string;
  readonly region: string;
  /** All after the account: `function:name:3`, `role/x`. */
  readonly resource: string;
}

export const arn = (service: string, region: string, resource: string): string =>
  `arn:${PARTITION}:${service}:${region}:${ACCOUNT_ID}:${resource}`;

/** Splits an ARN; undefined when `text` is none. */
export function parseArn(text: string): ArnParts | undefined {
  const match = /^arn:[^:]*:([^:]*):([^:]*):[^:]*:(.+)$/s.exec(text);
  return match ? { service: match[1] ?? '', region: match[2] ?? '', resource: match[3] ?? '' } : undefined;
}
