import { relationKey, type Table, type TypeObject } from '../model/catalog';
import type { State } from '../model/state';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import type { SqlWords } from '../rollback/dialect';
import { sqlName } from '../rollback/names';
import { match } from '../state/match';
import { type RecoveryDialect, recoveryDialectOf } from './dialect';
import { literalOf } from './literal';
import { type AnswerRow, answerTo, listOf, type Probe } from './probe';
import type { RecoverySituation } from './situation';

/** Tables with more rows are not read row by row: what was done to them is told by statements and hashes alone. */
export const mostRows = 5_000;

/** A row's primary key, as texts. */
export type Key = readonly string[];

export interface ChangedValue {
  readonly key: Key;
  readonly old: string | null;
  readonly now: string | null;
}

/** One column of a table that was there before and is there now. */
export interface ColumnEvidence {
  /** As it is called now. */
  readonly name: string;
  readonly type: string;
  readonly retyped: boolean;
  /** Rows that are in both states with another value in this column. */
  readonly changed: readonly ChangedValue[];
  /** Its values in rows that did not change, without repetition. */
  readonly unchanged: ReadonlySet<string | null>;
}

/** What happened to the rows of one table, row by row. Only for tables with a primary key that are small enough. */
export interface TableEvidence {
  /** How its names and values are written. */
  readonly words: SqlWords;
  /** As it is now. */
  readonly table: Table;
  readonly original: Table;
  /** Names of the key's columns as they are now, with their types. */
  readonly key: readonly { readonly name: string; readonly type: string }[];
  readonly added: readonly Key[];
  readonly removed: readonly Key[];
  /** Rows came that are those which went, under other keys: the key itself was written. */
  readonly rekeyed: boolean;
  /** Keys of all rows that are there now. */
  readonly present: readonly Key[];
  readonly columns: readonly ColumnEvidence[];
  /** Values of columns by key, as texts, to compare columns with one another. */
  readonly valuesBefore: (column: string) => ReadonlyMap<string, string | null>;
  readonly valuesNow: (column: string) => ReadonlyMap<string, string | null>;
  /** Rows now, by all their values. */
  readonly rowsNow: ReadonlyMap<string, readonly (string | null)[]>;
}

interface Pair {
  readonly original: Table;
  readonly table: Table;
}

/** Tables of both states whose rows may differ, and that can be read row by row. */
function readablePairs(before: State, partial: State): Pair[] {
  const rows = (state: State, table: Table) => state.data.find((data) => data.table === relationKey(table));
  return match(before.catalog.tables, partial.catalog.tables, relationKey)
    .pairs.map(([original, table]) => ({ original, table }))
    .filter(({ original, table }) => {
      const [then, now] = [rows(before, original), rows(partial, table)];
      if (then === undefined || now === undefined || then.rowsHash === now.rowsHash) return false;
      if (Math.max(then.rowCount, now.rowCount) > mostRows) return false;
      return (
        keyPairs({ original, table }).length > 0 &&
        mayDiffer({ original, table }, then.columnHashes, now.columnHashes, then.rowCount !== now.rowCount)
      );
    });
}

const columnPairs = ({ original, table }: Pair) =>
  match(original.columns, table.columns, (column) => column.name, original.identity === table.identity);

/** A column that was only added is no reason to read the rows. */
function mayDiffer(
  pair: Pair,
  then: Readonly<Record<string, string>> | undefined,
  now: Readonly<Record<string, string>> | undefined,
  countsDiffer: boolean,
): boolean {
  const { pairs, removed, added } = columnPairs(pair);
  if (countsDiffer || (removed.length > 0 && added.length > 0)) return true;
  return pairs.some(([a, b]) => then?.[a.name] === undefined || then[a.name] !== now?.[b.name]);
}

/** The columns of the primary key of before, where they are still there. */
function keyPairs(pair: Pair) {
  const names = pair.original.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
  const { pairs } = columnPairs(pair);
  const found = names.flatMap((name) => pairs.filter(([a]) => a.name === name));
  return found.length === names.length ? found : [];
}

