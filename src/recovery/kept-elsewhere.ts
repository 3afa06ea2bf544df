import { relationKey, type Table } from '../model/catalog';
import type { RecoveryStep } from '../model/simulation';
import type { State } from '../model/state';
import { spoken } from '../rollback/names';
import type { Loss } from '../state/loss';
import { match } from '../state/match';
import { recoveryDialectOf } from './dialect';
import { conditionFor, evidenceOf, type Key, mostRows, type TableEvidence } from './evidence';
import { type AnswerRow, answerTo, listOf, type Probe } from './probe';
import { type RecoverySituation, sqlStep } from './situation';

/** Rows that went from a table which is still there, and lie in other ones now. */
export interface MovedRows {
  readonly original: Table;
  readonly keys: readonly Key[];
  readonly steps: readonly RecoveryStep[];
}

/** What a change of the schema makes room for, and where its values lie meanwhile. */
export interface Refill {
  readonly loss: Loss;
  readonly steps: readonly RecoveryStep[];
}

/** Data of before that is gone from its place and lies in another table: to split a table or to archive rows is to move them. */
export interface KeptElsewhere {
  readonly moved: readonly MovedRows[];
  readonly refills: readonly Refill[];
  /** Keys (`schema.table`) of the tables that changes of the schema are filled from: they must not go before. Moved rows are back by then. */
  readonly sources: ReadonlySet<string>;
}

export const nothingKept: KeptElsewhere = { moved: [], refills: [], sources: new Set() };

/** A table of before that misses rows, columns or itself. */
interface Gap {
  readonly original: Table;
  /** As it is now; undefined where it was dropped. */
  readonly table: Table | undefined;
  readonly columns: readonly string[];
}

const keyOf = (table: Table) => table.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];

const ownColumns = (table: Table) => table.columns.filter(({ generated }) => generated === undefined).map(({ name }) => name);

const countIn = (state: State, table: Table) => state.data.find((data) => data.table === relationKey(table))?.rowCount ?? 0;

const isReadable = (count: number) => count > 0 && count <= mostRows;

function gapsOf({ before, partial }: RecoverySituation): Gap[] {
  const { pairs, removed } = match(before.catalog.tables, partial.catalog.tables, relationKey);
  const gaps = [
    ...removed.map((original): Gap => ({ original, table: undefined, columns: [] })),
    ...pairs.flatMap(([original, table]): Gap[] => {
      const gone = match(original.columns, table.columns, ({ name }) => name, original.identity === table.identity).removed;
      const columns = gone.filter(({ generated }) => generated === undefined).map(({ name }) => name);
      return columns.length > 0 || countIn(partial, table) < countIn(before, original) ? [{ original, table, columns }] : [];
    }),
  ];
  return gaps.filter(({ original }) => original.kind === 'table' && keyOf(original).length > 0 && isReadable(countIn(before, original)));
}

/** Tables that may hold what is missing: those that are new, or have other rows than before. */
function placesOf({ before, partial }: RecoverySituation, { original, table, columns }: Gap): Table[] {
  const rows = new Map(before.data.map((data) => [data.table, data.rowsHash]));
  const key = keyOf(original);
  return partial.catalog.tables.filter((place) => {
    if (place === table || place.kind !== 'table' || !isReadable(countIn(partial, place))) return false;
    if (rows.get(relationKey(place)) === partial.data.find((data) => data.table === relationKey(place))?.rowsHash) return false;
    const names = new Set(place.columns.map(({ name }) => name));
    const holdsRows =
      key.every((name) => names.has(name)) && ownColumns(original).every((name) => names.has(name) || columns.includes(name));
    return holdsRows || columns.some((name) => names.has(name));
  });
}

const probeOf = (situation: RecoverySituation, database: Probe['database'], table: Table, key: readonly string[]): Probe => ({
  database,
  text: recoveryDialectOf(situation.plan.engine).rows.read(table, key, mostRows),
});

/** What has to be asked so that `keptElsewhere` can answer. */
export function keptElsewhereProbes(situation: RecoverySituation): Probe[] {
  return gapsOf(situation).flatMap((gap) => {
    const places = placesOf(situation, gap);
    if (places.length === 0) return [];
    return [
      probeOf(situation, 'before', gap.original, keyOf(gap.original)),
      ...places.map((place) => probeOf(situation, 'partial', place, [])),
    ];
  });
}

