import { ACCOUNT_ID, PARTITION } from '../account.ts';
import type { SsmService } from '../ssm/ssm-service.ts';
import { evaluate, NO_VALUE, type Scope } from './evaluate.ts';
import type { DeployedResource } from './resource-handler.ts';
import type { StackStore } from './stack-store.ts';
import { DeployError, type Template } from './template.ts';

export interface StackScopeOptions {
  readonly stackName: string;
  readonly stackId: string;
  readonly region: string;
  readonly template: Template;
  readonly parameters: Readonly<Record<string, string>>;
  readonly stacks: StackStore;
  readonly ssm: SsmService;
}

/** The values that one stack's template refers to, growing with its resources. */
export class StackScope implements Scope {
  readonly region: string;
  readonly parameters: Record<string, unknown> = {};
  readonly #options: StackScopeOptions;
  readonly #resources = new Map<string, DeployedResource>();
  readonly #conditions = new Map<string, boolean>();

  constructor(options: StackScopeOptions) {
    this.#options = options;
    this.region = options.region;
  }

  /** Reads the template's parameters: given, or defaults; those of SSM types are looked up. */
  async readParameters(): Promise<void> {
    const { template, parameters, ssm } = this.#options;
    for (const [name, { Type, Default }] of Object.entries(template.Parameters ?? {})) {
      const value = parameters[name] ?? Default;
      if (value === undefined) throw new DeployError(`the parameter ${name} has no value`);
      if (Type.startsWith('AWS::SSM::Parameter::Value')) {
        const answer = await ssm.call('GetParameters', { Names: [String(value)] });
        const [found] = answer.Parameters as { Value: string }[];
        // The version of the CDK bootstrap stack, which nothing here needs.
        if (!found && !/^\/cdk-bootstrap\//.test(String(value))) {
          throw new DeployError(`the parameter ${name} names ${String(value)}, which is not in SSM`);
        }
        this.parameters[name] = found?.Value ?? 'none';
      } else if (/^(CommaDelimitedList|List<)/.test(Type)) this.parameters[name] = String(value).split(',');
      else this.parameters[name] = String(value);
    }
  }

  add(logicalId: string, resource: DeployedResource): void {
    this.#resources.set(logicalId, resource);
  }

  evaluate(value: unknown): unknown {
    return evaluate(value, this);
  }

  ref(name: string): unknown {
    switch (name) {
      case 'AWS::AccountId':
        return ACCOUNT_ID;
      case 'AWS::Partition':
        return PARTITION;
      case 'AWS::Region':
        return this.region;
      case 'AWS::StackName':
        return this.#options.stackName;
      case 'AWS::StackId':
        return this.#options.stackId;
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::NotificationARNs':
        return [];
      case 'AWS::NoValue':
        return NO_VALUE;
    }
    if (Object.hasOwn(this.parameters, name)) return this.parameters[name];
    return this.#resource(name).physicalId;
  }

  getAtt(logicalId: string, attribute: string): unknown {
    const value = this.#resource(logicalId).attributes[attribute];
    if (value === undefined) throw new DeployError(`not implemented here: the attribute ${attribute} of ${logicalId}`);
    return value;
  }

  importValue(name: string): unknown {
    const value = this.#options.stacks.exportedValue(name);
    if (value === undefined) throw new DeployError(`no stack exports ${name}`);
    return value;
  }

  condition(name: string): boolean {
    const known = this.#conditions.get(name);
    if (known !== undefined) return known;
    const definition = this.#options.template.Conditions?.[name];
    if (definition === undefined) throw new DeployError(`the template has no condition ${name}`);
    const value = evaluate(definition, this) === true;
    this.#conditions.set(name, value);
    return value;
  }

  mapping(map: string, first: string, second: string): unknown {
    const value = this.#options.template.Mappings?.[map]?.[first]?.[second];
    if (value === undefined) throw new DeployError(`the mapping ${map} has no ${first}.${second}`);
    return value;
  }

  #resource(logicalId: string): DeployedResource {
    const resource = this.#resources.get(logicalId);
    if (!resource) throw new DeployError(`the template has no ${logicalId}, or its condition is false`);
    return resource;
  }
}
