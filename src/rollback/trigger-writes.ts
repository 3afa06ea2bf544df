import { type Catalog, type DefinedObject, relationKey, type Table, type Trigger } from '../model/catalog';
import type { Engine } from '../model/engine';
import type { Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { functionStatements } from '../parse/postgres/nested';
import { namesIn } from '../schema/definitions';
import { replaySteps } from '../schema/virtual-schema';
import { type DownPart, lostData } from './down-part';
import { namePattern, spoken } from './names';
import { isNamed } from './rows';

/**
 * What triggers write beside an UPDATE: `updated_at` is another afterwards, though no statement names it.
 * @param before with all functions: triggers alone name theirs.
 */
export function triggerWrites(statements: readonly Statement[], before: Catalog, after: Catalog, engine: Engine): DownPart[] {
  if (!statements.some(({ operations }) => operations.some(({ kind }) => kind === 'update'))) return [];
  const steps = replaySteps(before, statements, engine);
  return statements.toReversed().flatMap(({ operations, index }, place) =>
    operations.toReversed().flatMap((operation) => {
      if (operation.kind !== 'update') return [];
      const then = steps[statements.length - 1 - place]?.tables.find((table) => isNamed(operation.table, table));
      const old = before.tables.find((table) => table.identity === then?.identity);
      if (then === undefined || old === undefined || !after.tables.some((table) => table.identity === old.identity)) return [];
      return then.triggers.flatMap((trigger): DownPart[] => {
        if (!old.triggers.some(({ identity }) => identity === trigger.identity) || !fires(trigger, operation.columns)) return [];
        const columns = columnsWritten(trigger.definition, old, before).filter((column) => !operation.columns.includes(column));
        if (columns.length === 0) return [];
        const names = columns.map((column) => `${spoken(old)}.${column}`).join(', ');
        const text = `Not undone: the old values of ${names}, which trigger ${trigger.name} overwrites with statement ${index}; take them from a backup made before the migration.`;
        return [lostData(text, { table: relationKey(old), columns })];
      });
    }),
  );
}

/** Before an UPDATE of these columns, as far as the trigger's own list and condition tell. */
function fires({ definition, enabled }: Trigger, columns: readonly string[]): boolean {
  if (enabled === 'D' || enabled === 'R' || !/\bBEFORE\b[^(]*\bUPDATE\b/i.test(definition)) return false;
  const listed = /\bUPDATE\s+OF\s+([\w\s,"]+?)\s+(?:OR|ON)\b/i.exec(definition)?.[1];
  if (listed !== undefined && namesIn(listed, columns).length === 0) return false;
  const compared = /\bWHEN\s*\(+\s*(?:old|new)\.(\w+|"[^"]+")\s+IS\s+DISTINCT\s+FROM\s+(?:old|new)\.\1\s*\)/i.exec(definition)?.[1];
  return compared === undefined || namesIn(compared, columns).length > 0;
}

/** The columns that the function of a trigger assigns to. */
function columnsWritten(trigger: string, table: Table, { definitions }: Catalog): string[] {
  const routine = routineOf(trigger, definitions);
  if (routine === undefined) return [];
  const assigned = [...routine.definition.matchAll(/(?:;|\bBEGIN|\bTHEN|\bELSE|\bLOOP)\s*NEW\.("[^"]+"|\w+)\s*:?=/gi)].map(
    ([, name]) => name ?? '',
  );
  return table.columns
    .map(({ name }) => name)
    .filter((name) => assigned.some((written) => namePattern(quoteIdentifier(name)).test(written)));
}

/** The function that a trigger calls. */
function routineOf(trigger: string, definitions: Catalog['definitions']): DefinedObject | undefined {
  const called = /\bEXECUTE\s+(?:FUNCTION|PROCEDURE)\s+([^(]+)\(/i.exec(trigger)?.[1]?.trim() ?? '';
  return definitions.find(
    ({ kind, schema, name }) =>
      kind === 'function' && [quoteIdentifier(name), `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`].includes(called),
  );
}

/** What the function of a trigger does to rows, as far as its text names the tables. */
export function writesOfTrigger({ definition }: Trigger, catalogs: readonly Catalog[]): readonly Operation[] {
  return catalogs.flatMap(({ definitions }) => {
    const routine = routineOf(definition, definitions);
    return routine === undefined ? [] : functionStatements(routine.definition).flatMap(({ operations }) => operations);
  });
}
