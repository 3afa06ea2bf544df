/**
 * What is not the same object in both lists: the old versions and the new ones. Lists of one replay have what did not change in the same
 * order, so only the stretch between what they begin and end with alike is looked at.
 */
export function changedObjects<T>(before: readonly T[], after: readonly T[]): { readonly gone: readonly T[]; readonly come: readonly T[] } {
  if (before === after) return { gone: [], come: [] };
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  const room = Math.min(before.length, after.length) - start;
  while (end < room && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const old = before.slice(start, before.length - end);
  const now = after.slice(start, after.length - end);
  if (old.length === 0 || now.length === 0) return { gone: old, come: now };
  const [wasThere, isThere] = [new Set(old), new Set(now)];
  return { gone: old.filter((object) => !isThere.has(object)), come: now.filter((object) => !wasThere.has(object)) };
}
