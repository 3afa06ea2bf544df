import { catalogOnly, rowsWritten } from './fact';

/**
 * Which earlier statement gave the same reason for its cost, by the number of the later one: a list says each reason once. It refers to the
 * first that gave it.
 */
export function reasonsGivenBefore(
  statements: readonly { readonly index: number; readonly because: string }[],
): ReadonlyMap<number, number> {
  const first = new Map<string, number>();
  const before = new Map<number, number>();
  for (const { index, because } of statements) {
    if (!saysMoreThanCost(because)) continue;
    const earlier = first.get(because);
    if (earlier === undefined) first.set(because, index);
    else before.set(index, earlier);
  }
  return before;
}

/** False for a reason that people read in the cost already: lists leave it out. */
export function saysMoreThanCost(because: string): boolean {
  return because !== '' && because !== catalogOnly && because !== rowsWritten;
}
