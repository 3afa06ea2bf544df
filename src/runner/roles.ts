import { quoteIdentifier } from '../parse/postgres/identifiers';
import type { Laboratory } from './laboratory';

/** The roles of the whole server: unlike all else that a migration makes, they outlive its database. */
export async function rolesOf({ sandbox }: Laboratory): Promise<ReadonlySet<string>> {
  const rows = await sandbox.query('SELECT rolname FROM pg_roles');
  return new Set(rows.map((row) => String(row.rolname)));
}

/** Drops the roles that came since. The databases in which they own or may do something must be gone. */
export async function dropRolesExcept(laboratory: Laboratory, kept: ReadonlySet<string>): Promise<void> {
  const added = [...(await rolesOf(laboratory))].filter((role) => !kept.has(role));
  if (added.length > 0) await laboratory.sandbox.query(`DROP ROLE ${added.map(quoteIdentifier).join(', ')}`);
}
