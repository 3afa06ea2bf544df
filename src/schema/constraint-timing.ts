import type { Constraint } from '../model/catalog';

const timing = /\s+(?:NOT\s+DEFERRABLE|DEFERRABLE|INITIALLY\s+(?:DEFERRED|IMMEDIATE))(?![\w"$])/gi;

/** When a constraint is checked, in the words of ALTER CONSTRAINT. The definition may be any text that ends with them. */
export function timingOf({ definition }: Pick<Constraint, 'definition'>): string {
  const words = (definition.match(timing) ?? []).join('').toUpperCase().replace(/\s+/g, ' ');
  if (words.includes('INITIALLY DEFERRED')) return 'DEFERRABLE INITIALLY DEFERRED';
  return words.startsWith(' DEFERRABLE') ? 'DEFERRABLE' : 'NOT DEFERRABLE';
}

/** Foreign keys that differ in their timing alone: it is changed in place, and for no other kind (manual, ALTER TABLE, ALTER CONSTRAINT). */
export function isTimedOtherwise(from: Constraint, to: Constraint): boolean {
  const rest = (constraint: Constraint) => constraint.definition.replace(timing, '');
  return from.kind === 'foreign key' && from.definition !== to.definition && rest(from) === rest(to) && timingOf(from) !== timingOf(to);
}

/** The definition with another timing. */
export function withTiming(definition: string, words: string): string {
  const rest = definition.replace(timing, '');
  return words === 'NOT DEFERRABLE' ? rest : `${rest} ${words}`;
}
