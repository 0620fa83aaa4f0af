import { references } from './evaluate.ts';
import { DeployError, type TemplateResource } from './template.ts';

/** Logical ids, each after everything that it refers to or depends on. Otherwise the template's own order. */
export function creationOrder(resources: Record<string, TemplateResource>): string[] {
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (id: string, path: readonly string[]): void => {
    const resource = resources[id];
    if (!resource || state.get(id) === 'done') return;
    if (state.get(id) === 'open') throw new DeployError(`resources depend on each other: ${[...path, id].join(' → ')}`);
    state.set(id, 'open');
    const needs = references(resource.Properties ?? {});
    for (const needed of [resource.DependsOn ?? []].flat()) needs.add(needed);
    for (const needed of needs) visit(needed, [...path, id]);
    state.set(id, 'done');
    order.push(id);
  };
  for (const id of Object.keys(resources)) visit(id, []);
  return order;
}
