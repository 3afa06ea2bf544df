import { isUsable, relationKey, type Table } from '../model/catalog';
import type { State } from '../model/state';
import { spoken, spokenKey } from '../rollback/names';
import { match } from '../state/match';
import { type DraftCheck, gives, none } from './check';
import { type RecoveryDialect, recoveryDialectOf } from './dialect';
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
  const dialect = recoveryDialectOf(situation.plan.engine);
  return [
    ...tables.flatMap((table) =>
      countsAndSums(situation, table, target, dialect).map((check) => ({ ...check, rowsOf: [relationKey(table)] })),
    ),
    ...tables.flatMap((table) => rulesOf(table, target, dialect)),
    ...dialect.wholeDatabase(target),
    ...dialect.counters(tables, target),
    ...historyChecks(target, dialect),
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

function countsAndSums({ checksumQuery }: RecoverySituation, table: Table, target: State, { words, rows }: RecoveryDialect): DraftCheck[] {
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
      `SELECT count(*) FROM ${rows.alone(table)}`,
      data.rowCount,
    ),
    ...(position?.greatestInUse === undefined || column === undefined
      ? []
      : [
          gives(
            `The greatest ${column} of ${name} is ${position.greatestInUse}`,
            `SELECT max(${words.quoteIdentifier(column)}) FROM ${words.sqlName(table)}`,
            position.greatestInUse,
          ),
        ]),
    ...(checksum === undefined
      ? []
      : [gives(`The rows of ${name} sum up to the same hash, in whatever order they lie`, checksum, data.rowsHash)]),
  ];
}

function ownedSequence(table: Table, { catalog, sequences }: State) {
  const counter = sequences.find(({ countedBy }) => countedBy === relationKey(table));
  const counted = table.columns.find(({ identityKind }) => identityKind !== undefined);
  if (counter !== undefined && counted !== undefined) return { key: counter.sequence, column: counted.name };
  const found = catalog.sequences.find(({ ownedBy, increment }) => ownedBy?.table === relationKey(table) && !increment.startsWith('-'));
  return found?.ownedBy && { key: relationKey(found), column: found.ownedBy.column };
}

/** Orphans and rows that break a check or a key, asked of the rows themselves: the catalog may call valid what nobody has checked. */
function rulesOf(table: Table, target: State, { words, rows }: RecoveryDialect): DraftCheck[] {
  const constraints = table.constraints.filter(({ validated, enforced, kind }) => validated && enforced && kind !== 'not null');
  const owned = new Set(constraints.map(({ name }) => name));
  const indexes = table.indexes.filter((index) => index.unique && isUsable(index) && !owned.has(index.constraint ?? ''));
  const requirements = [
    ...constraints.flatMap((constraint) => requirementsOfConstraint(constraint, table, target.catalog, words)),
    ...indexes.flatMap((index) => requirementsOfIndex(index, table, words)),
  ];
  return requirements.map((requirement) => ({
    ...none(`There are no ${spokenViolations(requirement)}`, countViolations(requirement, rows)),
    rowsOf: [relationKey(table), ...(requirement.kind === 'foreign key' ? [relationKey(requirement.parent)] : [])],
  }));
}

/** The framework's own tables: that the history is right is compared as a whole, with the fingerprint. */
function historyChecks({ bookkeeping }: State, { words }: RecoveryDialect): DraftCheck[] {
  return bookkeeping.map(({ table, rows }) =>
    gives(
      `The history in ${spokenKey(table)} has ${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`,
      `SELECT count(*) FROM ${words.sqlNameOfKey(table)}`,
      rows.length,
    ),
  );
}
