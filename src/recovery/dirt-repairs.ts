import type { Dirt } from '../faults/dirt/recipe';
import { type Catalog, relationKey, type Table } from '../model/catalog';
import { ownValue } from '../model/own-value';
import type { RecoveryStep } from '../model/simulation';
import { spoken } from '../rollback/names';
import type { RecoveryDialect } from './dialect';
import { postgresDialect } from './postgres/dialect';
import { type Repair, repairOf } from './repairs';
import type { Requirement } from './requirements';
import { sqlStep } from './situation';

/** What a row of a btree may hold, with room for other columns of the key (nbtree.h: a third of a page). */
const longestKey = 2000;

/**
 * The repair of rows whose trouble the statement does not name as a requirement: by what is known of the rows. Undefined where nothing tells
 * such rows from others. Names are those of `catalog`, in which the rows were put.
 */
export function repairOfDirt(
  { table: key, recipe }: Dirt,
  catalog: Catalog,
  dialect: RecoveryDialect = postgresDialect,
): Repair | undefined {
  const table = catalog.tables.find((candidate) => relationKey(candidate) === key);
  if (table === undefined) return undefined;
  const byRequirement = (requirement: Requirement) => repairOf(requirement, catalog, dialect);
  const unique = (keys: readonly string[]) => byRequirement({ kind: 'unique', table, keys, nullsNotDistinct: false });
  switch (recipe.kind) {
    case 'equal keys': {
      const { keys, predicate, nullsEqual } = recipe;
      return byRequirement({ kind: 'unique', table, keys, nullsNotDistinct: nullsEqual, ...(predicate !== undefined && { predicate }) });
    }
    case 'variant': {
      const column = dialect.words.quoteIdentifier(recipe.column);
      return unique([recipe.form === 'upper' ? `lower(${column})` : `btrim(${column})`]);
    }
    case 'condition false':
      return byRequirement({ kind: 'check', table, expression: recipe.expression });
    case 'null':
      return byRequirement({ kind: 'not null', table, column: recipe.column });
    case 'value':
      return valueRepair(table, recipe.column, recipe.value, dialect);
    case 'referring':
      return referringRepair(table, recipe, catalog, dialect);
    case 'conversion':
      return conversionRepair(table, recipe, catalog, dialect);
    case 'expression fails': {
      const [, column, type] = /^\(*"?([^"()]+?)"?::([a-z ]+)\)*$/i.exec(recipe.expression) ?? [];
      const known = table.columns.some(({ name }) => name === column);
      return column === undefined || type === undefined || !known ? undefined : byRequirement({ kind: 'cast', table, column, type });
    }
    case 'given':
      return givenRepair(table, recipe.values, dialect);
    case 'bound':
      return boundRepair(table, recipe, catalog, dialect);
    default:
      return undefined;
  }
}

function valueRepair(table: Table, name: string, value: string, dialect: RecoveryDialect): Repair {
  const { words, rows } = dialect;
  const column = words.quoteIdentifier(name);
  const where = `${spoken(table)}.${name}`;
  // A value that is an expression is the long text of the index; any other is a literal.
  if (value.startsWith('(SELECT')) {
    const condition = `octet_length(${rows.asText(`t.${column}`)}) > ${longestKey}`;
    return repair(table, dialect, condition, {
      title: `Shorten ${where} where it is too long for an index`,
      why: `An entry of a btree holds 2704 bytes. They keep their first ${longestKey / 4} characters. Index a hash of the column instead if the whole text matters.`,
      text: `UPDATE ${words.sqlName(table)} t SET ${column} = left(${column}, ${longestKey / 4}) WHERE ${condition}`,
      loses: `what stands behind the first ${longestKey / 4} characters in the longest values of ${where}`,
    });
  }
  const condition = `t.${column} = ${value}`;
  const canBeNull = table.columns.some((candidate) => candidate.name === name && !candidate.notNull);
  return repair(table, dialect, condition, {
    title: canBeNull ? `Take ${where} away where it is ${value}` : `Delete the rows whose ${where} is ${value}`,
    why: 'The statement can not compute with this value, and nothing says which it should be.',
    text: canBeNull ? `UPDATE ${words.sqlName(table)} t SET ${column} = NULL WHERE ${condition}` : rows.deleteWhere(table, condition),
    loses: canBeNull ? `values ${value} of ${where}` : `rows of ${spoken(table)} whose ${name} is ${value}`,
  });
}

