import * as sdk from '@aws-sdk/client-s3';
import { NormalizedSchema } from '@smithy/core/schema';

/** One operation as the SDK's own model describes its REST form: which member travels where. */
export interface OperationSchema {
  readonly name: string;
  readonly method: string;
  readonly scope: 'service' | 'bucket' | 'key';
  /** Query parameters that must be there, e.g. `list-type=2` or a bare `tagging`. */
  readonly literals: readonly [name: string, value: string][];
  /** Query parameters of required members, e.g. `uploadId`. */
  readonly required: readonly string[];
  /** Copies are told from puts by their header. */
  readonly isCopy: boolean;
  readonly status: number;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

type StaticOperation = [
  kind: 9,
  namespace: string,
  name: string,
  traits: { http?: [string, string, number] },
  input: never,
  output: never,
];

const isOperation = (value: unknown): value is StaticOperation => Array.isArray(value) && value[0] === 9;

function describe([, , name, traits, input, output]: StaticOperation): OperationSchema | undefined {
  if (!traits.http || !Array.isArray((input as () => unknown)())) return undefined;
  const [method, uri, status] = traits.http;
  const [path = '', query = ''] = uri.split('?');
  const schema = NormalizedSchema.of(input);
  const [, , , , names, , requiredCount = 0] = schema.getSchema() as unknown as [...unknown[]] & {
    4: string[];
    6?: number;
  };
  const members = schema.getMemberSchemas();
  const required = (names as string[]).slice(0, requiredCount as number);
  const traitsOf = (member: string) => members[member]!.getMergedTraits();
  return {
    name,
    method,
    scope: path.includes('{Key+}') ? 'key' : required.includes('Bucket') ? 'bucket' : 'service',
    literals: [...new URLSearchParams(query)].filter(([literal]) => literal !== 'x-id'),
    required: required.map((member) => traitsOf(member).httpQuery).filter((parameter) => parameter !== undefined),
    isCopy: required.includes('CopySource'),
    status,
    input: schema,
    output: NormalizedSchema.of(output),
  };
}

/** Every operation of the SDK's S3 client. */
export const operationSchemas: readonly OperationSchema[] = Object.values(sdk as Record<string, unknown>)
  .filter(isOperation)
  .map(describe)
  .filter((operation) => operation !== undefined);
