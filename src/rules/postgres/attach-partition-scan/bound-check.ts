import type { Table } from '../../../model/catalog';
import { tokenize } from '../../../parse/postgres/lexer';
import { identifierOf } from '../../../schema/definitions';

/** Names of the columns in `RANGE (day, id)`; what is an expression is left out. */
export function keyColumns(partitionKey: string): string[] {
  const inside = partitionKey.slice(partitionKey.indexOf('(') + 1, partitionKey.lastIndexOf(')'));
  if (inside.includes('(')) return [];
  return inside.split(',').flatMap((part) => {
    const [token] = tokenize(part);
    const name = token === undefined ? undefined : identifierOf(part, token);
    return name === undefined ? [] : [name];
  });
}

/** A valid CHECK that names a column of the key most probably states the bound; of an unknown key, any will do. */
export function hasCheckOn(table: Table | undefined, key: readonly string[]): boolean {
  return (
    table?.constraints.some(({ kind, validated, definition }) => {
      if (kind !== 'check' || !validated) return false;
      const names = new Set(tokenize(definition).map((token) => identifierOf(definition, token)));
      return key.length === 0 || key.some((column) => names.has(column));
    }) === true
  );
}
