import type { Node } from '@pgsql/types';
import { relationName } from '../../../parse/postgres/operations/names';
import { all, as, type NodeOf, strings } from '../../../parse/postgres/operations/nodes';
import { statementTree } from '../../../parse/postgres/read';
import type { SearchedCatalog } from '../../../schema/lookup';
import { type OperationOf, type Step, shownName } from '../../context';
import type { Examples } from '../../rule';
import type { Refusal } from './refusal';
import { wholeTable } from './whole-table';

/** Long lists of values are no queries. */
const maximumLength = 50_000;

/** How many columns the query of an INSERT gives; undefined for constant rows, and where it is not known. */
export function widthOfQuery({ statement, before }: Step, operation: OperationOf<'insert'>): number | undefined {
  const { sent } = statement;
  if (operation.rows !== undefined || sent.length > maximumLength || !/\b(?:select|table)\b/i.test(sent)) return undefined;
  // An INSERT within a WITH has a query of its own.
  const insert = as(statementTree(sent), 'InsertStmt');
  if (insert === undefined || relationName(insert.relation).name !== operation.table.name) return undefined;
  const isNamed = all(insert.cols, 'ResTarget').length > 0;
  if (isNamed !== operation.columns.length > 0) return undefined;
  return new Widths(before).within(insert.withClause).ofQuery(as(insert.selectStmt, 'SelectStmt'));
}

/** INSERT ... SELECT with more columns than the table, or with more or fewer than it names (manual, INSERT). */
export function queryWidth(step: Step, operation: OperationOf<'insert'>): Refusal | undefined {
  const named = operation.columns.length;
  const table = wholeTable(step.before, operation.table);
  const columns = named > 0 ? named : table?.columns.length;
  if (columns === undefined) return undefined;
  const width = widthOfQuery(step, operation);
  if (width === undefined || width === columns || (named === 0 && width < columns)) return undefined;
  const of =
    named > 0 ? `but ${named} ${named === 1 ? 'column is' : 'columns are'} named` : `but ${shownName(operation.table)} has ${columns}`;
  return {
    why: `The query gives ${width} ${width === 1 ? 'column' : 'columns'}, ${of}`,
    code: '42601',
    help: 'Name the columns, both behind INSERT INTO and behind SELECT: then the statement means the same after one was added.',
  };
}

/** How wide queries are, with what is known of the tables that they read. */
class Widths {
  constructor(
    private readonly catalog: SearchedCatalog,
    /** Those of WITH, by name. */
    private readonly queries: ReadonlyMap<string, number | undefined> = new Map(),
  ) {}

  within(clause: NodeOf<'WithClause'> | undefined): Widths {
    if (clause === undefined) return this;
    const queries = new Map(this.queries);
    const inner = new Widths(this.catalog, queries);
    const list = all(clause.ctes, 'CommonTableExpr');
    if (clause.recursive === true) for (const { ctename = '' } of list) queries.set(ctename, undefined);
    for (const { ctename = '', ctequery, search_clause: search, cycle_clause: cycle } of list) {
      // Both add columns.
      queries.set(ctename, search === undefined && cycle === undefined ? inner.ofStatement(ctequery) : undefined);
    }
    return inner;
  }

  ofQuery(select: NodeOf<'SelectStmt'> | undefined): number | undefined {
    if (select === undefined) return undefined;
    const inner = this.within(select.withClause);
    if (select.larg !== undefined) return inner.ofQuery(select.larg);
    if (select.valuesLists !== undefined && select.valuesLists.length > 0) return inner.sum(all(select.valuesLists, 'List')[0]?.items, []);
    return inner.sum(
      all(select.targetList, 'ResTarget').flatMap(({ val }) => val ?? []),
      select.fromClause ?? [],
    );
  }

