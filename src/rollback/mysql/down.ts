import { type Catalog, type Column, relationKey } from '../../model/catalog';
import type { Engine } from '../../model/engine';
import type { Migration, Statement } from '../../model/migration';
import type { Operation } from '../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../parse/mysql/identifiers';
import { narrowing as typeNarrowing } from '../../plan/mysql/narrowing';
import { partitionList } from '../../schema/mysql/partition-list';
import { replaySteps } from '../../schema/virtual-schema';
import { match } from '../../state/match';
import { columnIdentity } from '../change';
import { concerned } from '../concerned';
import { copiedOver } from '../copied-over';
import { mysqlWords } from '../dialect';
import { dataDown } from '../down-data';
import { type DownPart, lostData, notUndone, statement as undo } from '../down-part';
import { downOfChange, exchangedDown, type GeneratedDown, generatedDown, withUnseenTables } from '../down-parts';
import { unreadDown } from '../down-unread';
import { withoutNames, withoutUnknownValues } from '../known-when-run';
import { isLate, withLateRows } from '../late-rows';
import { spoken } from '../names';
import { triggerRows } from '../trigger-rows';
import { mysqlCatalogChanges } from './changes';
import { columnsBack } from './columns-back';
import { exchangedMysqlColumns } from './exchanged-columns';
import { narrowing } from './narrowing';
import { mysqlRows } from './row-copy';
import { sequencesDown } from './sequences';
import { writesOfMysqlTrigger } from './trigger-writes';

/** The same for MySQL and MariaDB: rows first, then the schema, one ALTER for each table. */
export function generateMysqlDown(migration: Migration, before: Catalog, after: Catalog): GeneratedDown {
  const { engine } = migration;
  const { statements } = migration.up;
  const [was, now] = concerned(
    before,
    after,
    statements.map(({ sent }) => sent),
  );
  const known = withUnseenTables(was, now);
  const steps = replaySteps(before, statements, engine);
  const exchanged = exchangedMysqlColumns(statements, steps, known, now, engine);
  const data = dataDown(withoutNames(statements, migration.up), known, now, engine, mysqlWords);
  const overwritten = data.flatMap((part) => part.losses ?? []);
  const back = columnsBack(statements, steps, known, now, engine);
  const changes = mysqlCatalogChanges(back.catalog, known, engine, {
    exchanged: exchanged.apart,
    overwritten,
    goal: 'before this migration',
    concurrently: false,
    isEmpty: () => false,
    engine,
  });
  const losses = [...changes.flatMap((change) => change.loses?.loss ?? []), ...exchanged.parts.flatMap((part) => part.losses ?? [])];
  const parts = [
    ...unreadDown(migration.up),
    ...statements.flatMap(({ operations }) => operations.flatMap((operation) => exchangeBack(operation, now) ?? [])).reverse(),
    ...data.filter((part) => !isLate(part)),
    ...triggerRows(statements, known, before, after, engine, (trigger) => writesOfMysqlTrigger(trigger, engine)),
    ...exchangedDown(
      was,
      now,
      copiedOver(statements, steps, mysqlRows, (from, to) => keepsValues(from, to, engine)),
    ),
    ...exchanged.parts,
    ...narrowedDown(known, now, exchanged.apart),
    ...back.parts,
    ...withLateRows(
      changes,
      data,
      (change) => downOfChange(change, losses, overwritten),
      mysqlWords,
      ({ kind }) => shaping.has(kind),
    ),
    ...statements.flatMap((statement, place) =>
      statement.operations.flatMap((operation) => toldOf(operation, statement, steps[place] ?? before, now)),
    ),
    ...sequencesDown(statements),
  ];
  return generatedDown(withoutUnknownValues(parts, migration.up));
}

/** One ALTER gives a table its columns and keys back. */
const shaping = new Set(['alter table', 'rename', 'rename table']);

/** Does the type hold each value as it was? Strict mode refuses the statement where a value does not fit. */
function keepsValues(from: Column, to: Column, { name }: Engine): boolean {
  if (from.type === undefined || to.type === undefined) return false;
  const lost = typeNarrowing(from.type, to.type, name === 'mariadb' ? 'mariadb' : 'mysql');
  return lost === undefined || lost.codes.length > 0;
}

/** Types that could not keep all that the old ones held: the old type comes back, and what was cut off does not. */
function narrowedDown(before: Catalog, after: Catalog, exchanged: ReadonlySet<string>): DownPart[] {
  return match(before.tables, after.tables, relationKey).pairs.flatMap(([then, now]) =>
    match(then.columns, now.columns, ({ name }) => name.toLowerCase(), then.identity === now.identity).pairs.flatMap(([old, column]) => {
      // Of one that goes, nothing comes back.
      const lost = exchanged.has(columnIdentity(then, old)) ? undefined : narrowing(old, column, then, now);
      if (lost === undefined) return [];
      const text = `Lost: ${lost} of ${spoken(then)}.${old.name}, where a value had it: restore them from a backup taken before the migration.`;
      return [lostData(text, { table: relationKey(then), columns: [old.name] })];
    }),
  );
}

