import type { Condition, Operand } from './condition-expression.ts';
import type { DocumentPath } from './document-path.ts';

/** Every path that a condition reads. */
export function* pathsOf(condition: Condition): Generator<DocumentPath> {
  const operands: Operand[] = [];
  switch (condition.kind) {
    case 'and':
    case 'or':
      yield* pathsOf(condition.left);
      yield* pathsOf(condition.right);
      return;
    case 'not':
      yield* pathsOf(condition.inner);
      return;
    case 'exists':
      yield condition.path;
      return;
    case 'compare':
      operands.push(condition.left, condition.right);
      break;
    case 'between':
      operands.push(condition.operand, condition.low, condition.high);
      break;
    case 'in':
      operands.push(condition.operand, ...condition.list);
      break;
    case 'type':
      operands.push(condition.path);
      break;
    default:
      operands.push(condition.operand, condition.argument);
  }
  for (let operand of operands) {
    while (operand.kind === 'size') operand = operand.of;
    if (operand.kind === 'path') yield operand.path;
  }
}
