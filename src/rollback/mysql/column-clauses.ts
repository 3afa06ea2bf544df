import type { Column, Table } from '../../model/catalog';
import type { Engine } from '../../model/engine';
import { quoteIdentifier } from '../../parse/mysql/identifiers';
import { narrowing } from '../../plan/mysql/narrowing';
import { columnLine } from '../../schema/mysql/show-create';
import { canonical } from '../../state/canonical';
import { match } from '../../state/match';
import { effectiveCollation, namesOneOf, optionOf, renamedIn } from './names';

/** A table as it is and as it is to be, under its name of then. */
export interface MysqlPair {
  readonly from: Table;
  readonly to: Table;
}

export interface ColumnPlan {
  /** Parts of an ALTER TABLE, in the order in which the server may read them. */
  readonly clauses: readonly string[];
  /** Names that go, come, and are given otherwise (from old to new). */
  readonly dropped: readonly Column[];
  readonly added: readonly Column[];
  readonly renamed: ReadonlyMap<string, string>;
  /** Names (of the target) whose type or collation changes: foreign keys on them are in the way. */
  readonly retyped: ReadonlySet<string>;
  /** Names of the target that are made anew though there is one of that name: generated ones, and those of which another has the name. */
  readonly remade: ReadonlySet<string>;
  /** Columns that come back without their values, or whose values were written over, and wait with NOT NULL until these are there. */
  readonly waiting: readonly Column[];
  /** Columns whose values were written over, and whose old type may not hold the new ones. */
  readonly narrower: readonly Column[];
}

/**
 * What turns the columns of a table into those of another, their order included.
 * @param written names of columns whose values were written over: some may be NULL.
 * @param isExchanged whether another column stands in the place of this one of the target: it goes, and this one is added without its values.
 */
export function planColumns(
  { from, to }: MysqlPair,
  engine: Engine,
  isEmpty: boolean,
  written: ReadonlySet<string>,
  isExchanged: (column: Column) => boolean,
): ColumnPlan {
  const byName = match(from.columns, to.columns, (column) => column.name.toLowerCase(), from.identity === to.identity);
  const exchanged = byName.pairs.filter(([, b]) => isExchanged(b));
  const matched = {
    pairs: byName.pairs.filter(([, b]) => !isExchanged(b)),
    removed: [...byName.removed, ...exchanged.map(([a]) => a)],
    added: [...byName.added, ...exchanged.map(([, b]) => b)],
  };
  const renamed = new Map(matched.pairs.filter(([a, b]) => a.name !== b.name).map(([a, b]) => [a.name, b.name]));
  const isRemade = ([a, b]: readonly [Column, Column]) => mustBeRemade(a, b, renamed);
  const kept = matched.pairs.filter((pair) => !isRemade(pair));
  const remade = matched.pairs.filter(isRemade);
  const added = [...matched.added, ...remade.map(([, b]) => b)];
  const mayBeNull = kept.filter(([a, b]) => !a.notNull && b.notNull && written.has(b.name) && b.generated === undefined);
  const narrower = isEmpty ? [] : kept.filter(([a, b]) => written.has(b.name) && isNarrower(a, b, engine));
  const waiting = isEmpty ? [] : [...matched.added.filter((column) => waitsForValues(column, to)), ...mayBeNull.map(([, b]) => b)];
  const order = placesOf(from, to, kept);
  const clauses = [
    ...[...matched.removed, ...remade.map(([a]) => a)].map((column) => `DROP COLUMN ${quoteIdentifier(column.name)}`),
    ...to.columns.flatMap((column) => {
      const old = kept.find(([, b]) => b === column)?.[0];
      const place = order.get(column.name) ?? '';
      const isWide = narrower.some(([, b]) => b === column);
      const nullable = waiting.includes(column) ? { ...column, notNull: false } : column;
      const wanted = isWide && old !== undefined ? { ...nullable, type: old.type } : nullable;
      const line = columnLine(explicit(wanted, from, to), engine);
      if (old === undefined) return [`ADD COLUMN ${line}${place}`];
      const isSame = place === '' && sameColumn(old, wanted, from, to, renamed);
      if (isSame && old.name === column.name) return [];
      if (isSame) return [`RENAME COLUMN ${quoteIdentifier(old.name)} TO ${quoteIdentifier(column.name)}`];
      return [old.name === column.name ? `MODIFY COLUMN ${line}${place}` : `CHANGE COLUMN ${quoteIdentifier(old.name)} ${line}${place}`];
    }),
  ];
  const retyped = kept.filter(([a, b]) => isRetyped(a, b, from, to)).map(([, b]) => b.name);
  return {
    clauses,
    dropped: matched.removed,
    added,
    renamed,
    retyped: new Set(retyped),
    remade: new Set([...remade, ...exchanged].map(([, b]) => b.name)),
    waiting: waiting.filter((column) => !narrower.some(([, b]) => b === column)),
    narrower: narrower.map(([, b]) => b),
  };
}

