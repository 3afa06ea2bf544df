/**
 * What an object that serves as a table holds under a name which comes from a user's text. A plain look-up finds `constructor`, `toString`
 * and `__proto__` in every object.
 */
export function ownValue<T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}
