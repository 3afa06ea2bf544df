import type { Table } from '../../model/catalog';
import type { Engine } from '../../model/engine';

/** What the server calls an index for which the text has no name: as its first column, with a number behind where that is taken. */
export function indexName(table: Table, first: string | undefined): string {
  const taken = new Set(table.indexes.map(({ name }) => name.toLowerCase()));
  const wanted = first ?? 'functional_index';
  if (wanted.toUpperCase() !== 'PRIMARY' && !taken.has(wanted.toLowerCase())) return wanted;
  for (let number = 2; ; number++) if (!taken.has(`${wanted.toLowerCase()}_${number}`)) return `${wanted}_${number}`;
}

function nextNumber(names: readonly string[], prefix: string): number {
  const numbers = names
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)))
    .filter(Number.isInteger);
  return Math.max(0, ...numbers) + 1;
}

/** `orders_ibfk_1`: one more than the greatest that there is. */
export function foreignKeyName(table: Table): string {
  const prefix = `${table.name}_ibfk_`;
  return `${prefix}${nextNumber(namesOf(table, 'foreign key'), prefix)}`;
}

/** `orders_chk_1` in MySQL, `CONSTRAINT_1` in MariaDB. */
export function checkName(table: Table, engine: Engine): string {
  const prefix = engine.name === 'mysql' ? `${table.name}_chk_` : 'CONSTRAINT_';
  return `${prefix}${nextNumber(namesOf(table, 'check'), prefix)}`;
}

const namesOf = (table: Table, kind: string) => table.constraints.filter((constraint) => constraint.kind === kind).map(({ name }) => name);

/** What the names that the server gave become when the table is renamed: MariaDB's checks have no table in theirs. */
export function followingName(name: string, from: string, to: string): string {
  for (const word of ['_ibfk_', '_chk_']) {
    const prefix = `${from}${word}`;
    if (name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length))) return `${to}${word}${name.slice(prefix.length)}`;
  }
  return name;
}