type Row = ReadonlyMap<string, string | null>;

/** Rows by their columns. */
function rowsOf(table: Table, answer: readonly AnswerRow[] | undefined): readonly Row[] {
  const names = table.columns.map(({ name }) => name);
  return (answer ?? []).map((row) => {
    const values = listOf(row.values);
    return new Map(names.map((name, place) => [name, values[place] ?? null]));
  });
}

const textOf = (row: Row, columns: readonly string[]) => JSON.stringify(columns.map((name) => row.get(name) ?? null));

/** Finds what is gone from its place and was kept in another table, and the statements that put it back. */
export function keptElsewhere(situation: RecoverySituation): KeptElsewhere {
  const { answers } = situation;
  if (answers === undefined) return nothingKept;
  const evidence = new Map(evidenceOf(situation).map((entry) => [relationKey(entry.original), entry]));
  const sources = new Set<string>();
  const moved: MovedRows[] = [];
  const refills: Refill[] = [];
  for (const gap of gapsOf(situation)) {
    const rows = rowsOf(gap.original, answerTo(answers, probeOf(situation, 'before', gap.original, keyOf(gap.original))));
    const places = placesOf(situation, gap).map(
      (place): Place => ({
        table: place,
        rows: rowsOf(place, answerTo(answers, probeOf(situation, 'partial', place, []))),
      }),
    );
    const found = new Finder(situation, gap, rows, places);
    const compared = evidence.get(relationKey(gap.original));
    if (gap.table === undefined) refills.push(...found.wholeTable());
    else if (compared !== undefined && !compared.rekeyed && compared.removed.length > 0) moved.push(...found.rows(compared));
    refills.push(...gap.columns.flatMap((column) => found.column(column)));
    for (const key of found.used) sources.add(key);
  }
  return { moved, refills, sources };
}

interface Place {
  readonly table: Table;
  readonly rows: readonly Row[];
}

/** Looks for what one table misses. */
class Finder {
  readonly used = new Set<string>();
  private readonly key: readonly string[];

  constructor(
    private readonly situation: RecoverySituation,
    private readonly gap: Gap,
    private readonly before: readonly Row[],
    private readonly places: readonly Place[],
  ) {
    this.key = keyOf(gap.original);
  }

  /** All rows of a table that was dropped, from one other table. */
  wholeTable(): Refill[] {
    const { original } = this.gap;
    const columns = ownColumns(original);
    const wanted = new Set(this.before.map((row) => textOf(row, columns)));
    for (const { table, rows } of this.places) {
      const held = rows.filter((row) => wanted.has(textOf(row, columns)));
      if (held.length !== this.before.length || new Set(held.map((row) => textOf(row, columns))).size !== wanted.size) continue;
      const copy = this.copy(table, rows, held, columns, original);
      if (copy === undefined) continue;
      this.used.add(relationKey(table));
      const { numbersAgain } = recoveryDialectOf(this.situation.plan.engine);
      const step = sqlStep(
        `Fill ${spoken(original)} from ${spoken(table)}`,
        `${spoken(table)} holds all rows that ${spoken(original)} had before the migration.`,
        copy,
      );
      return [{ loss: { table: relationKey(original) }, steps: [step, ...numbersAgain(this.situation.before, original)] }];
    }
    return [];
  }

  /** Rows that were removed from a table that is still there, each from the first table that holds it as it was. */
  rows({ removed, table: now, original, columns: compared }: TableEvidence): MovedRows[] {
    const columns = compared.map(({ name }) => name).filter((name) => ownColumns(original).includes(name));
    const ids = (row: Row) => textOf(row, this.key);
    const missing = new Map(removed.map((key) => [JSON.stringify(key), key]));
    const steps: RecoveryStep[] = [];
    const keys: Key[] = [];
    const before = new Map(this.before.map((row) => [ids(row), row]));
    for (const { table, rows } of this.places) {
      const held = rows.filter((row) => {
        const old = missing.has(ids(row)) ? before.get(ids(row)) : undefined;
        return old !== undefined && columns.every((name) => row.get(name) === old.get(name));
      });
      const own = new Set(held.map(ids));
      const copy = own.size === 0 ? undefined : this.copy(table, rows, held, columns, now);
      if (copy === undefined) continue;
      steps.push(...this.detached(table, now), this.movedStep(own.size, table, now, copy));
      for (const id of own) {
        keys.push(missing.get(id) ?? []);
        missing.delete(id);
      }
    }
    return keys.length === 0 ? [] : [{ original, keys, steps }];
  }

