import { type CommandService, notImplemented, ServiceError } from '../service.ts';
import type { Stack, StackStore } from './stack-store.ts';

const STATUS = 'CREATE_COMPLETE';

/** What tools ask of CloudFormation after a deploy. Deploying itself is `deployAssembly`. */
export class CloudFormationService implements CommandService {
  readonly #stacks: StackStore;

  constructor(stacks: StackStore) {
    this.#stacks = stacks;
  }

  async call(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    switch (operation) {
      case 'DescribeStacks': {
        const name = input.StackName as string | undefined;
        return { Stacks: (name === undefined ? this.#stacks.all() : [this.#find(name)]).map(describe) };
      }
      case 'ListStacks':
        return {
          StackSummaries: this.#stacks.all().map((stack) => ({
            StackId: stack.id,
            StackName: stack.name,
            CreationTime: new Date(stack.createdMs),
            StackStatus: STATUS,
          })),
        };
      case 'DescribeStackResources':
      case 'ListStackResources': {
        const stack = this.#find(String(input.StackName));
        const resources = stack.resources.map((resource) => ({
          StackName: stack.name,
          StackId: stack.id,
          LogicalResourceId: resource.logicalId,
          PhysicalResourceId: resource.physicalId,
          ResourceType: resource.type,
          ResourceStatus: STATUS,
          Timestamp: new Date(stack.updatedMs),
        }));
        return operation === 'ListStackResources'
          ? { StackResourceSummaries: resources }
          : { StackResources: resources };
      }
      case 'ListExports':
        return {
          Exports: this.#stacks
            .all()
            .flatMap((stack) =>
              stack.outputs.flatMap(({ exportName, value }) =>
                exportName ? [{ ExportingStackId: stack.id, Name: exportName, Value: value }] : [],
              ),
            ),
        };
      default:
        throw notImplemented(`cloudformation ${operation}`);
    }
  }

  #find(name: string): Stack {
    const stack = this.#stacks.find(name);
    if (!stack) throw new ServiceError('ValidationError', `Stack with id ${name} does not exist`, 400);
    return stack;
  }
}

const describe = (stack: Stack): Record<string, unknown> => ({
  StackId: stack.id,
  StackName: stack.name,
  Description: stack.description,
  CreationTime: new Date(stack.createdMs),
  LastUpdatedTime: new Date(stack.updatedMs),
  StackStatus: STATUS,
  Parameters: Object.entries(stack.parameters).map(([ParameterKey, value]) => ({
    ParameterKey,
    ParameterValue: String(value),
  })),
  Outputs: stack.outputs.map(({ key, value, description, exportName }) => ({
    OutputKey: key,
    OutputValue: value,
    Description: description,
    ExportName: exportName,
  })),
});
