import type { InsertStmt, Node, UpdateStmt } from '@pgsql/types';
import { type Catalog, type Column, relationKey, type Table } from '../model/catalog';
import type { Statement } from '../model/migration';
import type { ObjectName, Operation } from '../model/operation';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { relationName } from '../parse/postgres/operations/names';
import { all, as, strings } from '../parse/postgres/operations/nodes';
import { statementTree } from '../parse/postgres/read';
import { holdsValueOf, leavesNoneOut } from '../schema/copied-values';
import { readSimpleWrite } from '../schema/simple-write';
import { type Change, change } from './change';
import { kindOfType } from './columns';
import { spoken, sqlName } from './names';
import { isNamed, writtenTables } from './rows';

/** Columns that the migration drops, after it has copied their values to where the rollback finds them. */
interface Copy {
  /** As it is before the migration. */
  readonly table: Table;
  /** What is dropped, and the expression that holds its values now, by the old names of the table. */
  readonly values: readonly { readonly column: Column; readonly from: string }[];
  /** FROM and WHERE of the UPDATE that brings them back. */
  readonly rest: string;
  /** Where the values lie, for people; the table itself where they lie beside. */
  readonly place: Table;
  /** Columns and tables of the migration that must not go before. */
  readonly sources: readonly { readonly table: Table; readonly column?: string }[];
  /** False where a row may have a value that the other table does not hold. */
  readonly isWhole: boolean;
}

