import type { Node } from '@pgsql/types';
import type { ObjectName } from '../../../model/operation';
import { nameFromParts, relationName } from '../../../parse/postgres/operations/names';
import { all, as, kindOf, type NodeOf, strings } from '../../../parse/postgres/operations/nodes';
import { statementTree } from '../../../parse/postgres/read';
import { findNamed, findTable } from '../../../schema/lookup';
import type { Step } from '../../context';
import { rememberedPerStep } from '../../step-memory';
import { routineBody } from '../routine-body';
import { isPlainlyThere } from './plainly-there';
import { type Source, sourceOf, type UnknownName, unknownColumn, unknownNames } from './query-names';

/**
 * What begins and holds no such word has no name that is looked for here: reading a statement a second time costs as much as the first, and
 * most of them need not be.
 */
const worthReading: readonly (readonly [statement: RegExp, word: RegExp])[] = [
  [/^\s*(?:select|with|update|delete|comment\s+on\s+column|grant|alter\s+policy)\b/i, /\S/],
  [/^\s*insert\b/i, /\b(?:select|returning)\b|\bconflict\s*(?:\(|on\b)/i],
  [/^\s*alter\s+table\b/i, /\b(?:check|references|using|generated|nextval|exclude|attach|inherit|foreign|unique|primary)\b/i],
  [/^\s*create\s+(?:unique\s+)?index\b/i, /\b(?:where|include)\b|\([^)]*\(/i],
  [/^\s*create\b[^(]*?\btable\b/i, /\b(?:check|references|generated|nextval|exclude|like|inherits|of|as)\b/i],
  [/^\s*create\b[^(]*?\btrigger\b/i, /\S/],
  [/^\s*create\b[^(]*?\bfunction\b/i, /\blanguage\s+'?sql\b/i],
  [/^\s*create\b[^(]*?\b(?:view|policy)\b/i, /\S/],
];

/** Long lists of values name nothing. */
const maximumLength = 200_000;

/**
 * Names in a statement that the server looks up at once and doesn't find: in queries, conditions, keys and comments. Bodies of functions in
 * PL/pgSQL are not among them, which it reads when they are called.
 */
export const unknownIn = rememberedPerStep((step: Step): readonly UnknownName[] => {
  const { sent } = step.statement;
  if (sent.length > maximumLength || !worthReading.some(([statement, word]) => statement.test(sent) && word.test(sent))) return [];
  if (isPlainlyThere(step)) return [];
  const tree = statementTree(sent);
  if (tree === undefined) return [];
  const kind = kindOf(tree);
  // The key decides the type of the content; the compiler can't follow that through an index.
  const read = readers[kind] as ((step: Step, content: unknown, tree: Node) => readonly UnknownName[]) | undefined;
  return read?.(step, (tree as Readonly<Record<string, unknown>>)[kind], tree) ?? [];
});

type Reader<K extends Parameters<typeof as>[1]> = (step: Step, content: NodeOf<K>, tree: Node) => readonly UnknownName[];

const query = ({ before }: Step, _: unknown, tree: Node) => unknownNames(tree, before);

const readers: { readonly [K in Parameters<typeof as>[1]]?: Reader<K> } = {
  SelectStmt: query,
  InsertStmt: query,
  UpdateStmt: query,
  DeleteStmt: query,
  ViewStmt: (step, view) => unknownNames(view.query, step.before),
  CreateTableAsStmt: (step, made) => unknownNames(made.query, step.before),
  CreatePolicyStmt: (step, policy) => inTable(step, policy.table, [policy.qual, policy.with_check]),
  AlterPolicyStmt: (step, policy) => inTable(step, policy.table, [policy.qual, policy.with_check]),
  IndexStmt: (step, { relation, indexParams, whereClause, indexIncludingParams }) => [
    ...inTable(step, relation, [indexParams, whereClause]),
    ...columnsOf(
      step,
      relation,
      all(indexIncludingParams, 'IndexElem').flatMap(({ name }) => name ?? []),
    ),
  ],
  CreateStmt: (step, { relation, tableElts, inhRelations }) => {
    const source = knownSource(step, relation);
    const copied = all(tableElts, 'TableLikeClause').flatMap((like) => (like.relation === undefined ? [] : { RangeVar: like.relation }));
    const constraints = (tableElts ?? []).flatMap(constraintsOf);
    return [
      ...unknownNames([inhRelations, copied], step.before),
      ...constraints.flatMap((constraint) => inConstraint(step, source, constraint)),
    ];
  },
  AlterTableStmt: (step, { relation, objtype, cmds, missing_ok: ifExists }) => {
    if (objtype !== 'OBJECT_TABLE' || ifExists === true) return [];
    const source = knownSource(step, relation);
    const parts = all(cmds, 'AlterTableCmd').flatMap(({ def }) => def ?? []);
    return [
      ...(relation === undefined ? [] : unknownNames({ RangeVar: relation }, step.before)),
      ...parts.flatMap((part) => inPart(step, source, part)),
    ];
  },
  CreateTrigStmt: (step, { relation, columns, whenClause, funcname }) => {
    const source = knownSource(step, relation);
    const rows = ['new', 'old'].map((qualifier) => ({ ...source, qualifier }));
    const called = nameFromParts(strings(funcname));
    const isThere = findNamed(step.before.definitions, called, step.before.searchPath) !== undefined;
    return [
      ...unknownNames(whenClause, step.before, rows),
      ...columnsOf(step, relation, strings(columns)),
      ...(isThere ? [] : [{ kind: 'function', function: called } as const]),
    ];
  },
  CommentStmt: (step, { objtype, object }) => {
    const parts = strings(as(object, 'List')?.items);
    const column = parts.at(-1) ?? '';
    return objtype === 'OBJECT_COLUMN' ? columnsOfName(step, nameFromParts(parts.slice(0, -1)), [column]) : [];
  },
  GrantStmt: (step, { targtype, objtype, objects, privileges }) => {
    if (targtype !== 'ACL_TARGET_OBJECT' || objtype !== 'OBJECT_TABLE') return [];
    const columns = all(privileges, 'AccessPriv').flatMap(({ cols }) => strings(cols));
    return all(objects, 'RangeVar').flatMap((relation) => [
      ...unknownNames({ RangeVar: relation }, step.before),
      ...columnsOf(step, relation, columns),
    ]);
  },
  CreateFunctionStmt: (step) => inFunction(step),
};

/** Expressions in which the columns of a table stand without a FROM. */
function inTable(step: Step, relation: NodeOf<'RangeVar'> | undefined, expressions: unknown): readonly UnknownName[] {
  return [
    ...(relation === undefined ? [] : unknownNames({ RangeVar: relation }, step.before)),
    ...unknownNames(expressions, step.before, [knownSource(step, relation)]),
  ];
}

/** With the columns that the statement itself adds, and those that it drops: it does not do its parts in their order. */
function knownSource({ before, after }: Step, relation: NodeOf<'RangeVar'> | undefined): Source {
  const name = relationName(relation);
  const old = findTable(before, name);
  const now = findTable(after, name);
  const sources = [old, now].flatMap((table) => (table === undefined ? [] : sourceOf(table, name.name)));
  const [first, second = first] = sources;
  if (first?.columns === undefined || second?.columns === undefined) return { qualifier: name.name };
  return { ...second, columns: new Set([...first.columns, ...second.columns]) };
}

/** What stands behind ADD, ALTER COLUMN and the like. */
function inPart(step: Step, own: Source, part: Node): readonly UnknownName[] {
  if (!('Constraint' in part) && !('ColumnDef' in part)) return unknownNames(part, step.before);
  // Of a new type it is the expression behind USING.
  const conversion = unknownNames(as(part, 'ColumnDef')?.raw_default, step.before, [own]);
  return [...conversion, ...constraintsOf(part).flatMap((constraint) => inConstraint(step, own, constraint))];
}

function constraintsOf(element: Node): readonly NodeOf<'Constraint'>[] {
  const constraint = as(element, 'Constraint');
  return constraint === undefined ? all(as(element, 'ColumnDef')?.constraints, 'Constraint') : [constraint];
}

function inConstraint(step: Step, own: Source, constraint: NodeOf<'Constraint'>): readonly UnknownName[] {
  const { contype, raw_expr: expression, pktable } = constraint;
  // What a default names is no column: the server says so in its own way.
  if (contype === 'CONSTR_DEFAULT') return unknownNames(expression, step.before).filter(({ kind }) => kind === 'relation');
  const conditions = unknownNames([expression, constraint.exclusions, constraint.where_clause], step.before, [own]);
  const keys = [constraint.keys, constraint.including, constraint.fk_attrs].flatMap((list) => strings(list));
  const unknown = keys.filter((key) => own.columns?.has(key) === false);
  const key = unknown.map((column) => unknownColumn(column, [own]));
  if (pktable === undefined) return [...conditions, ...key];
  const isItself = relationName(pktable).name === own.qualifier;
  const target = isItself
    ? []
    : [...unknownNames({ RangeVar: pktable }, step.after), ...columnsOf(step, pktable, strings(constraint.pk_attrs))];
  return [...conditions, ...key, ...target];
}

function columnsOf(step: Step, relation: NodeOf<'RangeVar'> | undefined, columns: readonly string[]): readonly UnknownName[] {
  return columnsOfName(step, relationName(relation), columns);
}

function columnsOfName({ before }: Step, name: ObjectName, columns: readonly string[]): readonly UnknownName[] {
  const source = sourceOf(findTable(before, name), name.name);
  if (source.columns === undefined) return [];
  return columns.filter((column) => source.columns?.has(column) === false).map((column) => unknownColumn(column, [source]));
}

/** A function in SQL is read as it is made. */
function inFunction({ statement, before }: Step): readonly UnknownName[] {
  const body = routineBody(statement.sent);
  if (body === undefined || body.language !== 'sql' || body.searchPath?.includes('$user') === true) return [];
  const isPlain = body.statements.every((tree) => /^(?:Select|Insert|Update|Delete)Stmt$/.test(kindOf(tree)));
  if (!isPlain) return [];
  const { searchPath } = body;
  const variables: Source = { qualifier: '', columns: body.variables };
  if (searchPath === undefined) return unknownNames(body.statements, before, [variables]);
  const unknown = unknownNames(body.statements, { ...before, searchPath }, [variables]);
  return unknown.map((name) => (name.kind === 'relation' ? { ...name, searchPath } : name));
}
