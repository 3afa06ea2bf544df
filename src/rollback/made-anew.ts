import type { Table } from '../model/catalog';
import { kindOfType } from './columns';

/**
 * Can a table not be changed back into one of its name that was dropped? No statement makes a table a partitioned one, nor the other way
 * round; and where another one was made under its name, there may be no cast between the types of their columns.
 */
export function isMadeAnew(now: Table, old: Table): boolean {
  if ((now.kind === 'partitioned table') !== (old.kind === 'partitioned table')) return true;
  if (now.identity === old.identity) return false;
  return old.columns.some((column) => {
    const same = now.columns.find(({ name }) => name === column.name);
    return same !== undefined && haveNoCast(kindOfType(same.type), kindOfType(column.type));
  });
}

/** Kinds of types of the server's own that are cast to text and back, and not to one another (PostgreSQL 18, pg_cast). */
const apart = new Set(['number', 'moment', 'uuid', 'boolean', 'bytea', 'interval', 'inet', 'json', 'jsonb']);

function haveNoCast(from: string, to: string): boolean {
  if (from === to || !apart.has(from) || !apart.has(to)) return false;
  const pair = [from, to].sort().join();
  return pair !== 'boolean,number' && pair !== 'json,jsonb';
}
