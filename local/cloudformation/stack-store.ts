import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { DeployedResource } from './resource-handler.ts';

export interface StackResource extends DeployedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly isRetained: boolean;
}

export interface StackOutput {
  readonly key: string;
  readonly value: string;
  readonly description?: string | undefined;
  readonly exportName?: string | undefined;
}

export interface Stack {
  readonly name: string;
  readonly id: string;
  readonly description: string | undefined;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly resources: readonly StackResource[];
  readonly outputs: readonly StackOutput[];
}

/** The stacks as last deployed; with a file, they outlive the process. */
export class StackStore {
  readonly #stacks = new Map<string, Stack>();
  readonly #path: string | undefined;

  constructor(path?: string) {
    this.#path = path;
    if (path && existsSync(path)) {
      for (const stack of JSON.parse(readFileSync(path, 'utf8')) as Stack[]) this.#stacks.set(stack.name, stack);
    }
  }

  all(): Stack[] {
    return [...this.#stacks.values()];
  }

  /** By name or id. */
  find(reference: string): Stack | undefined {
    return this.#stacks.get(reference) ?? this.all().find((stack) => stack.id === reference);
  }

  put(stack: Stack): void {
    this.#stacks.set(stack.name, stack);
    if (!this.#path) return;
    writeFileSync(`${this.#path}.new`, JSON.stringify(this.all()));
    renameSync(`${this.#path}.new`, this.#path);
  }

  exportedValue(name: string): string | undefined {
    return this.all()
      .flatMap((stack) => stack.outputs)
      .find((output) => output.exportName === name)?.value;
  }
}
