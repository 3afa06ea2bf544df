import type { Node } from '@pgsql/types';
import type { Table } from '../../../model/catalog';
import type { ObjectName } from '../../../model/operation';
import { nameFromParts, relationName } from '../../../parse/postgres/operations/names';
import { all, as, type NodeOf, strings } from '../../../parse/postgres/operations/nodes';
import { statementTree } from '../../../parse/postgres/read';
import { findIndex, findNamed, findTable, type SearchedCatalog } from '../../../schema/lookup';

/** What a query names and nothing that it reads has. */
export type UnknownName =
  | UnknownColumn
  /** `searchPath`: where it is looked for, when that is not where the statement looks. */
  | { readonly kind: 'relation'; readonly relation: ObjectName; readonly searchPath?: readonly string[] }
  /** Of a trigger. */
  | { readonly kind: 'function'; readonly function: ObjectName };

export interface UnknownColumn {
  readonly kind: 'column';
  readonly column: string;
  /** What could have been meant: the columns of all relations that it may be of, and those of them that are tables. */
  readonly among: readonly string[];
  readonly tables: readonly Table[];
}

/** One relation of a FROM. `columns`: absent where nobody knows all of them. */
export interface Source {
  readonly qualifier: string;
  readonly columns?: ReadonlySet<string>;
  readonly table?: Table;
}

type Scope = readonly Source[];
type Queries = ReadonlyMap<string, ReadonlySet<string> | undefined>;

/** Columns that every table has (manual, "System Columns"). */
const systemColumns = ['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'];

/**
 * Names in queries and expressions that can't be found, looked up as the server does it: in the FROM of the innermost query first. Silent as
 * soon as one of the relations in question may have columns that are not known.
 *
 * `own`: relations whose columns stand there without a FROM, such as those of a policy's table.
 */
export function unknownNames(tree: unknown, catalog: SearchedCatalog, own: Scope = []): readonly UnknownName[] {
  const search = new Search(catalog, new Map());
  search.look(tree, own.length === 0 ? [] : [own]);
  return search.found;
}

/** The table as something to read from; without columns where some of them may not be known. */
export function sourceOf(table: Table | undefined, qualifier: string): Source {
  if (table === undefined || table.complete === false || table.presumed === true || table.columns.length === 0) return { qualifier };
  return { qualifier, table, columns: new Set([...table.columns.map(({ name }) => name), ...systemColumns]) };
}

export function unknownColumn(column: string, sources: Scope): UnknownColumn {
  const among = new Set(sources.flatMap(({ columns }) => [...(columns ?? [])]));
  for (const name of systemColumns) among.delete(name);
  return { kind: 'column', column, among: [...among], tables: sources.flatMap(({ table }) => table ?? []) };
}

class Search {
  readonly found: UnknownName[];

  constructor(
    private readonly catalog: SearchedCatalog,
    private readonly queries: Queries,
    found: UnknownName[] = [],
  ) {
    this.found = found;
  }

