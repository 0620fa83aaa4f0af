import type {
  Catcher,
  ChoiceRule,
  CompiledMachine,
  CompiledState,
  DistributedMap,
  Retrier,
  Scope,
} from './compiled-state.ts';
import { compileTemplate, type Template } from './expression.ts';
import type { Json, JsonObject } from './json.ts';
import { taskResource } from './task-resource.ts';

/**
 * Makes a valid definition (see validate-definition.ts) ready to run: expressions compiled, defaults filled in.
 * @throws SyntaxError for an expression that does not compile or a resource that is not implemented here
 */
export function compileDefinition(definition: JsonObject, functions: Record<string, unknown> = {}): CompiledMachine {
  return { ...new Compiler(functions).scope(definition), timeoutSeconds: number(definition.TimeoutSeconds) };
}

class Compiler {
  readonly #functions: Record<string, unknown>;

  constructor(functions: Record<string, unknown>) {
    this.#functions = functions;
  }

  scope(definition: JsonObject): Scope {
    const states = Object.entries(definition.States as Record<string, JsonObject>);
    return {
      startAt: definition.StartAt as string,
      states: new Map(states.map(([name, state]) => [name, this.#state(name, state)])),
    };
  }

  #template(value: Json | undefined, location: string): Template | undefined {
    return value === undefined ? undefined : compileTemplate(value, location, this.#functions);
  }

  #state(name: string, state: JsonObject): CompiledState {
    const common = {
      name,
      next: state.Next as string | undefined,
      output: this.#template(state.Output, 'Output'),
      assign: this.#template(state.Assign, 'Assign'),
    };
    const guarded = () => ({ ...common, retry: list(state.Retry).map(retrier), catch: this.#catchers(state) });
    switch (state.Type) {
      case 'Task':
        return {
          ...guarded(),
          type: 'Task',
          resource: taskResource(state.Resource as string),
          arguments: this.#template(state.Arguments, 'Arguments'),
          timeoutSeconds: this.#template(state.TimeoutSeconds, 'TimeoutSeconds'),
          heartbeatSeconds: this.#template(state.HeartbeatSeconds, 'HeartbeatSeconds'),
        };
      case 'Parallel':
        return {
          ...guarded(),
          type: 'Parallel',
          arguments: this.#template(state.Arguments, 'Arguments'),
          branches: list(state.Branches).map((branch) => this.scope(branch)),
        };
      case 'Map': {
        const processor = state.ItemProcessor as JsonObject;
        const mode = (processor.ProcessorConfig as JsonObject | undefined)?.Mode;
        return {
          ...guarded(),
          type: 'Map',
          items: this.#template(state.Items, 'Items'),
          itemSelector: this.#template(state.ItemSelector, 'ItemSelector'),
          maxConcurrency: this.#template(state.MaxConcurrency, 'MaxConcurrency'),
          processor: this.scope(processor),
          distributed: mode === 'DISTRIBUTED' ? this.#distributed(name, state) : undefined,
        };
      }
      case 'Choice':
        return { ...common, type: 'Choice', rules: this.#rules(state), default: state.Default as string | undefined };
      case 'Wait':
        return {
          ...common,
          type: 'Wait',
          seconds: this.#template(state.Seconds, 'Seconds'),
          timestamp: this.#template(state.Timestamp, 'Timestamp'),
        };
      case 'Fail':
        return {
          ...common,
          type: 'Fail',
          error: this.#template(state.Error, 'Error'),
          cause: this.#template(state.Cause, 'Cause'),
        };
      default:
        return { ...common, type: state.Type as 'Pass' | 'Succeed' };
    }
  }

  #rules(state: JsonObject): ChoiceRule[] {
    return list(state.Choices).map((rule, at) => ({
      condition: compileTemplate(rule.Condition as Json, `Choices[${at}]/Condition`, this.#functions),
      next: rule.Next as string,
      output: this.#template(rule.Output, `Choices[${at}]/Output`),
      assign: this.#template(rule.Assign, `Choices[${at}]/Assign`),
    }));
  }

  #catchers(state: JsonObject): Catcher[] {
    return list(state.Catch).map((catcher, at) => ({
      errors: catcher.ErrorEquals as string[],
      next: catcher.Next as string,
      output: this.#template(catcher.Output, `Catch[${at}]/Output`),
      assign: this.#template(catcher.Assign, `Catch[${at}]/Assign`),
    }));
  }

  #distributed(name: string, state: JsonObject): DistributedMap {
    const reader = state.ItemReader as JsonObject | undefined;
    const readerConfig = (reader?.ReaderConfig ?? {}) as JsonObject;
    const batcher = state.ItemBatcher as JsonObject | undefined;
    const writer = state.ResultWriter as JsonObject | undefined;
    const writerConfig = (writer?.WriterConfig ?? {}) as JsonObject;
    return {
      label: (state.Label as string | undefined) ?? name.replace(/[^\w-]/g, '').slice(0, 40),
      reader: reader && {
        operation: (reader.Resource as string).endsWith(':listObjectsV2') ? 'ListObjectsV2' : 'GetObject',
        inputType: (readerConfig.InputType as string | undefined) ?? 'JSON',
        maxItems: this.#template(readerConfig.MaxItems, 'ItemReader/ReaderConfig/MaxItems'),
        arguments: compileTemplate(reader.Arguments as Json, 'ItemReader/Arguments', this.#functions),
      },
      batcher: batcher && {
        maxItems: this.#template(batcher.MaxItemsPerBatch, 'ItemBatcher/MaxItemsPerBatch'),
        maxInputBytes: this.#template(batcher.MaxInputBytesPerBatch, 'ItemBatcher/MaxInputBytesPerBatch'),
        batchInput: this.#template(batcher.BatchInput, 'ItemBatcher/BatchInput'),
      },
      writer: writer && {
        arguments: this.#template(writer.Arguments, 'ResultWriter/Arguments'),
        transformation: (writerConfig.Transformation as string | undefined) ?? 'NONE',
        outputType: (writerConfig.OutputType as string | undefined) ?? 'JSON',
      },
      toleratedCount: this.#template(state.ToleratedFailureCount, 'ToleratedFailureCount'),
      toleratedPercentage: this.#template(state.ToleratedFailurePercentage, 'ToleratedFailurePercentage'),
    };
  }
}

const list = (value: Json | undefined): JsonObject[] => (value ?? []) as JsonObject[];

const number = (value: Json | undefined): number | undefined => (typeof value === 'number' ? value : undefined);

function retrier(retry: JsonObject): Retrier {
  return {
    errors: retry.ErrorEquals as string[],
    intervalSeconds: number(retry.IntervalSeconds) ?? 1,
    maxAttempts: number(retry.MaxAttempts) ?? 3,
    backoffRate: number(retry.BackoffRate) ?? 2,
    maxDelaySeconds: number(retry.MaxDelaySeconds),
    fullJitter: retry.JitterStrategy === 'FULL',
  };
}
