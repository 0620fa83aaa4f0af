import { type AttributeValue, readValue } from './attribute-value.ts';
import { validation } from './errors.ts';
import type { TokenStream } from './expression-tokens.ts';

const map = (input: unknown): [string, unknown][] =>
  typeof input === 'object' && input !== null ? Object.entries(input).filter(([, v]) => v !== undefined) : [];

/** The #names and :values of one request; each must be used by one of its expressions and each used one defined. */
export class Placeholders {
  readonly #names = new Map<string, string>();
  readonly #values = new Map<string, AttributeValue>();
  readonly #unused = new Set<string>();

  /** `hasExpressions`: whether the request has any expression; `takesValues`: any that may use values. */
  constructor(
    input: { ExpressionAttributeNames?: unknown; ExpressionAttributeValues?: unknown },
    hasExpressions: boolean,
    takesValues: boolean,
  ) {
    if (input.ExpressionAttributeNames !== undefined) {
      if (!hasExpressions) throw validation('ExpressionAttributeNames can only be specified when using expressions');
      const entries = map(input.ExpressionAttributeNames);
      if (entries.length === 0) throw validation('ExpressionAttributeNames must not be empty');
      for (const [key, name] of entries) {
        if (!/^#[A-Za-z0-9_]+$/.test(key))
          throw validation(`ExpressionAttributeNames contains invalid key: Syntax error; key: "${key}"`);
        if (typeof name !== 'string' || name === '')
          throw validation(`ExpressionAttributeNames contains invalid value: ; key: ${key}`);
        this.#names.set(key, name);
      }
    }
    if (input.ExpressionAttributeValues !== undefined) {
      if (!takesValues) throw validation('ExpressionAttributeValues can only be specified when using expressions');
      const entries = map(input.ExpressionAttributeValues);
      if (entries.length === 0) throw validation('ExpressionAttributeValues must not be empty');
      for (const [key, value] of entries) {
        if (!/^:[A-Za-z0-9_]+$/.test(key))
          throw validation(`ExpressionAttributeValues contains invalid key: Syntax error; key: "${key}"`);
        try {
          this.#values.set(key, readValue(value));
        } catch (error) {
          throw validation(
            `ExpressionAttributeValues contains invalid value: ${(error as Error).message} for key ${key}`,
          );
        }
      }
    }
    for (const key of [...this.#names.keys(), ...this.#values.keys()]) this.#unused.add(key);
  }

  name(placeholder: string, tokens: TokenStream): string {
    const name = this.#names.get(placeholder);
    if (name === undefined)
      throw tokens.error(
        `An expression attribute name used in the document path is not defined; attribute name: ${placeholder}`,
      );
    this.#unused.delete(placeholder);
    return name;
  }

  value(placeholder: string, tokens: TokenStream): AttributeValue {
    const value = this.#values.get(placeholder);
    if (value === undefined)
      throw tokens.error(
        `An expression attribute value used in expression is not defined; attribute value: ${placeholder}`,
      );
    this.#unused.delete(placeholder);
    return value;
  }

  /** To be called once every expression of the request was parsed. */
  refuseUnused(): void {
    for (const [kind, sign] of [
      ['Names', '#'],
      ['Values', ':'],
    ] as const) {
      const keys = [...this.#unused].filter((key) => key.startsWith(sign));
      if (keys.length > 0)
        throw validation(
          `Value provided in ExpressionAttribute${kind} unused in expressions: keys: {${keys.join(', ')}}`,
        );
    }
  }
}
