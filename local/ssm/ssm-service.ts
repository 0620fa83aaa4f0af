import { arn } from '../account.ts';
import type { Clock } from '../clock.ts';
import { type CommandService, notImplemented, ServiceError } from '../service.ts';

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly version: number;
  readonly modifiedMs: number;
}

export interface SsmDocument {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly content: string;
}

/** Parameters, and documents as they were deployed (not run here). */
export class SsmService implements CommandService {
  readonly documents = new Map<string, SsmDocument>();
  readonly #parameters = new Map<string, Parameter>();
  readonly #clock: Clock;
  readonly #region: string;

  constructor(clock: Clock, region: string) {
    this.#clock = clock;
    this.#region = region;
  }

  put(name: string, type: string, value: string): void {
    const known = this.#parameters.get(name);
    if (known?.value === value && known.type === type) return;
    const version = (known?.version ?? 0) + 1;
    this.#parameters.set(name, { name, type, value, version, modifiedMs: this.#clock.now() });
  }

  delete(name: string): void {
    this.#parameters.delete(name);
  }

  async call(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    switch (operation) {
      case 'GetParameter': {
        const parameter = this.#parameters.get(String(input.Name));
        if (!parameter) throw new ServiceError('ParameterNotFound', `${String(input.Name)} not found`, 400);
        return { Parameter: this.#describe(parameter) };
      }
      case 'GetParameters': {
        const names = (input.Names ?? []) as string[];
        const found = names.flatMap((name) => this.#parameters.get(name) ?? []);
        return {
          Parameters: found.map((one) => this.#describe(one)),
          InvalidParameters: names.filter((name) => !this.#parameters.has(name)),
        };
      }
      case 'GetParametersByPath':
        return this.#byPath(input);
      case 'PutParameter': {
        const name = String(input.Name);
        if (this.#parameters.has(name) && input.Overwrite !== true) {
          throw new ServiceError('ParameterAlreadyExists', 'The parameter already exists.', 400);
        }
        this.put(name, String(input.Type ?? 'String'), String(input.Value));
        return { Version: this.#parameters.get(name)?.version, Tier: 'Standard' };
      }
      case 'GetDocument': {
        const document = this.documents.get(String(input.Name));
        if (!document) throw new ServiceError('InvalidDocument', `${String(input.Name)} does not exist.`, 400);
        return {
          Name: document.name,
          Content: document.content,
          DocumentType: document.type,
          DocumentFormat: document.format,
          Status: 'Active',
        };
      }
      case 'ListDocuments':
        return {
          DocumentIdentifiers: [...this.documents.values()].map(({ name, type, format }) => ({
            Name: name,
            DocumentType: type,
            DocumentFormat: format,
          })),
        };
      default:
        throw notImplemented(`ssm ${operation}`);
    }
  }

  /** Pages of 10, as the service gives at most; the token is the number of parameters already given. */
  #byPath(input: Record<string, unknown>): Record<string, unknown> {
    const path = `${String(input.Path).replace(/\/+$/, '')}/`;
    const all = [...this.#parameters.values()]
      .filter(
        ({ name }) => name.startsWith(path) && (input.Recursive === true || !name.slice(path.length).includes('/')),
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const from = Number(input.NextToken ?? 0);
    const size = Math.min(Number(input.MaxResults ?? 10), 10);
    const next = from + size < all.length ? { NextToken: String(from + size) } : {};
    return { Parameters: all.slice(from, from + size).map((one) => this.#describe(one)), ...next };
  }

  #describe(parameter: Parameter): Record<string, unknown> {
    return {
      Name: parameter.name,
      Type: parameter.type,
      Value: parameter.value,
      Version: parameter.version,
      LastModifiedDate: new Date(parameter.modifiedMs),
      ARN: arn('ssm', this.#region, `parameter/${parameter.name.replace(/^\//, '')}`),
      DataType: 'text',
    };
  }
}
