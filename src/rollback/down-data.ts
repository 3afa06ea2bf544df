import { type Catalog, relationKey, type Sequence, type Table } from '../model/catalog';
import { type Engine, isMysqlFamily } from '../model/engine';
import type { Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import { defaultSchema } from '../schema/lookup';
import { replaySteps } from '../schema/virtual-schema';
import { postgresWords, type SqlWords } from './dialect';
import { type DownPart, lostData, notUndone, statement as undo } from './down-part';
import { restoring } from './keep-aside';
import { movedBack, type RowsBack } from './moved-rows';
import { mysqlRows } from './mysql/row-copy';
import { spoken } from './names';
import { type PointingRows, pointingRows } from './pointing-rows';
import { columnsFollowing, tablesReached } from './reached-rows';
import { postgresRows } from './row-copy';
import { insertedBack, isNamed, withColumnsOf, writtenTables } from './rows';

/** What the rollback can do about rows, last statement first: inserted constants can be deleted, all else can only be said. */
export function dataDown(
  statements: readonly Statement[],
  before: Catalog,
  after: Catalog,
  engine: Engine,
  words: SqlWords = postgresWords,
): DownPart[] {
  const steps = replaySteps(before, statements, engine);
  const language = { reader: isMysqlFamily(engine) ? mysqlRows : postgresRows, words };
  const fromArchive = (operation: Operation, statement: Statement, table: Table | undefined, old: Table) =>
    operation.kind === 'delete' || operation.kind === 'truncate'
      ? movedBack({ operation, statement }, statements, old, table, { before, after }, language)
      : undefined;
  return statements.toReversed().flatMap((statement, place) =>
    statement.operations.toReversed().flatMap((operation) => [
      ...sessionDown(operation, statement, before, after),
      ...writtenTables(operation).flatMap((name) => {
        // By the name that it has at this moment: tables may change names with one another.
        const then = steps[statements.length - 1 - place]?.tables.find((candidate) => isNamed(name, candidate));
        const old = then && before.tables.find(({ identity }) => identity === then.identity);
        const table = old && after.tables.find(({ identity }) => identity === old.identity);
        // A table that the migration makes goes with its rows; one that it drops is told with the table.
        const isMade = then !== undefined && old === undefined;
        const isDroppedLater = old !== undefined && table === undefined;
        if (isMade || isDroppedLater) return [];
        const kept = old === undefined ? undefined : restoring(statement, statements, operation, old);
        const restored = kept !== undefined ? { text: kept } : old && fromArchive(operation, statement, table, old);
        if (restored !== undefined) return reachedOnly(operation, statement, old, before, restored);
        const pointing = () =>
          table === undefined ? [] : pointingRows(table, statements.slice(0, statements.length - 1 - place), after, words);
        return downOfRows(withColumnsOf(operation, table), statement, table, old, before, words, pointing);
      }),
    ]),
  );
}

/** What was kept aside comes back; rows of other tables that went with it by their foreign keys do not. */
function reachedOnly(
  operation: Operation,
  statement: Statement,
  table: Table | undefined,
  before: Catalog,
  { text: restored, ...rest }: RowsBack,
): DownPart[] {
  const back = { ...undo(restored), ...rest };
  const reached = table === undefined ? [] : tablesReached(table, operation, before);
  if (reached.length === 0) return [back];
  const names = reached.map(spoken).join(', ');
  const text = `Not undone: rows of ${names} that went or changed with statement ${statement.index}; take them from a backup made before the migration.`;
  return [back, lostData(text, ...reached.map((other) => ({ table: relationKey(other) })))];
}

/** What else can't be undone and shows in rows or positions alone. */
function sessionDown(operation: Operation, { sent }: Statement, before: Catalog, after: Catalog): DownPart[] {
  if (operation.kind === 'refresh materialized view') {
    // Its rows are derived: nothing that has to be said, but they are not those of before.
    const view = before.definitions.find((object) => object.kind === 'materialized view' && isNamed(operation.view, object));
    return view === undefined ? [] : [{ comments: [], text: [], losses: [{ table: relationKey(view) }] }];
  }
  if (operation.kind !== 'select') return [];
  const names = operation.functions.map((name) => name.split('.').at(-1) ?? name);
  const own = before.definitions.filter((object) => object.kind === 'function' && names.includes(object.name)).map((object) => object.name);
  return [
    ...(names.includes('setval') && !movesMade(sent, before, after)
      ? [{ comments: ['Not undone: the position of a sequence, which setval() changes.'], text: [] }]
      : []),
    ...own.map((name) => notUndone(`what ${name}() does`)),
  ];
}

/** Is the sequence of a setval() one of the migration's own, which goes with its position? */
function movesMade(sent: string, before: Catalog, after: Catalog): boolean {
  const isMeant = ({ name, ownedBy }: Sequence) => {
    const [table = ''] = ownedBy?.table.split('.').reverse() ?? [];
    return sent.includes(name) || (ownedBy !== undefined && sent.includes(table) && sent.includes(ownedBy.column));
  };
  const old = new Set(before.sequences.map(({ identity }) => identity));
  const meant = after.sequences.filter(isMeant);
  return meant.length > 0 && meant.every(({ identity }) => !old.has(identity));
}

function downOfRows(
  operation: Operation,
  statement: Statement,
  table: Table | undefined,
  old: Table | undefined,
  before: Catalog,
  words: SqlWords,
  pointing: () => readonly PointingRows[],
): DownPart[] {
  const where = table?.name ?? ('table' in operation && typeof operation.table === 'object' ? operation.table.name : 'a table');
  const named = writtenTables(operation)[0];
  const key =
    table === undefined ? relationKey({ schema: named?.schema ?? defaultSchema, name: named?.name ?? '' }) : relationKey(old ?? table);
  const comment = (text: string, columns?: readonly string[]): DownPart[] => [
    lostData(text, { table: key, ...(columns !== undefined && { columns }) }),
  ];
  const backup = 'take them from a backup made before the migration';
  switch (operation.kind) {
    case 'insert': {
      const rows = operation.rows ?? operation.mixedRows;
      const texts = operation.onConflict === 'none' && rows && table ? insertedBack(operation.columns, rows, table, words) : [];
      if (texts.length > 0) return texts.map(undo);
      const gone = pointing();
      const targets = [...new Set(gone.map(({ target }) => spoken(target)))].join(' and ');
      const besides = gone.length === 0 ? '' : `; those that point to the new rows of ${targets} go with them`;
      return [
        ...comment(`Not undone: rows that statement ${statement.index} inserted into ${where} can't be told from the others${besides}.`),
        ...gone.flatMap(({ text }) => (text === undefined ? [] : undo(text))),
      ];
    }
    case 'update': {
      // Values of columns that the migration adds go with them.
      const kept = operation.columns.filter(
        (column) => old === undefined || old.complete === false || old.columns.some((other) => other.name === column),
      );
      const own = operation.columns.filter((column) => table?.complete === false && isAdded(column, table, old));
      const overwritten = kept.every((column) => own.includes(column))
        ? []
        : comment(
            `Not undone: the old values of ${kept.map((column) => `${where}.${column}`).join(', ')}, which statement ${statement.index} overwrote; ${backup}.`,
            kept,
          );
      return [...overwritten, ...besideUpdate(operation, statement, table, old, before)];
    }
    case 'truncate':
    case 'delete': {
      const reached = table === undefined ? [] : tablesReached(table, operation, before);
      const names = [where, ...reached.map(spoken)].join(', ');
      return [
        lostData(
          `Not undone: rows of ${names} that statement ${statement.index} removed; ${backup}.`,
          { table: key },
          ...reached.map((other) => ({ table: relationKey(other) })),
        ),
      ];
    }
    default:
      return comment(`Not undone: rows of ${where} that statement ${statement.index} removed or changed; ${backup}.`);
  }
}

function isAdded(column: string, table: Table, old: Table | undefined): boolean {
  return table.columns.some((other) => other.name === column) && !old?.columns.some((other) => other.name === column);
}

/** What an UPDATE changes and does not name: keys that point to what it changes, and moments that the server keeps by itself. */
function besideUpdate(
  operation: Extract<Operation, { kind: 'update' }>,
  { index }: Statement,
  table: Table | undefined,
  old: Table | undefined,
  before: Catalog,
): DownPart[] {
  if (table === undefined || old === undefined) return [];
  const backup = 'take them from a backup made before the migration';
  // MySQL and MariaDB: ON UPDATE CURRENT_TIMESTAMP, in each row that becomes another one.
  const moments = table.columns.filter(
    ({ identity, name, onUpdate }) =>
      onUpdate !== undefined && !operation.columns.includes(name) && old.columns.some((column) => column.identity === identity),
  );
  const names = moments.map(({ name }) => name);
  const told = names.map((name) => `${spoken(table)}.${name}`).join(', ');
  return [
    ...(names.length === 0
      ? []
      : [
          lostData(`Not undone: the old values of ${told}, which the server sets to the moment of statement ${index}; ${backup}.`, {
            table: relationKey(old),
            columns: names,
          }),
        ]),
    ...columnsFollowing(old, operation.columns, before).map((written) => {
      const values = written.columns.map((column) => `${spoken(written.table)}.${column}`).join(', ');
      return lostData(`Not undone: the old values of ${values}, which follow what statement ${index} overwrote; ${backup}.`, {
        table: relationKey(written.table),
        columns: written.columns,
      });
    }),
  ];
}
