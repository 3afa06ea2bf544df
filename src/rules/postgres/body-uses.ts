import type { Node } from '@pgsql/types';
import type { Table } from '../../model/catalog';
import type { ObjectName } from '../../model/operation';
import type { Token } from '../../parse/postgres/lexer';
import { relationName } from '../../parse/postgres/operations/names';
import { all, as, type NodeOf, walk } from '../../parse/postgres/operations/nodes';
import { identifierOf } from '../../schema/definitions';
import { findTable, type SearchedCatalog } from '../../schema/lookup';
import { refersTo } from './column-references';
import type { RoutineBody } from './routine-body';

/** Does a body name this column: in its SQL, or as `users.email%TYPE`? What a record variable holds is not followed. */
export function usesColumn(body: RoutineBody, table: Table, column: string, catalog: SearchedCatalog): boolean {
  if (makesTable(body, table.name)) return false;
  const wanted = { table, column, withinStar: false };
  if (names(body, [table.name, '.', column, '%', 'type'])) return true;
  // Without the column the name means the variable, and the call goes on.
  if (body.variables.has(column) && !names(body, ['.', column])) return false;
  return body.statements.some((statement) => {
    const writes = isTarget(statement, table, catalog) && writtenColumns(statement).includes(column);
    return writes || asQueries(statement).some((query) => refersTo(query, wanted, catalog));
  });
}

/** Does a body look first whether something is there, or go on when it is not? One that sets the search path may mean anything. */
export function isCautious({ text, tokens }: RoutineBody): boolean {
  return (
    /'(?:42703|42P01|42883|42704|search_path)'/i.test(text) || tokens.some(({ word }) => cautiousWords.has(word)) || catchesAll(tokens)
  );
}

/** WHEN OTHERS, where no RAISE behind it fails after all. */
function catchesAll(tokens: readonly Token[]): boolean {
  const caught = tokens.findIndex(({ word }, position) => word === 'others' && tokens[position - 1]?.word === 'when');
  if (caught === -1) return false;
  return !tokens.some(({ word }, position) => {
    const next = tokens[position + 1];
    return (
      position > caught && word === 'raise' && (next === undefined || next.kind === 'string' || [';', 'exception'].includes(next.word))
    );
  });
}

const cautiousWords = new Set([
  'undefined_table',
  'undefined_column',
  'undefined_function',
  'undefined_object',
  'to_regclass',
  'information_schema',
  'pg_attribute',
  'pg_class',
  'pg_tables',
  'pg_type',
  'pg_proc',
  'search_path',
]);

/**
 * Does the body of a trigger's function name the column of the row, NEW.a or OLD.a, when this trigger runs it? Not known, and so not
 * said, where it asks for the table, for arguments, whether the row has such a column, or for a kind of change that is not this trigger's.
 */
export function usesColumnOfRow(body: RoutineBody, column: string, trigger: string): boolean {
  const { text, tokens } = body;
  if (tokens.some(({ word }) => /^tg_(?:table|rel|argv|name)/.test(word))) return false;
  if (tokens.some(({ word }) => rowAsDocument.has(word)) && text.includes(`'${column}'`)) return false;
  const events = /\b(?:before|after|instead\s+of)\b(.*?)\bon\b/is.exec(trigger)?.[1]?.toLowerCase() ?? '';
  const asksFor = (event: string) => new RegExp(`'${event}'`, 'i').test(text);
  const isOthers = (event: string) => !events.includes(event) && asksFor(event);
  if (tokens.some(({ word }) => word === 'tg_op') && ['insert', 'update', 'delete'].some(isOthers)) return false;
  return names(body, ['new', '.', column]) || names(body, ['old', '.', column]);
}

const rowAsDocument = new Set(['to_json', 'to_jsonb', 'row_to_json', 'hstore']);

/** Does it make a table of this name for itself, also in a text that it executes? */
function makesTable({ text }: RoutineBody, name: string): boolean {
  const quoted = `(?:pg_temp\\s*\\.\\s*)?"?${name.replaceAll(/\W/g, '\\$&')}"?(?![\\w$])`;
  const made = `\\bcreate\\s+(?:(?:local|global)\\s+)?(?:(?:temp|temporary|unlogged)\\s+)?table\\s+(?:if\\s+not\\s+exists\\s+)?${quoted}`;
  return new RegExp(`${made}|\\binto\\s+(?:temp|temporary)\\s+(?:table\\s+)?${quoted}`, 'i').test(text);
}

/** Does a body read or write the relation of this identity, or declare a row of it? */
export function usesRelation(body: RoutineBody, isMeant: (name: ObjectName) => boolean, name: string): boolean {
  if (names(body, [name, '%', 'rowtype']) && isMeant({ name })) return true;
  if (makesTable(body, name) || names(body, ['table', name]) || names(body, ['exists', name])) return false;
  return body.statements.some((statement) => {
    const queries = new Set<string>();
    const relations: ObjectName[] = targetOf(statement);
    walk(statement, (kind, content) => {
      if (kind === 'CommonTableExpr') queries.add((content as NodeOf<'CommonTableExpr'>).ctename ?? '');
      if (kind === 'RangeVar') relations.push(relationName(content as NodeOf<'RangeVar'>));
    });
    return relations.some((relation) => (relation.schema !== undefined || !queries.has(relation.name)) && isMeant(relation));
  });
}

/** What stands before a name and its parenthesis where that is no call. */
const noCall = new Set(['into', 'with', 'table', 'index', 'as', 'update', 'recursive', ',']);

