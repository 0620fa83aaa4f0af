import type { Cloud } from '../cloud.ts';

export interface ResourceRequest {
  readonly cloud: Cloud;
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  /** The name to use where the properties give none. */
  readonly name: string;
  /** All intrinsic functions evaluated. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Path of a file asset by its object key. */
  readonly asset: (objectKey: string) => string | undefined;
}

export interface DeployedResource {
  /** What `Ref` gives. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` gives. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Creates a resource, or brings the one that is there to these properties. */
export interface ResourceHandler {
  apply(request: ResourceRequest): Promise<DeployedResource> | DeployedResource;
  /** When the template no longer has it. Without: it stays, as one that is retained. */
  remove?(cloud: Cloud, resource: DeployedResource, source: string): Promise<void> | void;
}

/** Stack and logical id, as one name. */
export const sourceOf = (request: ResourceRequest): string => `${request.stackName}/${request.logicalId}`;

export const textOf = (value: unknown, fallback: string): string => (typeof value === 'string' ? value : fallback);
