import type { Statement } from '../model/migration';
import type { SearchedCatalog } from '../schema/lookup';
import type { Step } from './context';

/**
 * Remembers what was found in a step that still is what it was: the statement in its place, and the schema before and after it. While
 * someone types, that holds for all statements above. `look` may depend on nothing else.
 */
export function rememberedPerStep<V>(look: (step: Step) => V): (step: Step) => V {
  const known = new WeakMap<Statement, { readonly before: SearchedCatalog; readonly after: SearchedCatalog; readonly value: V }>();
  return (step) => {
    const { statement, before, after } = step;
    const last = known.get(statement);
    if (last !== undefined && last.before === before && last.after === after) return last.value;
    const value = look(step);
    known.set(statement, { before, after, value });
    return value;
  };
}
