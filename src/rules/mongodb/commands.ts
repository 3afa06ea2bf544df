import type { DocumentCommand, DocumentValue } from '../../model/document';
import { fieldOf } from '../../model/document-value';
import { operationsOf, type RuleContext, type Step } from '../context';
import type { Violation } from '../rule';

export interface PlacedCommand {
  readonly step: Step;
  readonly command: DocumentCommand;
}

/** Every command of the program, in order. */
export function commandsIn(context: RuleContext): readonly PlacedCommand[] {
  return operationsOf(context, 'document command').map(({ step, operation }) => ({ step, command: operation }));
}

/** One of those that say the same of one place: a loop or a helper that is read several times sends several commands from there. */
export function oncePerPlace(violations: readonly Violation[]): readonly Violation[] {
  const seen = new Set<string>();
  return violations.filter(({ range, inSource, message }) => {
    const key = JSON.stringify([range, inSource, message]);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** For messages: `users`, `shop.users`; `a collection` where only a run would name it. */
export function shownCollection({ collection }: DocumentCommand): string {
  if (collection?.name === undefined) return 'a collection';
  return collection.database === undefined ? collection.name : `${collection.database}.${collection.name}`;
}

/** An option of the call, wherever it is written. */
export function optionOf({ options }: DocumentCommand, name: string): DocumentValue | undefined {
  return fieldOf(options, name);
}