function probesOf(pair: Pair, { rows }: RecoveryDialect): { readonly before: Probe; readonly partial: Probe } {
  const key = keyPairs(pair);
  const read = (table: Table, names: readonly string[]) => rows.read(table, names, mostRows);
  return {
    before: {
      database: 'before',
      text: read(
        pair.original,
        key.map(([a]) => a.name),
      ),
    },
    partial: {
      database: 'partial',
      text: read(
        pair.table,
        key.map(([, b]) => b.name),
      ),
    },
  };
}

/** What has to be asked so that `evidenceOf` can answer. */
export function evidenceProbes({ before, partial, plan }: RecoverySituation): Probe[] {
  const dialect = recoveryDialectOf(plan.engine);
  return readablePairs(before, partial).flatMap((pair) => {
    const probes = probesOf(pair, dialect);
    return [probes.before, probes.partial];
  });
}

type Rows = ReadonlyMap<string, { readonly key: Key; readonly values: readonly (string | null)[] }>;

function rowsOf(answer: readonly AnswerRow[]): Rows {
  return new Map(
    answer.map((row) => {
      const [key, values] = [listOf(row.key) as Key, listOf(row.values)];
      return [JSON.stringify(key), { key, values }];
    }),
  );
}

/** Tables of which every row was compared. Empty where nothing was asked. */
export function evidenceOf(situation: RecoverySituation): TableEvidence[] {
  const { before, partial, answers, plan } = situation;
  if (answers === undefined) return [];
  const dialect = recoveryDialectOf(plan.engine);
  return readablePairs(before, partial).flatMap((pair) => {
    const probes = probesOf(pair, dialect);
    const [then, now] = [answerTo(answers, probes.before), answerTo(answers, probes.partial)];
    return then === undefined || now === undefined
      ? []
      : [compare(pair, rowsOf(then), withOldLabels(rowsOf(now), pair, situation), dialect, situation)];
  });
}

/** A value that follows a renamed label is the one that it was. */
function withOldLabels(rows: Rows, { table }: Pair, { oldLabels }: RecoverySituation): Rows {
  const labels = table.columns.map(({ type }) => oldLabels?.get(type));
  if (labels.every((known) => known === undefined)) return rows;
  const old = (value: string | null, place: number) => (value === null ? null : (labels[place]?.get(value) ?? value));
  return new Map([...rows].map(([id, row]) => [id, { ...row, values: row.values.map(old) }]));
}

/** The type's own definition is another one: what its values look like does not tell whether they are others. */
function isRemade(type: string, { before, partial }: RecoverySituation): boolean {
  const named = (candidate: TypeObject) => [sqlName(candidate), quoteIdentifier(candidate.name)].includes(type);
  const now = partial.catalog.types.find(named);
  const then = before.catalog.types.find(({ identity }) => identity === now?.identity);
  return now?.kind === 'composite' && then?.attributes?.join() !== now.attributes?.join();
}

