import type pg from 'pg';
import { relationKey, type Sequence, type Table, type TypeObject } from '../../../model/catalog';
import type { SequencePosition, TableData, VolatileColumns } from '../../../model/state';
import { quoteQualified } from '../../../parse/postgres/identifiers';
import type { Baseline, CaptureOptions } from '../../capture';
import type { RelationWithRows } from './data';
import { type CatalogQueryName, catalogQueries, otherCatalogs } from './queries';
import type { CatalogRows } from './rows';
import { type SessionRow, sessionsQuery } from './sessions';
import { isOld, isUntouched, namesAreKept, type Survey, type SurveyRow, surveyOf, touchedRelations, type Watched } from './survey';

/** A state that was read in full, with all that is needed to read a later one, in it or in a copy of it, by what changed since. */
export interface PostgresBaseline extends Baseline {
  readonly engine: 'postgres';
  readonly major: number;
  readonly horizon: string;
  readonly survey: Survey;
  readonly rows: CatalogRows;
  readonly relationsWithRows: readonly RelationWithRows[];
}

/** The baseline as one of PostgreSQL's. Throws for one of another engine. */
export function ownBaseline(baseline: Baseline): PostgresBaseline {
  if (isOwn(baseline)) return baseline;
  throw new TypeError(`A baseline of ${baseline.engine} says nothing about this database.`);
}

function isOwn(baseline: Baseline): baseline is PostgresBaseline {
  return baseline.engine === 'postgres';
}

/** What is exactly as in the baseline, by identity; sequences' positions by `schema.name`. */
export interface Known {
  readonly relations: ReadonlyMap<string, Table | Sequence>;
  readonly data: ReadonlyMap<string, TableData>;
  readonly positions: ReadonlyMap<string, SequencePosition>;
}

export interface CatalogReading {
  readonly rows: CatalogRows;
  readonly sessions: readonly SessionRow[];
  readonly known: Known;
}

/** Queries whose rows belong to one relation each, and the column that says to which. */
const relationOf: Partial<Record<CatalogQueryName, string>> = {
  relations: 'identity',
  columns: 'relation',
  constraints: 'relation',
  indexes: 'relation',
  triggers: 'relation',
  disabledInternalTriggers: 'relation',
  policies: 'relation',
  sequences: 'identity',
};

/** Queries that need not be asked again when nothing came to or went from these catalogs. All others are asked every time. */
const readFrom: Partial<Record<CatalogQueryName, readonly Watched[]>> = {
  schemas: ['schemas'],
  types: ['types', 'enumLabels', 'ranges', 'domainChecks', 'attributesOfTypes'],
  functions: ['functions', 'aggregates'],
  defaultPrivileges: ['defaultPrivileges'],
  otherObjects: otherCatalogs,
};

/**
 * Reads the catalog of a database that is the baseline's or descends from it by copying, asking only for what may have changed. The
 * transaction was opened, and the survey made in it. Undefined when the catalog has to be read as a whole: something was renamed that
 * definitions elsewhere may name.
 */
export async function readSince(
  client: pg.ClientBase,
  surveyRows: readonly SurveyRow[],
  options: CaptureOptions,
  baseline: PostgresBaseline,
): Promise<CatalogReading | undefined> {
  const survey = surveyOf(surveyRows);
  if (!namesAreKept(survey, baseline.survey)) return undefined;
  const touched = touchedRelations(survey, baseline.survey);
  const reread = new Set([...touched, ...definedByOthers(baseline.rows)]);

  const queries = queriesSince(survey, touched, reread, baseline);
  const names = Object.keys(queries) as CatalogQueryName[];
  const comparable = comparableRelations(touched, options, baseline);
  const texts = [
    ...names.flatMap((name) => queries[name] ?? []),
    sessionsQuery(),
    lastValuesQuery(touched, baseline),
    ...rowCountQueries(comparable, baseline.horizon),
  ];
  const answers = await simpleQuery(client, texts.join(';'));
  const fresh = Object.fromEntries(names.map((name, place) => [name, answers[place]?.rows ?? []])) as Partial<CatalogRows>;
  if (renames(fresh, baseline.rows)) return undefined;
  const [sessions, lastValues, ...counts] = answers.slice(names.length);
  return {
    rows: merged(baseline.rows, fresh, reread),
    sessions: (sessions?.rows ?? []) as SessionRow[],
    known: {
      relations: knownRelations(reread, baseline),
      data: knownData(counts.flatMap((answer) => answer.rows) as RowCount[], baseline),
      positions: knownPositions((lastValues?.rows ?? []) as LastValue[], baseline),
    },
  };
}

