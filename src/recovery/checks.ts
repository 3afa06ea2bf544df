import { isUsable, relationKey, type Table } from '../model/catalog';
import type { State } from '../model/state';
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../parse/postgres/identifiers';
import { spoken, spokenKey, sqlName, sqlNameOfKey } from '../rollback/names';
import { match } from '../state/match';
import { isBehind } from '../state/sequences';
import { type DraftCheck, gives, none } from './check';
import { requirementsOfConstraint, requirementsOfIndex } from './requirements';
import type { RecoverySituation } from './situation';
import { countViolations, spokenViolations } from './violations';

/** More tables than this are not asked about one by one. */
const mostTables = 8;

/**
 * The validation families, for the tables that the migration or the failure touched: counts and ranges, checksums, references and
 * uniqueness, indexes and constraints, sequences, what may be left behind. What the state to reach has broken itself is expected as broken.
 */
export function generalChecks(situation: RecoverySituation, target: State): DraftCheck[] {
  const tables = touchedTables(situation, target);
  return [
    ...tables.flatMap((table) => countsAndSums(situation, table, target).map((check) => ({ ...check, rowsOf: [relationKey(table)] }))),
    ...tables.flatMap((table) => rulesOf(table, target)),
    ...wholeDatabase(target),
    ...sequenceChecks(tables, target),
    ...historyChecks(target),
  ];
}

/** Tables of the target whose rows or shape are others in any of the states. */
function touchedTables({ before, after, partial }: RecoverySituation, target: State): Table[] {
  const others = [before, partial, ...(after === undefined ? [] : [after])].filter((state) => state !== target);
  const hash = (state: State, table: Table) => state.data.find((data) => data.table === relationKey(table))?.rowsHash;
  const shape = (table: Table) => `${table.columns.length} ${table.constraints.length} ${table.indexes.length} ${relationKey(table)}`;
  return target.catalog.tables
    .filter((table) => table.kind === 'table' && table.persistence !== 'temporary')
    .filter((table) =>
      others.some((state) => {
        const same = match(state.catalog.tables, target.catalog.tables, relationKey).pairs.find(([, b]) => b === table)?.[0];
        return same === undefined || hash(state, same) !== hash(target, table) || shape(same) !== shape(table);
      }),
    )
    .slice(0, mostTables);
}

function countsAndSums({ checksumQuery }: RecoverySituation, table: Table, target: State): DraftCheck[] {
  const key = relationKey(table);
  const data = target.data.find((entry) => entry.table === key);
  if (data === undefined) return [];
  const name = spoken(table);
  const checksum = checksumQuery?.(table);
  const position = target.sequences.find(({ sequence }) => ownedSequence(table, target)?.key === sequence);
  const column = ownedSequence(table, target)?.column;
  return [
    gives(
      `${name} has ${data.rowCount} ${data.rowCount === 1 ? 'row' : 'rows'}`,
      `SELECT count(*) FROM ONLY ${sqlName(table)}`,
      data.rowCount,
    ),
    ...(position?.greatestInUse === undefined || column === undefined
      ? []
      : [
          gives(
            `The greatest ${column} of ${name} is ${position.greatestInUse}`,
            `SELECT max(${quoteIdentifier(column)}) FROM ${sqlName(table)}`,
            position.greatestInUse,
          ),
        ]),
    ...(checksum === undefined
      ? []
      : [gives(`The rows of ${name} sum up to the same hash, in whatever order they lie`, checksum, data.rowsHash)]),
  ];
}

function ownedSequence(table: Table, { catalog }: State) {
  const found = catalog.sequences.find(({ ownedBy, increment }) => ownedBy?.table === relationKey(table) && !increment.startsWith('-'));
  return found?.ownedBy && { key: relationKey(found), column: found.ownedBy.column };
}