  /** `scopes`: the innermost first. */
  look(value: unknown, scopes: readonly Scope[]): void {
    if (Array.isArray(value)) {
      for (const part of value) this.look(part, scopes);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const node = value as Node;
    if (this.isLookedIn(node, scopes)) return;
    const call = as(node, 'FuncCall');
    const sequence = call === undefined ? undefined : namedSequence(call);
    if (sequence !== undefined && !isRelation(this.catalog, sequence)) this.found.push({ kind: 'relation', relation: sequence });
    for (const part of Object.values(value)) this.look(part, scopes);
  }

  /** Statements with a FROM of their own, and names. */
  private isLookedIn(node: Node, scopes: readonly Scope[]): boolean {
    const select = as(node, 'SelectStmt');
    const insert = as(node, 'InsertStmt');
    const update = as(node, 'UpdateStmt');
    const remove = as(node, 'DeleteStmt');
    const reference = as(node, 'ColumnRef');
    const relation = as(node, 'RangeVar');
    if (select !== undefined) this.lookInSelect(select, scopes);
    else if (insert !== undefined) this.lookInInsert(insert, scopes);
    else if (update !== undefined) this.lookInChange(update, update.fromClause, scopes);
    else if (remove !== undefined) this.lookInChange(remove, remove.usingClause, scopes);
    else if (reference !== undefined) this.lookUp(reference, scopes);
    else if (relation !== undefined) this.lookUpRelation(relation);
    // What MERGE writes is not followed.
    else return as(node, 'MergeStmt') !== undefined;
    return true;
  }

  private lookInSelect(select: NodeOf<'SelectStmt'>, outer: readonly Scope[]): void {
    const inner = this.within(select.withClause, outer);
    if (select.larg !== undefined || select.rarg !== undefined) {
      // What ORDER BY names behind a UNION is an output of its first part.
      for (const side of [select.larg, select.rarg]) if (side !== undefined) inner.lookInSelect(side, outer);
      return;
    }
    const scope = inner.scopeOf(select.fromClause);
    const scopes = [scope, ...outer];
    const { targetList, fromClause, whereClause, havingClause, windowClause, valuesLists, sortClause, groupClause, distinctClause } =
      select;
    inner.look(
      [fromClause, targetList, whereClause, havingClause, windowClause, valuesLists, select.limitCount, select.limitOffset],
      scopes,
    );
    // They may name an output, too (manual, SELECT, "GROUP BY Clause").
    inner.look([sortClause, groupClause, distinctClause], [[...scope, outputsAsSource(targetList)], ...outer]);
  }

  private lookInInsert(insert: NodeOf<'InsertStmt'>, outer: readonly Scope[]): void {
    const inner = this.within(insert.withClause, outer);
    inner.look([insert.relation === undefined ? undefined : { RangeVar: insert.relation }, insert.selectStmt], outer);
    const target = inner.targetOf(insert.relation);
    inner.look(insert.onConflictClause?.infer, [[target], ...outer]);
    const conflict = [target, { ...target, qualifier: 'excluded' }];
    // A name without its table would be of both.
    inner.look([insert.onConflictClause?.targetList, insert.onConflictClause?.whereClause], [conflict, ...outer]);
    inner.look(insert.returningClause, [[target, ...rowsOf(target)], ...outer]);
  }

  private lookInChange(
    change: NodeOf<'UpdateStmt'> | NodeOf<'DeleteStmt'>,
    from: readonly Node[] | undefined,
    outer: readonly Scope[],
  ): void {
    const inner = this.within(change.withClause, outer);
    const target = inner.targetOf(change.relation);
    const scopes = [[target, ...inner.scopeOf(from)], ...outer];
    inner.look([change.relation === undefined ? undefined : { RangeVar: change.relation }, from, change.whereClause], scopes);
    if ('targetList' in change) inner.look(change.targetList, scopes);
    const [scope = [], ...rest] = scopes;
    inner.look(change.returningClause, [[...scope, ...rowsOf(target)], ...rest]);
  }

  /** Inside of a WITH: its queries are known by name, in each other too. */
  private within(clause: NodeOf<'WithClause'> | undefined, outer: readonly Scope[]): Search {
    if (clause === undefined) return this;
    const queries = new Map(this.queries);
    const list = all(clause.ctes, 'CommonTableExpr');
    for (const { ctename = '' } of list) queries.set(ctename, undefined);
    const inner = new Search(this.catalog, queries, this.found);
    for (const query of list) {
      inner.look(query.ctequery, outer);
      const select = as(query.ctequery, 'SelectStmt');
      const named = strings(query.aliascolnames);
      const extended = query.search_clause !== undefined || query.cycle_clause !== undefined;
      if (select === undefined || extended) continue;
      queries.set(query.ctename ?? '', named.length > 0 ? undefined : inner.outputsOf(select));
    }
    return inner;
  }

  private lookUp({ fields }: NodeOf<'ColumnRef'>, scopes: readonly Scope[]): void {
    if (fields?.some((field) => 'A_Star' in field) === true) return;
    const parts = strings(fields);
    const name = parts.at(-1) ?? '';
    const qualifier = parts.length > 1 ? parts.at(-2) : undefined;
    const asked: Source[] = [];
    for (const scope of scopes) {
      if (qualifier !== undefined) {
        const source = scope.find((candidate) => candidate.qualifier === qualifier);
        if (source === undefined) continue;
        if (source.columns?.has(name) !== false || this.isComputed(name)) return;
        this.found.push(unknownColumn(name, [source]));
        return;
      }
      if (scope.some((source) => source.columns?.has(name) !== false || source.qualifier === name)) return;
      asked.push(...scope);
    }
    if (qualifier !== undefined || asked.length === 0) return;
    this.found.push(unknownColumn(name, asked));
  }

  /** `users.full_name` calls full_name(users), where the table has no such column (manual, "Using Composite Types in Queries"). */
  private isComputed(name: string): boolean {
    return this.catalog.definitions.some((object) => object.kind === 'function' && object.name === name);
  }

  private lookUpRelation(relation: NodeOf<'RangeVar'>): void {
    const name = relationName(relation);
    if (name.schema === undefined && this.queries.has(name.name)) return;
    if (relation.catalogname !== undefined || isRelation(this.catalog, name)) return;
    this.found.push({ kind: 'relation', relation: name });
  }

  private scopeOf(from: readonly Node[] | undefined): Scope {
    return (from ?? []).flatMap((source) => this.sourcesOf(source));
  }

  private targetOf(relation: NodeOf<'RangeVar'> | undefined): Source {
    const name = relationName(relation);
    return sourceOf(findTable(this.catalog, name), relation?.alias?.aliasname ?? name.name);
  }

  private sourcesOf(node: Node): readonly Source[] {
    const join = as(node, 'JoinExpr');
    if (join !== undefined) {
      const sides = [join.larg, join.rarg].flatMap((side) => (side === undefined ? [] : this.sourcesOf(side)));
      return join.alias === undefined && join.join_using_alias === undefined ? sides : [...sides, { qualifier: '' }];
    }
    const subquery = as(node, 'RangeSubselect');
    const qualifier = subquery?.alias?.aliasname ?? '';
    const select = as(subquery?.subquery, 'SelectStmt');
    if (select !== undefined) {
      const columns = (subquery?.alias?.colnames ?? []).length > 0 ? undefined : this.outputsOf(select);
      return [{ qualifier, ...(columns !== undefined && { columns }) }];
    }
    const relation = as(node, 'RangeVar');
    return [relation === undefined ? { qualifier } : this.sourceOfRelation(relation)];
  }

  private sourceOfRelation(relation: NodeOf<'RangeVar'>): Source {
    const name = relationName(relation);
    const qualifier = relation.alias?.aliasname ?? name.name;
    if ((relation.alias?.colnames ?? []).length > 0) return { qualifier };
    if (name.schema === undefined && this.queries.has(name.name)) {
      const columns = this.queries.get(name.name);
      return { qualifier, ...(columns !== undefined && { columns }) };
    }
    const table = findTable(this.catalog, name);
    if (table !== undefined) return sourceOf(table, qualifier);
    const columns = this.columnsOfView(name);
    return { qualifier, ...(columns !== undefined && { columns }) };
  }

  private columnsOfView(name: ObjectName): ReadonlySet<string> | undefined {
    const view = findNamed(this.catalog.definitions, name, this.catalog.searchPath);
    if (view === undefined || view.isOutdated === true || view.definition.includes('*')) return undefined;
    const tree = statementTree(view.definition);
    const made = as(tree, 'ViewStmt') ?? as(tree, 'CreateTableAsStmt');
    const named = made === undefined ? [] : strings('view' in made ? made.aliases : as(tree, 'CreateTableAsStmt')?.into?.colNames);
    if (named.length > 0) return undefined;
    const select = as(made?.query, 'SelectStmt');
    return select === undefined ? undefined : this.outputsOf(select);
  }

  /** What the columns of a query are called; undefined where that is not known. */
  private outputsOf(select: NodeOf<'SelectStmt'>): ReadonlySet<string> | undefined {
    if (select.larg !== undefined) return this.outputsOf(select.larg);
    if (select.valuesLists !== undefined && select.valuesLists.length > 0) return undefined;
    const names = new Set<string>();
    for (const target of all(select.targetList, 'ResTarget')) {
      const name = outputName(target);
      if (name === undefined) return undefined;
      names.add(name);
    }
    return names;
  }
}

/** Without columns where one of them has a name that is not read here. */
function outputsAsSource(targetList: readonly Node[] | undefined): Source {
  const named = all(targetList, 'ResTarget').filter(({ val }) => as(val, 'ColumnRef')?.fields?.some((field) => 'A_Star' in field) !== true);
  const names = named.flatMap((target) => outputName(target) ?? []);
  return { qualifier: '', ...(names.length === named.length && { columns: new Set(names) }) };
}

/** The row before and after, which version 18 gives to RETURNING. */
function rowsOf(target: Source): readonly Source[] {
  return ['old', 'new'].map((qualifier) => ({ ...target, qualifier }));
}

/** As the server names it (`FigureColname`); undefined for what has no name, and where that is not read here. */
function outputName({ name, val }: NodeOf<'ResTarget'>): string | undefined {
  if (name !== undefined) return name;
  const fields = as(val, 'ColumnRef')?.fields;
  if (fields !== undefined) return fields.some((field) => 'A_Star' in field) ? undefined : strings(fields).at(-1);
  return strings(as(val, 'FuncCall')?.funcname).at(-1);
}

/** Is there a table, view, sequence or index of this name, or is it one of the server's own? */
function isRelation(catalog: SearchedCatalog, name: ObjectName): boolean {
  const { searchPath } = catalog;
  if (name.schema === 'pg_catalog' || name.schema === 'information_schema' || name.name.startsWith('pg_')) return true;
  if (findTable(catalog, name) !== undefined || findNamed(catalog.sequences, name, searchPath) !== undefined) return true;
  return findNamed(catalog.definitions, name, searchPath) !== undefined || findIndex(catalog, name) !== undefined;
}

const sequenceFunctions = new Set(['nextval', 'setval', 'currval']);

/** nextval('billing.numbers'): the text is looked up as the name of a sequence (manual, "Sequence Manipulation Functions"). */
function namedSequence({ funcname, args }: NodeOf<'FuncCall'>): ObjectName | undefined {
  if (!sequenceFunctions.has(strings(funcname).at(-1) ?? '')) return undefined;
  const [first] = args ?? [];
  const text = as(as(first, 'TypeCast')?.arg ?? first, 'A_Const')?.sval?.sval ?? '';
  return /^[a-z_][a-z0-9_$]*(?:\.[a-z_][a-z0-9_$]*)?$/.test(text) ? nameFromParts(text.split('.')) : undefined;
}