  private ofStatement(statement: Node | undefined): number | undefined {
    const select = as(statement, 'SelectStmt');
    if (select !== undefined) return this.ofQuery(select);
    const write = as(statement, 'InsertStmt') ?? as(statement, 'DeleteStmt') ?? as(statement, 'UpdateStmt');
    if (write?.relation === undefined) return undefined;
    const isOfOthers = ('usingClause' in write || 'fromClause' in write) && hasStar(write.returningClause?.exprs);
    if (isOfOthers) return undefined;
    const values = all(write.returningClause?.exprs, 'ResTarget').flatMap(({ val }) => val ?? []);
    return this.sum(values, [{ RangeVar: write.relation }]);
  }

  private sum(values: readonly Node[] | undefined, from: readonly Node[]): number | undefined {
    let width = 0;
    for (const value of values ?? []) {
      const of = this.ofValue(value, from);
      if (of === undefined) return undefined;
      width += of;
    }
    return width;
  }

  private ofValue(value: Node, from: readonly Node[]): number | undefined {
    // `(place).*` has as many as the type.
    if (as(value, 'A_Indirection')?.indirection?.some((part) => 'A_Star' in part) === true) return undefined;
    const fields = as(value, 'ColumnRef')?.fields;
    if (fields?.some((field) => 'A_Star' in field) !== true) return 1;
    const qualifier = strings(fields).at(-1);
    const sources = qualifier === undefined ? from : from.flatMap((source) => named(source, qualifier) ?? []);
    if (sources.length === 0 || (qualifier !== undefined && sources.length > 1)) return undefined;
    let width = 0;
    for (const source of sources) {
      const of = this.ofSource(source);
      if (of === undefined) return undefined;
      width += of;
    }
    return width;
  }

  private ofSource(source: Node): number | undefined {
    const subquery = as(source, 'RangeSubselect');
    if (subquery !== undefined) return this.ofStatement(subquery.subquery);
    const join = as(source, 'JoinExpr');
    if (join !== undefined) {
      const [left, right] = [join.larg, join.rarg].map((side) => (side === undefined ? undefined : this.ofSource(side)));
      if (left === undefined || right === undefined || join.isNatural === true) return undefined;
      // The columns of USING come once (manual, SELECT, "FROM Clause").
      return left + right - (join.usingClause ?? []).length;
    }
    const relation = as(source, 'RangeVar');
    if (relation === undefined) return undefined;
    const name = relationName(relation);
    if (name.schema === undefined && this.queries.has(name.name)) return this.queries.get(name.name);
    return wholeTable(this.catalog, name)?.columns.length;
  }
}

/** The relation of that name in a FROM, and what is joined to it left out. */
function named(source: Node, qualifier: string): Node | undefined {
  const join = as(source, 'JoinExpr');
  // What a join itself is called hides what is in it.
  if (join !== undefined) {
    if (join.alias !== undefined || join.join_using_alias !== undefined) return undefined;
    return [join.larg, join.rarg]
      .map((side) => (side === undefined ? undefined : named(side, qualifier)))
      .find((found) => found !== undefined);
  }
  const relation = as(source, 'RangeVar');
  if (relation !== undefined) return (relation.alias?.aliasname ?? relation.relname) === qualifier ? source : undefined;
  return as(source, 'RangeSubselect')?.alias?.aliasname === qualifier ? source : undefined;
}

function hasStar(values: readonly Node[] | undefined): boolean {
  return all(values, 'ResTarget').some(({ val }) => as(val, 'ColumnRef')?.fields?.some((field) => 'A_Star' in field) === true);
}

const archive =
  'CREATE TABLE places (id int PRIMARY KEY, name text, country text);\nCREATE TABLE visits (id int PRIMARY KEY, place_id int REFERENCES places (id), at date, note text);\n';