function compare(pair: Pair, then: Rows, now: Rows, { words }: RecoveryDialect, situation: RecoverySituation): TableEvidence {
  const { original, table } = pair;
  const keysOf = (rows: Rows, others: Rows) => [...rows].filter(([id]) => !others.has(id)).map(([, row]) => row.key);
  const valuesOf = (rows: Rows, owner: Table) => {
    const known = new Map<string, ReadonlyMap<string, string | null>>();
    return (name: string) => {
      const place = owner.columns.findIndex((column) => column.name === name);
      const found = known.get(name) ?? new Map([...rows].map(([id, row]) => [id, row.values[place] ?? null]));
      known.set(name, found);
      return found;
    };
  };
  const [valuesBefore, valuesNow] = [valuesOf(then, original), valuesOf(now, table)];
  const columns = columnPairs(pair)
    .pairs.filter(([, b]) => b.generated === undefined)
    .map(([a, b]): ColumnEvidence => {
      const [olds, news] = [valuesBefore(a.name), valuesNow(b.name)];
      const both = [...now].filter(([id]) => olds.has(id));
      const differs = ([id]: (typeof both)[number]) => olds.get(id) !== news.get(id);
      return {
        name: b.name,
        type: b.type,
        retyped: a.type !== b.type || isRemade(b.type, situation),
        changed: both.filter(differs).map(([id, { key }]) => ({ key, old: olds.get(id) ?? null, now: news.get(id) ?? null })),
        unchanged: new Set(both.filter((entry) => !differs(entry)).map(([id]) => news.get(id) ?? null)),
      };
    });
  const [added, removed] = [keysOf(now, then), keysOf(then, now)];
  const keyNames = new Set(keyPairs(pair).map(([a]) => a.name));
  const compared = columnPairs(pair).pairs.filter(([a]) => !keyNames.has(a.name));
  const contents = (keys: readonly Key[], valuesIn: (column: string) => ReadonlyMap<string, string | null>, names: readonly string[]) =>
    keys.map((key) => JSON.stringify(names.map((name) => valuesIn(name).get(JSON.stringify(key)) ?? null)));
  const gone = new Set(
    contents(
      removed,
      valuesBefore,
      compared.map(([a]) => a.name),
    ),
  );
  return {
    words,
    table,
    original,
    rekeyed: contents(
      added,
      valuesNow,
      compared.map(([, b]) => b.name),
    ).some((content) => compared.length > 0 && gone.has(content)),
    key: keyPairs(pair).map(([, b]) => ({ name: b.name, type: b.type })),
    added,
    removed,
    present: [...now.values()].map(({ key }) => key),
    columns,
    valuesBefore,
    valuesNow,
    rowsNow: new Map([...now].map(([id, { values }]) => [id, values])),
  };
}

const numeric = /^(tinyint|smallint|mediumint|integer|int|bigint)(\(\d+\))?( unsigned)?$/;

/** Longer lists of keys are no longer something that a person reads. */
const longestList = 50;

/**
 * A condition that these rows meet, and no other that is there now: nothing where they are all, a range where they lie together, else a list of
 * keys. Undefined where the list would be too long.
 */
export function conditionFor(
  { key, present, words }: Pick<TableEvidence, 'key' | 'present' | 'words'>,
  keys: readonly Key[],
): string | undefined {
  if (keys.length === present.length) return 'true';
  const [single] = key;
  if (single !== undefined && key.length === 1 && numeric.test(single.type)) {
    const range = rangeOf(words.quoteIdentifier(single.name), keys.map(toNumber), present.map(toNumber));
    if (range !== undefined && keys.length > 2) return range;
  }
  if (keys.length > longestList) return undefined;
  const list = keys.map((values) => values.map((value, place) => literalOf(value, key[place]?.type ?? 'text', words)));
  const names = key.map(({ name }) => words.quoteIdentifier(name));
  if (single !== undefined && key.length === 1) return `${names.join()} IN (${list.map((values) => values.join()).join(', ')})`;
  return `(${names.join(', ')}) IN (${list.map((values) => `(${values.join(', ')})`).join(', ')})`;
}

const toNumber = ([value = '0']: Key) => BigInt(value);

function rangeOf(name: string, keys: readonly bigint[], present: readonly bigint[]): string | undefined {
  const least = keys.reduce((a, b) => (b < a ? b : a));
  const greatest = keys.reduce((a, b) => (b > a ? b : a));
  if (present.filter((value) => value >= least && value <= greatest).length !== keys.length) return undefined;
  const below = present.some((value) => value < least);
  const above = present.some((value) => value > greatest);
  if (!above && below) return `${name} >= ${least}`;
  return below ? `${name} BETWEEN ${least} AND ${greatest}` : `${name} <= ${greatest}`;
}
