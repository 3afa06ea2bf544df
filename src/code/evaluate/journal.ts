import type { Scope } from '../scope';
import { type Condition, choice, type ObjectValue, undefinedValue, type Value } from '../value';
import type { Evaluator } from './evaluator';
import { Thrown } from './signals';

/** What was set in one branch of a condition that is not known: variables of scopes and properties of objects, with what they were before. */
export class Journal {
  readonly entries = new Map<Scope | ObjectValue, Map<string, Value | undefined>>();

  note(holder: Scope | ObjectValue, name: string, before: Value | undefined): void {
    const names = this.entries.get(holder) ?? new Map<string, Value | undefined>();
    if (!names.has(name)) names.set(name, before);
    this.entries.set(holder, names);
  }
}

/** Sets a variable so that a branch can take it back. */
export function writeVariable(machine: Evaluator, scope: Scope, name: string, value: Value): void {
  machine.journals.at(-1)?.note(scope, name, scope.read(name));
  scope.write(name, value);
}

/** Sets a property so that a branch can take it back. */
export function writeProperty(machine: Evaluator, object: ObjectValue, name: string, value: Value): void {
  machine.journals.at(-1)?.note(object, name, object.properties.get(name));
  object.properties.set(name, value);
}

export interface Branch<T> {
  readonly conditions: readonly Condition[];
  readonly run: () => T;
}

export type Outcome<T> = { readonly value: T } | { readonly thrown: Thrown };

/**
 * Walks ways of which only one is taken, each from the same state. Afterwards what they set differently is a choice; ways for which `leaves`
 * is true do not go on behind them, and what they set is forgotten.
 */
export function walkBranches<T>(machine: Evaluator, branches: readonly Branch<T>[], leaves: (value: T) => boolean): readonly Outcome<T>[] {
  const ends: { readonly outcome: Outcome<T>; readonly after: ReadonlyMap<Scope | ObjectValue, ReadonlyMap<string, Value | undefined>> }[] =
    [];
  for (const branch of branches) {
    const journal = new Journal();
    machine.journals.push(journal);
    let outcome: Outcome<T>;
    try {
      outcome = { value: machine.under(branch.conditions, branch.run) };
    } catch (error) {
      if (!(error instanceof Thrown)) throw error;
      outcome = { thrown: error };
    } finally {
      machine.journals.pop();
    }
    ends.push({ outcome, after: takeBack(journal) });
  }
  const staying = ends.filter(({ outcome }) => 'value' in outcome && !leaves(outcome.value)).map(({ after }) => after);
  merge(machine, staying.length > 0 ? staying : ends.slice(0, 1).map(({ after }) => after));
  return ends.map(({ outcome }) => outcome);
}

function takeBack(journal: Journal): Map<Scope | ObjectValue, Map<string, Value | undefined>> {
  const after = new Map<Scope | ObjectValue, Map<string, Value | undefined>>();
  for (const [holder, names] of journal.entries) {
    const values = new Map<string, Value | undefined>();
    for (const [name, before] of names) {
      values.set(name, current(holder, name));
      if ('properties' in holder) {
        if (before === undefined) holder.properties.delete(name);
        else holder.properties.set(name, before);
      } else holder.write(name, before ?? undefinedValue);
    }
    after.set(holder, values);
  }
  return after;
}

function merge(machine: Evaluator, ends: readonly ReadonlyMap<Scope | ObjectValue, ReadonlyMap<string, Value | undefined>>[]): void {
  const holders = new Set(ends.flatMap((end) => [...end.keys()]));
  for (const holder of holders) {
    const names = new Set(ends.flatMap((end) => [...(end.get(holder)?.keys() ?? [])]));
    for (const name of names) {
      const before = current(holder, name);
      const values = ends.map((end) => {
        const own = end.get(holder);
        return own?.has(name) ? own.get(name) : before;
      });
      const value = choice(values.filter((one) => one !== undefined));
      if ('properties' in holder) writeProperty(machine, holder, name, value);
      else writeVariable(machine, holder, name, value);
    }
  }
}

function current(holder: Scope | ObjectValue, name: string): Value | undefined {
  return 'properties' in holder ? holder.properties.get(name) : holder.read(name);
}