/** Orphans and rows that break a check or a key, asked of the rows themselves: the catalog may call valid what nobody has checked. */
function rulesOf(table: Table, target: State): DraftCheck[] {
  const constraints = table.constraints.filter(({ validated, enforced, kind }) => validated && enforced && kind !== 'not null');
  const owned = new Set(constraints.map(({ name }) => name));
  const indexes = table.indexes.filter((index) => index.unique && isUsable(index) && !owned.has(index.constraint ?? ''));
  const requirements = [
    ...constraints.flatMap((constraint) => requirementsOfConstraint(constraint, table, target.catalog)),
    ...indexes.flatMap((index) => requirementsOfIndex(index, table)),
  ];
  return requirements.map((requirement) => ({
    ...none(`There are no ${spokenViolations(requirement)}`, countViolations(requirement)),
    rowsOf: [relationKey(table), ...(requirement.kind === 'foreign key' ? [relationKey(requirement.parent)] : [])],
  }));
}

const ofUsers = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

/** What is asked of the whole database. The target's own number is expected: it may have an invalid index on purpose. */
function wholeDatabase({ catalog, preparedTransactions }: State): DraftCheck[] {
  const indexes = [...catalog.tables, ...catalog.definitions]
    .flatMap((owner) => owner.indexes ?? [])
    .filter((index) => index.schema === undefined);
  const constraints = catalog.tables.flatMap((table) => table.constraints);
  const triggers = [...catalog.tables, ...catalog.definitions].flatMap((owner) => owner.triggers ?? []);
  const count = (title: string, text: string, expected: number) =>
    expected === 0 ? none(`No ${title}`, text) : gives(`As many as there should be: ${title}`, text, expected);
  return [
    count(
      'index is invalid',
      `SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT (i.indisvalid AND i.indisready AND i.indislive) AND ${ofUsers}`,
      indexes.filter((index) => !isUsable(index)).length,
    ),
    count(
      'constraint waits for its validation',
      `SELECT count(*) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT k.convalidated AND ${ofUsers}`,
      constraints.filter(({ validated }) => !validated).length,
    ),
    count(
      'trigger is disabled',
      `SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgenabled = 'D' AND NOT t.tgisinternal AND ${ofUsers}`,
      triggers.filter(({ enabled }) => enabled === 'D').length,
    ),
    count(
      'prepared transaction is left',
      'SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()',
      preparedTransactions.length,
    ),
    none(
      'No session holds a lock that keeps others from writing',
      "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_class c ON c.oid = l.relation AND c.relkind IN ('r', 'p') JOIN pg_namespace n ON n.oid = c.relnamespace " +
        `WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend' AND l.granted AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock') AND ${ofUsers}`,
    ),
  ];
}

/** The next value must be one that the column does not have. */
function sequenceChecks(tables: readonly Table[], target: State): DraftCheck[] {
  const touched = new Set(tables.map(relationKey));
  return target.catalog.sequences.flatMap((sequence) => {
    const { ownedBy, increment } = sequence;
    const position = target.sequences.find((entry) => entry.sequence === relationKey(sequence));
    if (ownedBy === undefined || !touched.has(ownedBy.table) || position === undefined) return [];
    if (increment.startsWith('-') || isBehind(position, BigInt(increment))) return [];
    const next = `(SELECT last_value + CASE WHEN is_called THEN ${increment} ELSE 0 END FROM ${sqlName(sequence)})`;
    const greatest = `(SELECT max(${quoteIdentifier(ownedBy.column)}) FROM ${sqlNameOfKey(ownedBy.table)})`;
    return [
      {
        rowsOf: [ownedBy.table],
        ...gives(
          `The next value of ${sequence.name} is free in ${spokenKey(ownedBy.table)}.${ownedBy.column}`,
          `SELECT coalesce(${next} > ${greatest}, true)`,
          true,
        ),
      },
    ];
  });
}

/** The framework's own tables: that the history is right is compared as a whole, with the fingerprint. */
function historyChecks({ bookkeeping }: State): DraftCheck[] {
  return bookkeeping.map(({ table, rows }) =>
    gives(
      `The history in ${spokenKey(table)} has ${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`,
      `SELECT count(*) FROM ${sqlNameOfKey(table)}`,
      rows.length,
    ),
  );
}

/** For checks of one named object. */
export function regclass(schema: string, name: string): string {
  return `${quoteLiteral(quoteQualified(schema, name))}::regclass`;
}
