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
    if (because === '') continue;
    const earlier = first.get(because);
    if (earlier === undefined) first.set(because, index);
    else before.set(index, earlier);
  }
  return before;
}
