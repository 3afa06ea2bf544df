import { type Catalog, relationKey, type Table } from '../model/catalog';
import type { Statement } from '../model/migration';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { type DownPart, lostData } from './down-part';
import { namePattern, spoken } from './names';
import { isNamed } from './rows';

/** What triggers write beside an UPDATE: `updated_at` is another afterwards, though no statement names it. */
export function triggerWrites(statements: readonly Statement[], before: Catalog, after: Catalog): DownPart[] {
  return statements.toReversed().flatMap(({ operations, index }) =>
    operations.toReversed().flatMap((operation) => {
      if (operation.kind !== 'update') return [];
      const now = after.tables.find((table) => isNamed(operation.table, table));
      const old = before.tables.find((table) => (now === undefined ? isNamed(operation.table, table) : table.identity === now.identity));
      if (old === undefined) return [];
      return old.triggers.flatMap((trigger): DownPart[] => {
        if (trigger.enabled === 'D' || trigger.enabled === 'R' || !/\bBEFORE\b[^(]*\bUPDATE\b/i.test(trigger.definition)) return [];
        const columns = columnsWritten(trigger.definition, old, before).filter((column) => !operation.columns.includes(column));
        if (columns.length === 0) return [];
        const names = columns.map((column) => `${spoken(old)}.${column}`).join(', ');
        const text = `Not undone: the old values of ${names}, which trigger ${trigger.name} overwrites with statement ${index}; take them from a backup made before the migration.`;
        return [lostData(text, { table: relationKey(old), columns })];
      });
    }),
  );
}

/** The columns that the function of a trigger assigns to. */
function columnsWritten(trigger: string, table: Table, { definitions }: Catalog): string[] {
  const called = /\bEXECUTE\s+(?:FUNCTION|PROCEDURE)\s+([^(]+)\(/i.exec(trigger)?.[1]?.trim() ?? '';
  const routine = definitions.find(
    ({ kind, schema, name }) =>
      kind === 'function' && [quoteIdentifier(name), `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`].includes(called),
  );
  if (routine === undefined) return [];
  const assigned = [...routine.definition.matchAll(/(?:;|\bBEGIN|\bTHEN|\bELSE|\bLOOP)\s*NEW\.("[^"]+"|\w+)\s*:?=/gi)].map(
    ([, name]) => name ?? '',
  );
  return table.columns
    .map(({ name }) => name)
    .filter((name) => assigned.some((written) => namePattern(quoteIdentifier(name)).test(written)));
}
