import type { Laboratory } from './laboratory';

/** Roles and users of the whole server: unlike all else that a migration makes, they outlive its database. */
export function accountsOf({ engine, sandbox }: Laboratory): Promise<ReadonlySet<string>> {
  return engine.serverAccounts(sandbox);
}

/** Drops those that came since. The databases in which they own or may do something must be gone. */
export async function dropAccountsExcept(laboratory: Laboratory, kept: ReadonlySet<string>): Promise<void> {
  const added = [...(await accountsOf(laboratory))].filter((name) => !kept.has(name));
  if (added.length > 0) await laboratory.engine.dropServerAccounts(laboratory.sandbox, added);
}