/** Rows that refer to those which are to be deleted: they stay without the reference where that may be, else they go with them. */
function referringRepair(
  table: Table,
  recipe: Extract<Dirt['recipe'], { kind: 'referring' }>,
  catalog: Catalog,
  dialect: RecoveryDialect,
): Repair | undefined {
  const { words, rows } = dialect;
  const parent = catalog.tables.find((candidate) => relationKey(candidate) === recipe.parent);
  const [name] = recipe.columns;
  const constraint = table.constraints.find(
    ({ kind, references, columns }) => kind === 'foreign key' && references === recipe.parent && columns.join() === recipe.columns.join(),
  );
  const target = /REFERENCES [^(]*\(([^),]*)\)/.exec(constraint?.definition ?? '')?.[1];
  if (parent === undefined || name === undefined || target === undefined || recipe.columns.length > 1) return undefined;
  const column = words.quoteIdentifier(name);
  const gone = `SELECT ${target} FROM ${words.sqlName(parent)}${recipe.where === undefined ? '' : ` WHERE ${recipe.where}`}`;
  const condition = `t.${column} IN (${gone})`;
  const canBeNull = table.columns.some((candidate) => candidate.name === name && !candidate.notNull);
  return repair(table, dialect, condition, {
    title: canBeNull
      ? `Detach the rows of ${spoken(table)} from those that are deleted`
      : `Delete the rows of ${spoken(table)} that refer to those that are deleted`,
    why: 'Their foreign key keeps the rows that they refer to. Let them refer to other rows instead where these are known.',
    text: canBeNull ? `UPDATE ${words.sqlName(table)} t SET ${column} = NULL WHERE ${condition}` : rows.deleteWhere(table, condition),
    loses: canBeNull
      ? `references of ${spoken(table)}.${name} to rows of ${spoken(parent)} that are deleted`
      : `rows of ${spoken(table)} that refer to rows of ${spoken(parent)} which are deleted`,
  });
}

const wholeRanges: Readonly<Record<string, readonly [string, string]>> = {
  tinyint: ['-128', '127'],
  smallint: ['-32768', '32767'],
  mediumint: ['-8388608', '8388607'],
  int: ['-2147483648', '2147483647'],
  integer: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807'],
};
const numeric = /^(tinyint|smallint|mediumint|int|bigint|numeric|decimal|real|float|double)/;

/** Values that the new type has no room for: nothing where that may be, else the nearest that fits. Texts are a requirement of their own. */
function conversionRepair(
  table: Table,
  recipe: Extract<Dirt['recipe'], { kind: 'conversion' }>,
  catalog: Catalog,
  dialect: RecoveryDialect,
): Repair | undefined {
  const { words } = dialect;
  const old = table.columns.find(({ name }) => name === recipe.column);
  if (old === undefined) return undefined;
  const column = words.quoteIdentifier(recipe.column);
  const where = `${spoken(table)}.${recipe.column}`;
  const fitting = recipe.labels === undefined ? numericFit(old.type, recipe.type, column) : labelFit(recipe.labels, column, dialect);
  if (fitting === undefined) return repairOf({ kind: 'cast', table, column: recipe.column, type: recipe.type }, catalog, dialect);
  const value = old.notNull ? fitting.nearest : 'NULL';
  return repair(table, dialect, `NOT (${fitting.condition})`, {
    title: `Change the values of ${where} for which ${recipe.type} has no room`,
    why: old.notNull
      ? 'They become the nearest that fits. Put the value in its place that suits.'
      : 'They become NULL. Put the value in its place that suits.',
    text: `UPDATE ${words.sqlName(table)} t SET ${column} = ${value} WHERE NOT (${fitting.condition})`,
    loses: `values of ${where} that are no ${recipe.type}`,
  });
}

interface Fitting {
  readonly condition: string;
  readonly nearest: string;
}

function labelFit(labels: readonly string[], column: string, { words, rows }: RecoveryDialect): Fitting {
  const list = labels.map(words.quoteLiteral);
  return { condition: `t.${column} IS NULL OR ${rows.asText(`t.${column}`)} IN (${list.join(', ')})`, nearest: list[0] ?? "''" };
}