export const queryWidthExamples: Examples = {
  bad: [
    {
      title: 'Queries that give more or fewer columns than an INSERT takes',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        { path: 'V1__t.sql', text: archive },
        {
          path: 'V2__u.sql',
          text: 'INSERT INTO places SELECT * FROM visits;\nINSERT INTO places (id, name) SELECT id, note, at FROM visits;\nINSERT INTO places (id, name, country) SELECT id, note FROM visits UNION ALL SELECT 1, NULL;\nINSERT INTO visits SELECT p.*, now(), now() FROM places p JOIN visits v ON v.place_id = p.id;\nINSERT INTO places (id, name) TABLE visits;\nWITH gone AS (DELETE FROM visits RETURNING *) INSERT INTO places SELECT * FROM gone;\nINSERT INTO places (id, name, country) SELECT * FROM (SELECT id, note FROM visits) s;\nINSERT INTO visits SELECT * FROM places JOIN visits USING (id);\nINSERT INTO places (id, name) SELECT id FROM visits ON CONFLICT DO NOTHING;\n',
        },
      ],
      findings: [
        {
          at: 'INSERT INTO places SELECT * FROM visits',
          says: 'The query gives 4 columns, but places has 3: the server refuses this (42601)',
        },
        { at: 'INSERT INTO places (id, name) SELECT id, note, at FROM visits', says: 'but 2 columns are named' },
        { at: 'INSERT INTO places (id, name, country) SELECT id, note FROM visits UNION ALL SELECT 1, NULL', says: 'gives 2 columns' },
        { at: 'INSERT INTO visits SELECT p.*, now(), now() FROM places p JOIN visits v ON v.place_id = p.id', says: 'gives 5 columns' },
        { at: 'INSERT INTO places (id, name) TABLE visits', says: 'gives 4 columns' },
        { at: 'WITH gone AS (DELETE FROM visits RETURNING *) INSERT INTO places SELECT * FROM gone', says: 'gives 4 columns' },
        { at: 'INSERT INTO places (id, name, country) SELECT * FROM (SELECT id, note FROM visits) s', says: 'gives 2 columns' },
        { at: 'INSERT INTO visits SELECT * FROM places JOIN visits USING (id)', says: 'gives 6 columns' },
        { at: 'INSERT INTO places (id, name) SELECT id FROM visits ON CONFLICT DO NOTHING', says: 'gives 1 column, but' },
      ],
    },
  ],
  good: [
    {
      title: 'Queries as wide as what they are written to, or of unknown width',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        { path: 'V1__t.sql', text: archive },
        {
          path: 'V2__u.sql',
          text: "CREATE TYPE pair AS (id int, name text);\nCREATE VIEW named AS SELECT id, name FROM places;\nINSERT INTO places SELECT id, note FROM visits WHERE false;\nINSERT INTO visits (id, note) SELECT * FROM named;\nINSERT INTO places (id, name, country) SELECT p.id + 100, p.name, c.country FROM places p CROSS JOIN LATERAL (SELECT country) c;\nINSERT INTO places (id, name) SELECT (p.x).* FROM (SELECT ROW(9, 'x')::pair AS x) p;\nINSERT INTO places (id, name) SELECT s.* FROM generate_series(20, 21) WITH ORDINALITY AS s;\nINSERT INTO places (id, name) SELECT * FROM jsonb_to_recordset('[]') AS r(id int, name text);\nINSERT INTO places WITH RECURSIVE n (i) AS (SELECT 30 UNION ALL SELECT i + 1 FROM n WHERE i < 32), pairs AS (SELECT i, 'n' FROM n) SELECT * FROM pairs;\nWITH gone AS (DELETE FROM visits v USING places p WHERE p.id = v.place_id RETURNING *) INSERT INTO places (id, name) SELECT place_id, note FROM gone;\nWITH gone AS (DELETE FROM visits RETURNING id, note) INSERT INTO places (id, name) SELECT * FROM gone;\nINSERT INTO places SELECT * FROM places NATURAL JOIN named WHERE false;\nINSERT INTO places (name, id) VALUES (lower('A'), 50), (upper('b'), 51);\n",
        },
      ],
    },
  ],
};
