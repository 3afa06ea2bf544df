import type { Loss } from '../../state/loss';
import type { DownPart } from '../down-part';

/** What takes back one write, or says why nothing can. */
export interface WriteBack {
  /** With semicolons, in order. */
  readonly statements: readonly string[];
  /** What does not come back, or comes back otherwise, as sentences. */
  readonly told: readonly string[];
  readonly losses: readonly Loss[];
}

export const nothing: WriteBack = { statements: [], told: [], losses: [] };

export function back(...statements: readonly string[]): WriteBack {
  return { ...nothing, statements };
}

/** @param what `the old values of users.status`. */
export function lost(what: string, ...losses: readonly Loss[]): WriteBack {
  return { ...nothing, told: [`Lost: ${what}: restore them from a backup taken before the migration.`], losses };
}

export function notBack(what: string, ...losses: readonly Loss[]): WriteBack {
  return { ...nothing, told: [`Not undone: ${what}. Write it by hand.`], losses };
}

export function together(parts: readonly WriteBack[]): WriteBack {
  return {
    statements: parts.flatMap((part) => part.statements),
    told: [...new Set(parts.flatMap((part) => part.told))],
    losses: parts.flatMap((part) => part.losses),
  };
}

export function asPart({ statements, told, losses }: WriteBack): readonly DownPart[] {
  return statements.length === 0 && told.length === 0 ? [] : [{ comments: told, text: statements, losses }];
}