/** Sends several statements as one simple query; the driver then answers with an array. */
export async function simpleQuery(client: pg.ClientBase, text: string): Promise<{ rows: unknown[] }[]> {
  const answer: unknown = await client.query(text);
  return (Array.isArray(answer) ? answer : [answer]) as { rows: unknown[] }[];
}

/** How the server writes a query depends on the columns of the relations in it: those of views and policies are read every time. */
function definedByOthers(rows: CatalogRows): string[] {
  const views = rows.relations.filter((row) => 'vm'.includes(row.kind)).map((row) => row.identity);
  return [...views, ...rows.policies.map((row) => row.relation)];
}

function queriesSince(
  survey: Survey,
  touched: ReadonlySet<string>,
  reread: ReadonlySet<string>,
  baseline: PostgresBaseline,
): Partial<Record<CatalogQueryName, string>> {
  const all = catalogQueries(baseline.major);
  const ids = `'{${[...reread].join(',')}}'`;
  const asked: Partial<Record<CatalogQueryName, string>> = {};
  for (const name of Object.keys(all) as CatalogQueryName[]) {
    const relation = relationOf[name];
    if (relation === undefined) {
      if (!isKnown(name, survey, touched, baseline)) asked[name] = all[name];
    } else if (reread.size > 0) asked[name] = `SELECT * FROM (${all[name]}) each WHERE each.${relation} = ANY (${ids})`;
  }
  return asked;
}

function isKnown(name: CatalogQueryName, survey: Survey, touched: ReadonlySet<string>, baseline: PostgresBaseline): boolean {
  const catalogs = readFrom[name];
  if (catalogs === undefined || !isUntouched(survey, baseline.survey, catalogs)) return false;
  // A body written in SQL (BEGIN ATOMIC) is shown as a view is.
  return name !== 'functions' || touched.size === 0 || baseline.rows.functions.length === 0;
}

/** The baseline's rows with those in their place that were asked for again. */
function merged(then: CatalogRows, fresh: Partial<CatalogRows>, reread: ReadonlySet<string>): CatalogRows {
  const rows = { ...then, ...fresh } as Record<CatalogQueryName, unknown[]>;
  for (const [name, key] of Object.entries(relationOf) as [CatalogQueryName, string][]) {
    const kept = (then[name] as unknown as Record<string, string>[]).filter((row) => !reread.has(row[key] ?? ''));
    rows[name] = [...kept, ...((fresh[name] as unknown[] | undefined) ?? [])];
  }
  return rows as unknown as CatalogRows;
}

/** Whether something that was there bears another name now: definitions elsewhere name it. Columns go by relation and number. */
function renames(fresh: Partial<CatalogRows>, then: CatalogRows): boolean {
  const relations = new Map([...then.relations, ...then.sequences].map((row) => [row.identity, relationKey(row)]));
  const columns = new Map(then.columns.map((row) => [`${row.relation} ${row.identity}`, row.name]));
  return (
    [...(fresh.relations ?? []), ...(fresh.sequences ?? [])].some(
      (row) => (relations.get(row.identity) ?? relationKey(row)) !== relationKey(row),
    ) || (fresh.columns ?? []).some((row) => (columns.get(`${row.relation} ${row.identity}`) ?? row.name) !== row.name)
  );
}

function knownRelations(reread: ReadonlySet<string>, { state }: PostgresBaseline): Map<string, Table | Sequence> {
  const all = [...state.catalog.tables, ...state.catalog.sequences];
  return new Map(all.filter((object) => !reread.has(object.identity)).map((object) => [object.identity, object]));
}