/** Does the server refuse values of the one type that the other does not hold? What it cuts or rounds without a word is told as lost. */
function isNarrower(from: Column, to: Column, engine: Engine): boolean {
  if (from.generated !== undefined || to.generated !== undefined || from.type === undefined || to.type === undefined) return false;
  return (narrowing(from.type, to.type, engine.name === 'mariadb' ? 'mariadb' : 'mysql')?.codes.length ?? 0) > 0;
}

/** Its collation is said where the table's own changes with it: the ALTER could else take the other one. */
function explicit(column: Column, from: Table, to: Table): Column {
  if (optionOf(from, 'collate') === optionOf(to, 'collate')) return column;
  const collation = effectiveCollation(column, to);
  return collation === undefined ? column : { ...column, collation };
}

/** NOT NULL without a default has no value to give to the rows that are there, and zeros would be taken for values. */
function waitsForValues(column: Column, table: Table): boolean {
  const isKey = table.constraints.some(({ kind, columns }) => kind === 'primary key' && columns.includes(column.name));
  const { notNull, generated, identityKind } = column;
  return notNull && column.default === undefined && generated === undefined && identityKind === undefined && !isKey;
}

/** A column that is computed can't become a virtual one or cease to be it by MODIFY (manual, ALTER TABLE and Generated Columns). */
function mustBeRemade(from: Column, to: Column, renamed: ReadonlyMap<string, string>): boolean {
  const [a, b] = [from.generated, to.generated];
  if (a === undefined && b === undefined) return false;
  if (a === undefined || b === undefined) return b !== undefined || a?.kind === 'virtual';
  return a.kind !== b.kind || namesOneOf(a.expression, renamed.keys());
}

function isRetyped(a: Column, b: Column, from: Table, to: Table): boolean {
  return a.type !== b.type || effectiveCollation(a, from) !== effectiveCollation(b, to);
}

function sameColumn(a: Column, b: Column, from: Table, to: Table, renamed: ReadonlyMap<string, string>): boolean {
  const comparable = ({ identity: _, name: __, collation: ___, ...rest }: Column) => canonical(rest);
  const expressions = (column: Column, names: ReadonlyMap<string, string>): Column => ({
    ...column,
    ...(column.default !== undefined && { default: renamedIn(column.default, names) }),
    ...(column.check !== undefined && { check: renamedIn(column.check, names) }),
    ...(column.generated !== undefined && {
      generated: { ...column.generated, expression: renamedIn(column.generated.expression, names) },
    }),
  });
  return !isRetyped(a, b, from, to) && comparable(expressions(a, renamed)) === comparable(expressions(b, new Map()));
}

/**
 * Where each column has to be put: ` FIRST`, ` AFTER x`, or nothing where it stands right by itself. As few as possible are moved: the rest
 * is the longest run that already has the right order.
 */
function placesOf(from: Table, to: Table, kept: readonly (readonly [Column, Column])[]): ReadonlyMap<string, string> {
  const target = to.columns.map(({ name }) => name);
  const now = from.columns.flatMap((column) => kept.find(([a]) => a === column)?.[1].name ?? []);
  const staying = new Set(longestIncreasing(now.map((name) => target.indexOf(name))).map((place) => target[place] ?? ''));
  const places = new Map<string, string>();
  const someMove = now.length > staying.size;
  for (const [position, name] of target.entries()) {
    if (staying.has(name)) continue;
    const isLast = target.slice(position).every((later) => !staying.has(later));
    if (isLast && !someMove && !now.includes(name)) continue;
    const previous = target[position - 1];
    places.set(name, previous === undefined ? ' FIRST' : ` AFTER ${quoteIdentifier(previous)}`);
  }
  return places;
}

function longestIncreasing(numbers: readonly number[]): number[] {
  const best: number[][] = [];
  for (const number of numbers) {
    let longest: number[] = [];
    for (const run of best) if ((run.at(-1) ?? -1) < number && run.length > longest.length) longest = run;
    best.push([...longest, number]);
  }
  return best.reduce((a, b) => (b.length > a.length ? b : a), []);
}