  /** The values of a column that was dropped, from a table that has them beside the key. */
  column(name: string): Refill[] {
    const { original } = this.gap;
    const [key] = this.key;
    const filled = this.before.filter((row) => row.get(name) !== null);
    if (key === undefined || this.key.length !== 1 || filled.length === 0) return [];
    const { words, rows: rowWords } = recoveryDialectOf(this.situation.plan.engine);
    for (const { table, rows } of this.places) {
      if (!table.columns.some((column) => column.name === name)) continue;
      for (const other of table.columns) {
        if (other.name === name) continue;
        const values = new Map(rows.map((row) => [row.get(other.name) ?? null, row.get(name) ?? null]));
        if (values.size < rows.length || !filled.every((row) => values.get(row.get(key) ?? null) === row.get(name))) continue;
        this.used.add(relationKey(table));
        const { quoteIdentifier } = words;
        const keys = { own: quoteIdentifier(key), other: quoteIdentifier(other.name) };
        const text = rowWords.fillFrom(original, table, quoteIdentifier(name), keys);
        const why = `${spoken(table)} holds the values that ${spoken(original)}.${name} had before the migration.`;
        const step = sqlStep(`Fill ${spoken(original)}.${name} from ${spoken(table)}`, why, text);
        return [{ loss: { table: relationKey(original), columns: [name] }, steps: [step] }];
      }
    }
    return [];
  }

  /** INSERT of these rows of another table, once where it holds them twice; undefined where no condition tells them from its others. */
  private copy(place: Table, all: readonly Row[], held: readonly Row[], columns: readonly string[], into: Table): string | undefined {
    const { words } = recoveryDialectOf(this.situation.plan.engine);
    const keys = (rows: readonly Row[]): Key[] => rows.map((row) => this.key.map((name) => row.get(name) ?? ''));
    const typed = this.key.map((name) => ({ name, type: place.columns.find((column) => column.name === name)?.type ?? 'text' }));
    const condition = conditionFor({ key: typed, present: keys(all), words }, keys(held));
    const isTwice = new Set(keys(held).map((key) => JSON.stringify(key))).size < held.length;
    if (condition === undefined) return undefined;
    const names = columns.map(words.quoteIdentifier).join(', ');
    const overriding = into.columns.some(({ identityKind, name }) => identityKind === 'always' && columns.includes(name))
      ? ' OVERRIDING SYSTEM VALUE'
      : '';
    const where = condition === 'true' ? '' : ` WHERE ${condition}`;
    return `INSERT INTO ${words.sqlName(into)} (${names})${overriding}\nSELECT ${isTwice ? 'DISTINCT ' : ''}${names} FROM ${words.sqlName(place)}${where}`;
  }

  private movedStep(count: number, from: Table, to: Table, text: string): RecoveryStep {
    const rows = count === 1 ? '1 row' : `${count} rows`;
    return sqlStep(
      `Put ${rows} of ${spoken(from)} back into ${spoken(to)}`,
      `${spoken(from)} holds ${count === 1 ? 'it' : 'them'} as before the migration. Assumed: nobody else has written to ${spoken(from)} since.`,
      text,
    );
  }

  /** A default partition takes no rows for which another partition is attached. */
  private detached(place: Table, now: Table): RecoveryStep[] {
    const parent = place.partitionOf?.parent;
    if (parent === undefined || parent !== now.partitionOf?.parent) return [];
    const { words } = recoveryDialectOf(this.situation.plan.engine);
    const wasThere = this.situation.before.catalog.tables.some(({ identity }) => identity === place.identity);
    return wasThere
      ? []
      : [
          sqlStep(
            `Detach partition ${spoken(place)}`,
            `As long as it is attached, ${spoken(now)} takes none of its rows.`,
            `ALTER TABLE ${words.sqlNameOfKey(parent)} DETACH PARTITION ${words.sqlName(place)}`,
          ),
        ];
  }
}