/** Does a body call a function of this name? `schema`: where it is. */
export function callsFunction(body: RoutineBody, { schema, name }: { readonly schema: string; readonly name: string }): boolean {
  const { text, tokens } = body;
  return tokens.some((token, position) => {
    if (identifierOf(text, token) !== name || tokens[position + 1]?.word !== '(') return false;
    const before = tokens[position - 1];
    if (before?.word === '.') return nameAt(text, tokens[position - 2]) === schema;
    return before === undefined || !noCall.has(before.word) || (before.word === ',' && !isQueryName(tokens, position));
  });
}

/** `name (a, b) AS (`: a further query of a WITH. */
function isQueryName(tokens: readonly Token[], position: number): boolean {
  let depth = 0;
  for (let index = position + 1; index < tokens.length; index++) {
    if (tokens[index]?.word === '(') depth++;
    if (tokens[index]?.word === ')' && --depth === 0) return tokens[index + 1]?.word === 'as';
  }
  return false;
}

/** Does a body cast to a type of this name, or declare a variable of it? */
export function usesType(body: RoutineBody, { schema, name }: { readonly schema: string; readonly name: string }): boolean {
  const { text, tokens } = body;
  return tokens.some((token, position) => {
    if (identifierOf(text, token) !== name) return false;
    const isQualified = tokens[position - 1]?.word === '.';
    if (isQualified && nameAt(text, tokens[position - 2]) !== schema) return false;
    const first = isQualified ? position - 2 : position;
    return tokens[first - 1]?.word === '::' || (body.language === 'plpgsql' && isDeclaration(body, first, position));
  });
}

/** `name [CONSTANT] type [[]] [NOT NULL] [:= value];` between DECLARE and BEGIN. */
function isDeclaration({ text, tokens, variables }: RoutineBody, first: number, last: number): boolean {
  const constant = tokens[first - 1]?.word === 'constant' ? 1 : 0;
  const variable = tokens[first - 1 - constant];
  const before = tokens[first - 2 - constant]?.word;
  const next = tokens[last + 1]?.word ?? '';
  return (
    variable !== undefined &&
    variables.has(identifierOf(text, variable) ?? '') &&
    (before === ';' || before === 'declare') &&
    [';', ':=', ':', '=', 'not', 'default', '['].includes(next)
  );
}

function nameAt(text: string, token: Token | undefined): string | undefined {
  return token === undefined ? undefined : identifierOf(text, token);
}

/** Do these words and names stand one behind the other? A quoted name is compared as it is. */
function names({ text, tokens }: RoutineBody, wanted: readonly string[]): boolean {
  return tokens.some((_, start) =>
    wanted.every((word, ahead) => {
      const token = tokens[start + ahead];
      return token !== undefined && (identifierOf(text, token) ?? token.word) === word;
    }),
  );
}

interface Write {
  readonly relation?: NodeOf<'RangeVar'>;
}

function writeOf(statement: Node): Write | undefined {
  return as(statement, 'InsertStmt') ?? as(statement, 'UpdateStmt') ?? as(statement, 'DeleteStmt') ?? as(statement, 'MergeStmt');
}

function targetOf(statement: Node): ObjectName[] {
  const relation = writeOf(statement)?.relation;
  return relation === undefined ? [] : [relationName(relation)];
}

function isTarget(statement: Node, table: Table, catalog: SearchedCatalog): boolean {
  return targetOf(statement).some((name) => findTable(catalog, name)?.identity === table.identity);
}

function writtenColumns(statement: Node): readonly string[] {
  const insert = as(statement, 'InsertStmt');
  const lists = [insert?.cols, insert?.onConflictClause?.targetList, as(statement, 'UpdateStmt')?.targetList];
  return lists.flatMap((list) => all(list, 'ResTarget').flatMap(({ name }) => name ?? []));
}

/** A write as queries whose FROM holds what its names can mean, which is what the search for columns follows. */
function asQueries(statement: Node): readonly Node[] {
  const insert = as(statement, 'InsertStmt');
  const update = as(statement, 'UpdateStmt');
  const remove = as(statement, 'DeleteStmt');
  const relation = writeOf(statement)?.relation;
  if (relation === undefined) return [statement];
  const own: Node = { RangeVar: relation };
  const query = (
    from: readonly Node[],
    targets: readonly Node[],
    where: Node | undefined,
    ctes: NodeOf<'WithClause'> | undefined,
  ): Node => ({
    SelectStmt: {
      targetList: [...targets],
      fromClause: [own, ...from],
      ...(where !== undefined && { whereClause: where }),
      ...(ctes !== undefined && { withClause: ctes }),
    },
  });
  if (insert !== undefined) {
    const { selectStmt, returningClause, onConflictClause, withClause } = insert;
    const conflict = [...(onConflictClause?.targetList ?? []), ...(onConflictClause?.infer?.indexElems ?? []).map(columnOf)];
    return [
      ...(selectStmt === undefined ? [] : [selectStmt]),
      query([], [...(returningClause?.exprs ?? []), ...conflict], onConflictClause?.whereClause, withClause),
    ];
  }
  if (update !== undefined)
    return [
      query(
        update.fromClause ?? [],
        [...(update.targetList ?? []), ...(update.returningClause?.exprs ?? [])],
        update.whereClause,
        update.withClause,
      ),
    ];
  if (remove !== undefined)
    return [query(remove.usingClause ?? [], remove.returningClause?.exprs ?? [], remove.whereClause, remove.withClause)];
  return [];
}

/** A column of ON CONFLICT, as a reference to it. */
function columnOf(element: Node): Node {
  const name = as(element, 'IndexElem')?.name;
  return name === undefined ? element : { ResTarget: { val: { ColumnRef: { fields: [{ String: { sval: name } }] } } } };
}