interface RowCount {
  relation: string;
  rows: string;
  old: string;
}

const relationsPerQuery = 100;

/** Statements that count the rows of each relation, and those from before the horizon among them. */
function rowCountQueries(relations: readonly RelationWithRows[], horizon: string): string[] {
  const arms = relations.map(
    (relation) =>
      `SELECT '${relation.identity}' AS relation, count(*)::text AS rows, count(*) FILTER (WHERE ${isOld('xmin', horizon)})::text AS old FROM ONLY ${quoteQualified(relation.schema, relation.name)}`,
  );
  const queries: string[] = [];
  for (let start = 0; start < arms.length; start += relationsPerQuery) {
    queries.push(arms.slice(start, start + relationsPerQuery).join('\nUNION ALL '));
  }
  return queries;
}

/** Rows that all were there at the horizon, and as many as then, are the rows of then. */
function knownData(counts: readonly RowCount[], baseline: PostgresBaseline): Map<string, TableData> {
  const then = new Map(baseline.state.data.map((data) => [data.table, data]));
  const keys = new Map(baseline.relationsWithRows.map((relation) => [relation.identity, relationKey(relation)]));
  return new Map(
    counts.flatMap(({ relation, rows, old }) => {
      const data = then.get(keys.get(relation) ?? '');
      return data !== undefined && rows === old && Number(rows) === data.rowCount ? [[relation, data] as const] : [];
    }),
  );
}

/** Relations whose rows hash as they did when they are the same rows: same columns, same masks, and values that are written as they were. */
function comparableRelations(touched: ReadonlySet<string>, options: CaptureOptions, baseline: PostgresBaseline): RelationWithRows[] {
  if (options.clockStart !== baseline.options.clockStart) return [];
  const types = new Map(baseline.state.catalog.types.map((type) => [relationKey(type), type]));
  const mask = (volatile: VolatileColumns, key: string) => JSON.stringify(volatile[key] ?? []);
  return baseline.relationsWithRows.filter((relation) => {
    const key = relationKey(relation);
    return (
      !touched.has(relation.identity) &&
      mask(options.volatile, key) === mask(baseline.options.volatile, key) &&
      relation.columns.every((column) => isWrittenTheSame(column.type, types))
    );
  });
}

/**
 * Values of regclass and its kin are written as names, which may be others now. So may values of types that are made of them: of the
 * types that are not the server's own, which bear a schema, only enums and domains over what is safe count as safe.
 */
function isWrittenTheSame(type: string, types: ReadonlyMap<string, TypeObject>): boolean {
  if (/^reg[a-z]+(\[\])?$/.test(type)) return false;
  if (!type.includes('.')) return true;
  const found = types.get(type.replace(/(\[\])+$/, '').replaceAll('"', ''));
  return found?.kind === 'enum' || (found?.domain !== undefined && isWrittenTheSame(found.domain.baseType, types));
}

interface LastValue {
  sequence: string;
  last: string | null;
}

/** Where the sequences stand; null for one that was not drawn from yet. A sequence is written in place, and so read every time. */
function lastValuesQuery(touched: ReadonlySet<string>, { rows }: PostgresBaseline): string {
  const ids = rows.sequences.filter((row) => !touched.has(row.identity)).map((row) => row.identity);
  return `SELECT id AS sequence, pg_sequence_last_value(id::oid)::text AS last FROM unnest('{${ids.join(',')}}'::text[]) id`;
}

function knownPositions(lastValues: readonly LastValue[], { state, rows }: PostgresBaseline): Map<string, SequencePosition> {
  const keys = new Map(rows.sequences.map((row) => [row.identity, relationKey(row)]));
  const then = new Map(state.sequences.map((position) => [position.sequence, position]));
  return new Map(
    lastValues.flatMap(({ sequence, last }) => {
      const position = then.get(keys.get(sequence) ?? '');
      return position?.isCalled === true && position.lastValue === last ? [[position.sequence, position] as const] : [];
    }),
  );
}