/** Partitions of a list that is known come back with the schema, without their rows. Of others those that are added can go, and the rest is said. */
function partitionsDown(
  { action, table, partitions }: Extract<Operation, { kind: 'partitioning' }>,
  by: string,
  before: Catalog,
): DownPart[] {
  const known = before.tables.find(({ name }) => name === table.name);
  if (known?.partitionKey !== undefined && partitionList(known.partitionKey) !== undefined) {
    if (action === 'add' || action === 'reorganize') return [];
    if (action === 'drop' || action === 'truncate') {
      const which = partitions.map((name) => `${known.name}.${name}`).join(', ');
      const text = `Lost: rows of ${which}, which ${by} takes away: restore them from a backup taken before the migration.`;
      return [lostData(text, { table: relationKey(known) })];
    }
  }
  switch (action) {
    case 'add':
      return partitions.length === 0
        ? [notUndone(`the partitions that ${by} adds to ${table.name}`)]
        : [undo(`ALTER TABLE ${quoteQualified(table.schema, table.name)} DROP PARTITION ${partitions.map(quoteIdentifier).join(', ')}`)];
    case 'drop':
    case 'truncate':
    case 'exchange':
      return [notUndone(`rows and partitions that ${by} takes from ${table.name}`, { table: table.name })];
    // The catalog shows these; the others leave the partitions as they are.
    case 'partition by':
    case 'remove':
    case 'analyze':
    case 'check':
    case 'optimize':
    case 'rebuild':
    case 'repair':
      return [];
    default:
      return [notUndone(`the partitions of ${table.name} as they were before ${by}`)];
  }
}

/** The rows of a partition and those of a table change places once more, before the table goes. Undefined where it is not there any more. */
function exchangeBack(operation: Operation, after: Catalog): DownPart | undefined {
  if (operation.kind !== 'partitioning' || operation.action !== 'exchange') return undefined;
  const isThere = (name: string | undefined) => after.tables.some((table) => table.name === name);
  if (!isThere(operation.table.name) || !isThere(operation.otherTable?.name)) return undefined;
  return undo(`ALTER TABLE ${quoteQualified(operation.table.schema, operation.table.name)} ${operation.detail}`);
}

/** What shows in no schema, and what can't be known. */
function toldOf(operation: Operation, { index }: Statement, before: Catalog, after: Catalog): DownPart[] {
  const by = `statement ${index}`;
  switch (operation.kind) {
    case 'grant':
    case 'revoke':
      return [notUndone(`${operation.kind === 'grant' ? 'the privileges that' : 'the privileges taken away, which'} ${by} changes`)];
    case 'drop object': {
      const unseen = operation.objects.filter(
        ({ name }) =>
          (operation.objectKind === 'table' && !before.tables.some((table) => table.name === name)) ||
          (['view', 'procedure', 'function', 'event'].includes(operation.objectKind) &&
            !before.definitions.some((object) => object.name === name)),
      );
      if (operation.ifExists || operation.temporary) return [];
      return unseen.map(({ name }) =>
        notUndone(
          `${operation.objectKind} ${name} that ${by} drops: no migration that was read makes it`,
          ...(operation.objectKind === 'table' ? [{ table: name }] : []),
        ),
      );
    }
    case 'drop column': {
      const table = before.tables.find(({ name }) => name === operation.table.name);
      const isKnown = table?.columns.some(({ name }) => name.toLowerCase() === operation.column.toLowerCase());
      if (isKnown || operation.ifExists) return [];
      const lost = { table: operation.table.name, columns: [operation.column] };
      return [notUndone(`column ${operation.table.name}.${operation.column} that ${by} drops: no migration that was read makes it`, lost)];
    }
    case 'redefine column': {
      const table = before.tables.find(({ name }) => name === operation.table.name);
      if (table?.columns.some(({ name }) => name.toLowerCase() === operation.column.toLowerCase())) return [];
      return [
        notUndone(`what ${operation.table.name}.${operation.column} was before ${by} changed it: no migration that was read makes it`),
      ];
    }
    case 'partitioning':
      return exchangeBack(operation, after) === undefined ? partitionsDown(operation, by, before) : [];
    case 'call':
      return [notUndone(`what ${operation.name.name}() does`)];
    case 'alter object':
      return [notUndone(`what ${by} changes of ${operation.objectKind} ${operation.object.name}`)];
    case 'set':
      return operation.scope === 'global' || operation.scope === 'persist'
        ? [notUndone(`the server's setting ${operation.name} that ${by} changes`)]
        : [];
    default:
      return [];
  }
}