function numericFit(from: string, to: string, column: string): Fitting | undefined {
  if (!numeric.test(from)) return undefined;
  const range = ownValue(wholeRanges, to.replace(/\(\d+\)$/, '')) ?? decimalRange(to);
  if (range === undefined) return undefined;
  const [least, greatest] = range;
  return {
    condition: `t.${column} IS NULL OR t.${column} BETWEEN ${least} AND ${greatest}`,
    nearest: `greatest(least(t.${column}, ${greatest}), ${least})`,
  };
}

function decimalRange(type: string): readonly [string, string] | undefined {
  const [, precision, scale = '0'] = /^(?:numeric|decimal)\((\d+)(?:,\s*(\d+))?\)/.exec(type) ?? [];
  if (precision === undefined) return undefined;
  const [whole, decimals] = [Number(precision) - Number(scale), Number(scale)];
  const greatest = `${'9'.repeat(Math.max(whole, 0)) || '0'}${decimals === 0 ? '' : `.${'9'.repeat(decimals)}`}`;
  return [`-${greatest}`, greatest];
}

/** The row that has the key already gives way to the migration's. */
function givenRepair(
  table: Table,
  values: readonly { readonly column: string; readonly value: string }[],
  dialect: RecoveryDialect,
): Repair {
  const { words: names, rows } = dialect;
  const condition = values.map(({ column, value }) => `t.${names.quoteIdentifier(column)} = ${value}`).join(' AND ');
  const words = values.map(({ column, value }) => `${column} = ${value}`).join(' and ');
  return repair(table, dialect, condition, {
    title: `Delete the row of ${spoken(table)} with ${words}`,
    why: 'It has the key of a row that the migration inserts. Give it another key instead, or leave it and take the row out of the migration.',
    text: rows.deleteWhere(table, condition),
    loses: `the row of ${spoken(table)} with ${words} that was there before`,
  });
}

/** Rows that a new bound leaves out, or takes from the DEFAULT partition; told for one column, by its values. */
function boundRepair(
  table: Table,
  { parent, bound, side }: Extract<Dirt['recipe'], { kind: 'bound' }>,
  catalog: Catalog,
  dialect: RecoveryDialect,
): Repair | undefined {
  const { rows } = dialect;
  const key = catalog.tables.find((candidate) => relationKey(candidate) === parent)?.partitionKey;
  const [, column] = /^(?:RANGE|LIST) \(([^(),]+)\)$/.exec(key ?? '') ?? [];
  const inside = column === undefined ? undefined : boundCondition(column, bound);
  if (inside === undefined) return undefined;
  const condition = side === 'outside' ? `(${inside}) IS NOT TRUE` : inside;
  const words = side === 'outside' ? `are not ${bound}` : `belong to ${bound}`;
  return repair(table, dialect, condition, {
    title: `Delete the rows of ${spoken(table)} that ${words}`,
    why:
      side === 'outside'
        ? 'The partition can not hold them. Insert them into the partitioned table afterwards, where another partition takes them.'
        : 'They lie in the DEFAULT partition. Copy them first, and insert them again when the new partition is there.',
    text: rows.deleteWhere(table, condition),
    loses: `rows of ${spoken(table)} that ${words}`,
  });
}

function boundCondition(column: string, bound: string): string | undefined {
  const list = /^FOR VALUES IN \((.*)\)$/is.exec(bound.trim())?.[1];
  if (list !== undefined) return `t.${column} IN (${list})`;
  const [, from, to] = /^FOR VALUES FROM \(([^,]*)\) TO \(([^,]*)\)$/is.exec(bound.trim()) ?? [];
  if (from === undefined || to === undefined) return undefined;
  const low = /minvalue/i.test(from) ? [] : [`t.${column} >= ${from}`];
  const high = /maxvalue/i.test(to) ? [] : [`t.${column} < ${to}`];
  return [...low, ...high, 'true'].join(' AND ');
}

interface Change {
  readonly title: string;
  readonly why: string;
  readonly text: string;
  readonly loses: string;
}

function repair(table: Table, { words }: RecoveryDialect, condition: string, { title, why, text, loses }: Change): Repair {
  const look: RecoveryStep = {
    title: `Look at the rows of ${spoken(table)} that are in the way`,
    why: 'They are changed by the next step. Copy them to a table of their own first, or correct them by hand instead.',
    text: `SELECT t.* FROM ${words.sqlName(table)} t WHERE ${condition};`,
    language: 'text',
  };
  return { steps: [look, sqlStep(title, why, text)], loses, loss: [{ table: relationKey(table) }] };
}
