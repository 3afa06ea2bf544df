import type { Node } from '@pgsql/types';
import type { Table } from '../../model/catalog';
import { relationName } from '../../parse/postgres/operations/names';
import { all, as, type NodeOf, strings, walk } from '../../parse/postgres/operations/nodes';
import { findColumn, findTable, type SearchedCatalog } from '../../schema/lookup';

/** A column of a table, and whether `*`, written in the text in question, meant it too. */
export interface WantedColumn {
  readonly table: Table;
  readonly column: string;
  readonly withinStar: boolean;
}

/** One relation of a FROM. `table`: what it is, where that is a known table. */
interface Source {
  readonly qualifier: string;
  readonly table?: Table;
}

type Scope = readonly Source[];

/**
 * Does a part of a statement name this column? Names are looked up as the server does it: in the FROM of the innermost query first. What
 * may be another one's (a subquery's, a view's, that of a table whose creation was not seen) does not count.
 *
 * `own`: the table of a policy, whose columns stand there without a FROM.
 */
export function refersTo(tree: unknown, wanted: WantedColumn, catalog: SearchedCatalog, own?: Table): boolean {
  const search = new Search(wanted, catalog);
  return search.isIn(tree, own === undefined ? [] : [[{ qualifier: own.name, table: own }]]);
}

/** Does it name the column of the row before or after, NEW.a or OLD.a? */
export function refersToRow(tree: unknown, column: string): boolean {
  let found = false;
  walk(tree, (kind, content) => {
    if (kind !== 'ColumnRef') return;
    const [row, name, ...rest] = strings((content as NodeOf<'ColumnRef'>).fields);
    if ((row === 'new' || row === 'old') && name === column && rest.length === 0) found = true;
  });
  return found;
}

class Search {
  constructor(
    private readonly wanted: WantedColumn,
    private readonly catalog: SearchedCatalog,
    private readonly queries: ReadonlySet<string> = new Set(),
  ) {}

  /** `scopes`: the innermost first. */
  isIn(value: unknown, scopes: readonly Scope[]): boolean {
    if (Array.isArray(value)) return value.some((part) => this.isIn(part, scopes));
    if (typeof value !== 'object' || value === null) return false;
    const node = value as Node;
    const select = as(node, 'SelectStmt');
    if (select !== undefined) return this.isInSelect(select, scopes);
    const reference = as(node, 'ColumnRef');
    if (reference !== undefined) return this.isMeant(strings(reference.fields), scopes);
    const join = as(node, 'JoinExpr');
    if (join !== undefined && strings(join.usingClause).includes(this.wanted.column) && this.isJoined(node)) return true;
    return Object.entries(value).some(([key, part]) =>
      // The sides of a UNION are selects without the name of their kind around them.
      key === 'larg' || key === 'rarg'
        ? this.isIn(part !== null && 'targetList' in (part as object) ? { SelectStmt: part } : part, scopes)
        : this.isIn(part, scopes),
    );
  }

  private isInSelect(select: NodeOf<'SelectStmt'>, outer: readonly Scope[]): boolean {
    const named = all(select.withClause?.ctes, 'CommonTableExpr').map(({ ctename }) => ctename ?? '');
    const inner = named.length === 0 ? this : new Search(this.wanted, this.catalog, new Set([...this.queries, ...named]));
    const scope = (select.fromClause ?? []).flatMap((source) => inner.sourcesOf(source));
    const scopes = [scope, ...outer];
    const targets = all(select.targetList, 'ResTarget');
    if (this.wanted.withinStar && targets.some(({ val }) => this.isMeantByStar(val, scope))) return true;
    const outputs = new Set(targets.map(({ name }) => name));
    // What ORDER BY names is the output first (manual, SELECT, "ORDER BY Clause").
    const sorted = (select.sortClause ?? []).filter((key) => {
      const [name, ...rest] = strings(as(as(key, 'SortBy')?.node, 'ColumnRef')?.fields);
      return name === undefined || rest.length > 0 || !outputs.has(name);
    });
    return inner.isIn(
      Object.entries({ ...select, sortClause: sorted }).map(([key, part]) => ({ [key]: part })),
      scopes,
    );
  }

  private isMeantByStar(value: Node | undefined, scope: Scope): boolean {
    const fields = as(value, 'ColumnRef')?.fields;
    if (fields?.some((field) => 'A_Star' in field) !== true) return false;
    const [qualifier] = strings(fields).slice(-1);
    return scope.some((source) => this.isWanted(source) && (qualifier === undefined || qualifier === source.qualifier));
  }

  private isMeant(parts: readonly string[], scopes: readonly Scope[]): boolean {
    const [qualifier, name] = parts.length > 1 ? parts.slice(-2) : [undefined, parts[0]];
    if (name !== this.wanted.column) return false;
    for (const scope of scopes) {
      if (qualifier !== undefined) {
        const source = scope.find((candidate) => candidate.qualifier === qualifier);
        if (source !== undefined) return this.isWanted(source);
        continue;
      }
      const others = scope.filter((source) => !this.isWanted(source));
      // Another one may have a column of the name: then it would be that one's, or ambiguous.
      if (others.some(({ table }) => table === undefined || table.complete === false || findColumn(table, name) !== undefined))
        return false;
      if (others.length < scope.length) return true;
    }
    return false;
  }

  private isWanted({ table }: Source): boolean {
    return table?.identity === this.wanted.table.identity;
  }

  private isJoined(join: Node): boolean {
    return this.sourcesOf(join).some((source) => this.isWanted(source));
  }

  private sourcesOf(node: Node): Source[] {
    const relation = as(node, 'RangeVar');
    if (relation !== undefined) {
      const name = relationName(relation);
      const isQuery = name.schema === undefined && this.queries.has(name.name);
      const table = isQuery ? undefined : findTable(this.catalog, name);
      const renamed = (relation.alias?.colnames ?? []).length > 0;
      return [{ qualifier: relation.alias?.aliasname ?? name.name, ...(table !== undefined && !renamed && { table }) }];
    }
    const join = as(node, 'JoinExpr');
    if (join !== undefined) return [join.larg, join.rarg].flatMap((side) => (side === undefined ? [] : this.sourcesOf(side)));
    return [{ qualifier: as(node, 'RangeSubselect')?.alias?.aliasname ?? '' }];
  }
}
