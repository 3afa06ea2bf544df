/**
 * Do two plain values (no functions, no maps, no cycles) say the same? What both share is not looked at, so that comparing two versions of
 * one large value costs what is different between them. A key with `undefined` is no key.
 */
export function sameValue(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null)
    return Number.isNaN(left) && Number.isNaN(right);
  if (Array.isArray(left) || Array.isArray(right)) {
    return (
      Array.isArray(left) && Array.isArray(right) && left.length === right.length && left.every((item, at) => sameValue(item, right[at]))
    );
  }
  const [mine, yours] = [left as Readonly<Record<string, unknown>>, right as Readonly<Record<string, unknown>>];
  for (const key in mine) if (!sameValue(mine[key], yours[key])) return false;
  for (const key in yours) if (yours[key] !== undefined && mine[key] === undefined) return false;
  return true;
}
