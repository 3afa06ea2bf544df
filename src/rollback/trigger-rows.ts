import { type Catalog, relationKey, type Table, type Trigger } from '../model/catalog';
import type { Engine } from '../model/engine';
import type { Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import { namesIn } from '../schema/definitions';
import { replaySteps } from '../schema/virtual-schema';
import { type DownPart, lostData } from './down-part';
import { spoken } from './names';
import { isNamed, writtenTables } from './rows';

/** The events of triggers that an operation on rows sets off. */
function eventsOf(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case 'insert':
      if (operation.onConflict === 'update') return ['insert', 'update'];
      // REPLACE deletes the old row.
      return operation.onConflict === 'replace' ? ['insert', 'delete'] : ['insert'];
    case 'copy':
      return ['insert'];
    case 'merge':
      return ['insert', 'update', 'delete'];
    case 'update':
    case 'delete':
    case 'truncate':
      return [operation.kind];
    default:
      return [];
  }
}

/** Does the trigger run at one of these events? One for some columns runs when the UPDATE names one of them. */
function firesAt({ definition, enabled }: Trigger, events: readonly string[], columns: readonly string[] = []): boolean {
  if (enabled === 'D' || enabled === 'R') return false;
  const timed = /\b(?:BEFORE|AFTER)\s+([\s\S]*?)\s+ON\s/i.exec(definition)?.[1] ?? '';
  const listed = /\bUPDATE\s+OF\s+([\s\S]+?)(?:\s+OR\s|$)/i.exec(timed)?.[1];
  return events.some(
    (event) =>
      new RegExp(`\\b${event}\\b`, 'i').test(timed) && (event !== 'update' || listed === undefined || namesIn(listed, columns).length > 0),
  );
}

/**
 * Rows of other tables that triggers write while the migration changes rows: an audit log, a counter in the parent. No statement of the
 * migration names those tables.
 * @param known what the migration is about; `before` and `after`: all there is, as triggers may write anywhere.
 * @param writesOf what the body of a trigger does to rows.
 */
export function triggerRows(
  statements: readonly Statement[],
  known: Catalog,
  before: Catalog,
  after: Catalog,
  engine: Engine,
  writesOf: (trigger: Trigger) => readonly Operation[],
): DownPart[] {
  if (!known.tables.some(({ triggers }) => triggers.length > 0)) return [];
  const steps = replaySteps(known, statements, engine);
  const told = new Set<string>();
  return statements.toReversed().flatMap(({ operations, index }, place) =>
    operations.toReversed().flatMap((operation) => {
      const columns = operation.kind === 'update' ? operation.columns : [];
      const tables = writtenTables(operation).flatMap(
        (name) => steps[statements.length - 1 - place]?.tables.find((table) => isNamed(name, table)) ?? [],
      );
      const fired = tables.flatMap(({ triggers }) => triggers.filter((trigger) => firesAt(trigger, eventsOf(operation), columns)));
      return fired.flatMap((trigger) =>
        writesOf(trigger).flatMap((write) =>
          writtenTables(write).flatMap((name) => {
            const table = lastingTable(name.schema, name.name, before, after);
            const key = `${index} ${trigger.name} ${write.kind} ${table?.identity}`;
            if (table === undefined || told.has(key)) return [];
            told.add(key);
            return [lossBy(trigger, write, table, index)];
          }),
        ),
      );
    }),
  );
}

/** A table that was there and still is: any other goes, or comes back, with its rows. */
function lastingTable(schema: string | undefined, name: string, before: Catalog, after: Catalog): Table | undefined {
  const wanted = { ...(schema !== undefined && { schema }), name };
  const table = before.tables.find((candidate) => isNamed(wanted, candidate));
  return after.tables.some(({ identity }) => identity === table?.identity) ? table : undefined;
}

function lossBy({ name }: Trigger, write: Operation, table: Table, index: number): DownPart {
  const key = relationKey(table);
  const backup = 'take them from a backup made before the migration';
  if (write.kind === 'update') {
    const columns = write.columns.filter((column) => table.columns.some((other) => other.name === column));
    const values = (columns.length === 0 ? ['rows'] : columns).map((column) => `${spoken(table)}.${column}`).join(', ');
    const text = `Not undone: the old values of ${values}, which trigger ${name} overwrites with statement ${index}; ${backup}.`;
    return lostData(text, columns.length === 0 ? { table: key } : { table: key, columns });
  }
  if (write.kind === 'delete' || write.kind === 'truncate')
    return lostData(`Not undone: rows of ${spoken(table)} that trigger ${name} removes with statement ${index}; ${backup}.`, {
      table: key,
    });
  return lostData(`Not undone: rows that trigger ${name} writes to ${spoken(table)} with statement ${index}.`, { table: key });
}