/** Triggers that are there before and after, and would take the values' return for a change: `updated_at` stays as it was. */
function quieted(table: Table, now: Table): readonly string[] {
  return table.triggers
    .filter(({ identity, definition, enabled }) => {
      const same = now.triggers.find((trigger) => trigger.identity === identity);
      const fires = /\b(?:BEFORE|AFTER)\b[^(]*\bUPDATE\b(?!\s+OF\b)/i.test(definition);
      return fires && enabled === 'O' && same?.enabled === 'O' && same.definition === definition;
    })
    .map(({ name }) => name);
}

/**
 * Changes in which columns that come back are filled from where the migration copied them to: to another column, to a table that was split
 * off, or to one that is looked up. What holds the values goes after that instead of before.
 */
export function withCopiesBack(changes: readonly Change[], statements: readonly Statement[], before: Catalog, after: Catalog): Change[] {
  let result = [...changes];
  for (const copy of copiesOf(statements, before, after)) {
    const now = after.tables.find(({ identity }) => identity === copy.table.identity);
    result = withCopyBack(result, copy, now === undefined ? [] : quieted(copy.table, now));
  }
  return result;
}

function withCopyBack(
  changes: readonly Change[],
  { table, values, rest, place, sources, isWhole }: Copy,
  triggers: readonly string[],
): Change[] {
  const key = relationKey(table);
  const filled = values.filter(({ column }) => changes.some((step) => isLossOf(step, key, column.name)));
  if (filled.length === 0) return [...changes];
  const names = filled.map(({ column }) => column.name);
  const isFilled = (step: Change) => names.some((name) => isLossOf(step, key, name));
  const isKept = ({ text }: Change) =>
    sources.some((source) =>
      source.column === undefined
        ? text === `DROP TABLE ${sqlName(source.table)};`
        : text === `ALTER TABLE ${sqlName(source.table)} DROP COLUMN ${quoteIdentifier(source.column)};`,
    );
  const isRestored = (step: Change) =>
    isWhole && step.kind === 'restore values' && step.needs?.table === key && step.needs.columns.every((name) => names.includes(name));
  const last = changes.findLastIndex(isFilled);
  const where = place === table ? 'other columns' : spoken(place);
  const fill = change(
    'fill columns',
    `Fill ${names.map((name) => `${spoken(table)}.${name}`).join(', ')} from ${where}`,
    'The migration copied the values there before it dropped them.',
    `UPDATE ${sqlName(table)} SET ${filled.map(({ column, from }) => `${quoteIdentifier(column.name)} = ${from}`).join(', ')}${rest}`,
  );
  const switched = (word: 'Disable' | 'Enable') =>
    triggers.map((name) =>
      change(
        'enable trigger',
        `${word} trigger ${name} of ${spoken(table)}`,
        'The return of values is no change of rows.',
        `ALTER TABLE ${sqlName(table)} ${word.toUpperCase()} TRIGGER ${quoteIdentifier(name)}`,
      ),
    );
  const moves = (step: Change) => isKept(step) || isRestored(step);
  const stays = (step: Change) => !moves(step);
  return [
    ...changes
      .slice(0, last + 1)
      .filter(stays)
      .map((step) => (isFilled(step) ? withoutLoss(step, isWhole ? undefined : where) : step)),
    ...switched('Disable'),
    fill,
    ...switched('Enable'),
    ...changes.filter(isRestored).map((step): Change => ({ ...step, kind: 'set not null' })),
    ...changes.filter(isKept),
    ...changes.slice(last + 1).filter(stays),
  ];
}

function isLossOf({ kind, loses }: Change, table: string, column: string): boolean {
  return kind === 'add column' && loses?.loss.table === table && loses.loss.columns?.join() === column;
}

/** @param where what does not hold all of the values; undefined where nothing is lost. */
function withoutLoss(step: Change, where: string | undefined): Change {
  const { loses, ...rest } = step;
  if (where === undefined || loses === undefined) return rest;
  return { ...rest, loses: { ...loses, text: loses.text.replace(': restore', ` that ${where} does not hold: restore`) } };
}

function copiesOf(statements: readonly Statement[], before: Catalog, after: Catalog): Copy[] {
  return before.tables.flatMap((table) => {
    const now = after.tables.find(({ identity }) => identity === table.identity);
    if (now === undefined || now.name !== table.name || now.schema !== table.schema || table.complete === false) return [];
    const lost = table.columns.filter(
      ({ identity, name, generated, inherited }) =>
        generated === undefined &&
        inherited !== true &&
        !now.columns.some((column) => column.identity === identity || column.name === name),
    );
    if (lost.length === 0) return [];
    return statements.flatMap((statement, place) => {
      const [operation, ...more] = statement.operations;
      if (operation === undefined || more.length > 0) return [];
      const [earlier, later] = [statements.slice(0, place), statements.slice(place + 1)];
      const situation = { table, now, lost, before, after, earlier, later };
      if (operation.kind === 'insert') return splitOff(statement, situation);
      if (operation.kind !== 'update' || !isNamed(operation.table, table)) return [];
      return [...beside(statement, operation.where, situation), ...lookedUp(statement, situation)];
    });
  });
}

interface Situation {
  readonly table: Table;
  readonly now: Table;
  readonly lost: readonly Column[];
  readonly before: Catalog;
  readonly after: Catalog;
  /** The statements in front of the copy, and behind it. */
  readonly earlier: readonly Statement[];
  readonly later: readonly Statement[];
}

/** `UPDATE t SET new = old`: the values lie beside. */
function beside(statement: Statement, where: string | undefined, { table, now, lost, later }: Situation): Copy[] {
  const write = readSimpleWrite(statement.sent);
  if (write === undefined) return [];
  const found = lost.flatMap((column) => {
    const copy = write.assignments.find(({ column: name, expression }) => {
      const type = typeOf(now, name);
      return type !== undefined && typeOf(table, name) === undefined && holdsValueOf(expression, column, type);
    });
    if (copy === undefined || !leavesNoneOut(where, column.name, copy.column)) return [];
    if (where !== undefined && column.default !== undefined) return [];
    if (isWrittenLater(later, table, [copy.column])) return [];
    return [{ column, source: copy.column, from: castTo(quoteIdentifier(copy.column), typeOf(now, copy.column), column.type) }];
  });
  if (found.length === 0) return [];
  const sources = found.map(({ source }) => ({ table, column: source }));
  return [{ table, values: found, rest: '', place: table, sources, isWhole: true }];
}

/** `INSERT INTO made (k, v) SELECT id, old FROM t`: the values lie in a table that was split off, each beside the key of its row. */
function splitOff(statement: Statement, situation: Situation): Copy[] {
  const { table, lost, earlier, later } = situation;
  const insert: InsertStmt | undefined = as(statementTree(statement.sent), 'InsertStmt');
  const select = as(insert?.selectStmt, 'SelectStmt');
  const made = insert?.relation && madeTable({ schema: insert.relation.schemaname, name: insert.relation.relname }, situation);
  const [source, ...others] = select?.fromClause ?? [];
  const from = as(source, 'RangeVar');
  if (made === undefined || select === undefined || from === undefined || others.length > 0) return [];
  // Rows that meet others there are left out.
  if (!isNamed(relationName(from), table) || insert?.onConflictClause !== undefined) return [];
  const { whereClause, distinctClause, groupClause, limitCount, valuesLists, larg } = select;
  if (whereClause ?? distinctClause ?? groupClause ?? limitCount ?? valuesLists ?? larg) return [];
  const listed = all(insert?.cols, 'ResTarget').map(({ name }) => name ?? '');
  const targets = listed.length > 0 ? listed : made.columns.map(({ name }) => name);
  const columns = new Map(
    all(select.targetList, 'ResTarget').flatMap(({ val }, place) => {
      const name = plainColumn(val);
      return name === undefined ? [] : [[name, targets[place] ?? ''] as const];
    }),
  );
  const key = table.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
  if (key.length === 0 || key.some((name) => lost.some((column) => column.name === name) || !columns.has(name))) return [];
  const values = lost.flatMap((column) => {
    const target = columns.get(column.name);
    const type = target === undefined ? undefined : typeOf(made, target);
    if (target === undefined || type === undefined || !holdsValueOf(quoteIdentifier(column.name), column, type)) return [];
    return [{ column, target, from: castTo(inTable(made, target), type, column.type) }];
  });
  if (values.length === 0 || isWrittenLater(later, made, [...columns.values()])) return [];
  // Rows that came from elsewhere may have the same keys.
  if ([...earlier, ...later].some(({ operations }) => operations.some((operation) => fills(operation, made)))) return [];
  const same = key.map((name) => `${inTable(made, columns.get(name) ?? '')} = ${inTable(table, name)}`).join(' AND ');
  const rest = ` FROM ${sqlName(made)} WHERE ${same}`;
  return [{ table, values, rest, place: made, sources: [{ table: made }], isWhole: true }];
}

/** `UPDATE t SET new = m.key FROM m WHERE m.v = t.old`: the values are looked up by what stands in their place. */
function lookedUp(statement: Statement, situation: Situation): Copy[] {
  const { table, now, lost, before, after, later } = situation;
  const update: UpdateStmt | undefined = as(statementTree(statement.sent), 'UpdateStmt');
  const [source, ...others] = update?.fromClause ?? [];
  const from = as(source, 'RangeVar');
  if (update === undefined || from === undefined || others.length > 0) return [];
  const place = after.tables.find((candidate) => isNamed(relationName(from), candidate));
  if (place === undefined || place.identity === table.identity) return [];
  const own = new Set([update.relation?.alias?.aliasname ?? update.relation?.relname ?? '']);
  const theirs = new Set([from.alias?.aliasname ?? from.relname ?? '']);
  const keys = all(update.targetList, 'ResTarget').flatMap(({ name, val }) => {
    const column = columnOf(val);
    const isNew = name !== undefined && typeOf(table, name) === undefined && typeOf(now, name) !== undefined;
    return column !== undefined && isNew && theirs.has(column.of ?? '') ? [{ own: name, other: column.name }] : [];
  });
  const isKey = place.constraints.some(
    ({ kind, columns }) =>
      (kind === 'primary key' || kind === 'unique') &&
      columns.length > 0 &&
      columns.every((name) => keys.some(({ other }) => other === name)),
  );
  if (keys.length === 0 || !isKey) return [];
  const equalities = equalitiesOf(update.whereClause);
  const values = (equalities ?? []).flatMap(([left, right]) => {
    const [mine, other] = own.has(left.of ?? '') || (left.of === undefined && theirs.has(right.of ?? '')) ? [left, right] : [right, left];
    const column = lost.find(({ name }) => name === mine.name);
    const type = typeOf(place, other.name);
    if (column === undefined || type === undefined || !theirs.has(other.of ?? '')) return [];
    return [{ column, from: castTo(inTable(place, other.name), type, column.type) }];
  });
  if (equalities === undefined || values.length !== equalities.length) return [];
  const columns = keys.map((key) => key.own);
  if (isWrittenLater(later, table, columns) || isWrittenLater(later, place, [])) return [];
  const same = keys.map((key) => `${inTable(place, key.other)} = ${inTable(table, key.own)}`).join(' AND ');
  const old = before.tables.find(({ identity }) => identity === place.identity);
  const sources = [
    ...columns.map((column) => ({ table, column })),
    ...(old === undefined ? [{ table: place }] : keys.map(({ other }) => ({ table: place, column: other }))),
  ];
  const isWhole = keys.every((key) => now.columns.some(({ name, notNull }) => name === key.own && notNull));
  return [{ table, values, rest: ` FROM ${sqlName(place)} WHERE ${same}`, place, sources, isWhole }];
}

interface NamedColumn {
  readonly of: string | undefined;
  readonly name: string;
}

/** `a = b AND c = d` of columns; undefined for every other condition. */
function equalitiesOf(condition: Node | undefined): (readonly [NamedColumn, NamedColumn])[] | undefined {
  const both = as(condition, 'BoolExpr');
  if (both !== undefined) {
    if (both.boolop !== 'AND_EXPR') return undefined;
    const parts = (both.args ?? []).map(equalitiesOf);
    return parts.includes(undefined) ? undefined : parts.flatMap((part) => part ?? []);
  }
  const comparison = as(condition, 'A_Expr');
  if (comparison?.kind !== 'AEXPR_OP' || strings(comparison.name).join() !== '=') return undefined;
  const [left, right] = [columnOf(comparison.lexpr), columnOf(comparison.rexpr)];
  return left === undefined || right === undefined ? undefined : [[left, right]];
}

/** A column, as it is or cast. */
function columnOf(node: Node | undefined): NamedColumn | undefined {
  const cast = as(node, 'TypeCast');
  if (cast !== undefined) return columnOf(cast.arg);
  const [name, of] = strings(as(node, 'ColumnRef')?.fields).reverse();
  return name === undefined ? undefined : { of, name };
}

function plainColumn(node: Node | undefined): string | undefined {
  return as(node, 'ColumnRef') === undefined ? undefined : columnOf(node)?.name;
}

/** A table of the migration's own that is there in the end. */
function madeTable(name: { readonly schema: string | undefined; readonly name: string | undefined }, { before, after }: Situation) {
  const wanted: ObjectName = { ...(name.schema !== undefined && { schema: name.schema }), name: name.name ?? '' };
  const found = after.tables.find((table) => isNamed(wanted, table));
  return found === undefined || before.tables.some(({ identity }) => identity === found.identity) ? undefined : found;
}

/** Do later statements of the migration change these columns of a table, or take rows from it? */
function isWrittenLater(later: readonly Statement[], table: Table, columns: readonly string[]): boolean {
  return later.some(({ operations }) =>
    operations.some((operation) => {
      if (operation.kind === 'insert' || !writtenTables(operation).some((name) => isNamed(name, table))) return false;
      return operation.kind !== 'update' || operation.columns.some((column) => columns.includes(column));
    }),
  );
}

function fills(operation: Operation, table: Table): boolean {
  if (operation.kind === 'create table') return operation.asQuery === true && isNamed(operation.table, table);
  const adds = operation.kind === 'insert' || operation.kind === 'copy' || operation.kind === 'merge';
  return adds && writtenTables(operation).some((name) => isNamed(name, table));
}

const inTable = (table: Table, column: string) => `${quoteIdentifier(table.name)}.${quoteIdentifier(column)}`;

const typeOf = ({ columns }: Table, column: string) => columns.find(({ name }) => name === column)?.type;

/** An assignment casts within a kind by itself; types of the user's own have no cast between one another, but their texts are the same. */
function castTo(expression: string, from: string | undefined, to: string): string {
  if (from === undefined || kindOfType(from) === kindOfType(to)) return expression;
  return kindOfType(from) === 'text' || kindOfType(to) === 'text' ? `${expression}::${to}` : `${expression}::text::${to}`;
}
