import { type Bindings, evaluate, type Template } from './expression.ts';
import { StateError } from './state-error.ts';

/** A field that must be a number from 0 on. @throws StateError States.QueryEvaluationError otherwise */
export async function wholeNumber(template: Template, bindings: Bindings): Promise<number> {
  const value = await evaluate(template, bindings);
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  const location = template.kind === 'expression' ? template.location : undefined;
  throw new StateError('States.QueryEvaluationError', `${JSON.stringify(value)} is not a whole number`, location);
}
