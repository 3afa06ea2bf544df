/**
 * A survey says what in a database may differ from an earlier moment of its life, or of the database that it was copied from, without
 * reading what is the same.
 *
 * It rests on `xmin`, the transaction that wrote a row. Rows never change in place: an update writes a new one. So where as many rows
 * older than a moment are still visible as there were at that moment, they are the same rows: one that was deleted or replaced is
 * missing, and none can have been added. A copy of a database is made file by file, with every `xmin` as it was; freezing a row sets a
 * flag beside `xmin` (manual, "Routine Vacuuming: Preventing Transaction ID Wraparound Failures"); and a server that crashed goes on
 * counting transactions where it was, since each copy is preceded by a checkpoint. What Postgres does write in place (counts for the
 * planner, and until 13 whether an index is valid) is not captured, or surveyed by its value.
 */

import { otherCatalogs } from './queries';

/** The catalogs that say what one relation is like, and for each row the relation that it is about. */
const partsOfRelations = [
  "SELECT oid AS relation, xmin AS written, 0 AS flags FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'f', 'v', 'm', 'S')",
  `SELECT indrelid, xmin, ${indexFlags('pg_index')} FROM pg_index WHERE indrelid >= 16384`,
  'SELECT i.indrelid, x.xmin, 0 FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid >= 16384',
  `SELECT c.oid, i.xmin, ${indexFlags('i')} FROM pg_class c JOIN pg_index i ON i.indrelid = c.reltoastrelid WHERE c.oid >= 16384`,
  "SELECT a.attrelid, a.xmin, 0 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attrelid >= 16384 AND a.attnum > 0 AND c.relkind IN ('r', 'p', 'f', 'v', 'm')",
  'SELECT adrelid, xmin, 0 FROM pg_attrdef WHERE adrelid >= 16384',
  'SELECT conrelid, xmin, 0 FROM pg_constraint WHERE conrelid >= 16384',
  'SELECT tgrelid, xmin, 0 FROM pg_trigger WHERE tgrelid >= 16384',
  'SELECT polrelid, xmin, 0 FROM pg_policy',
  'SELECT inhrelid, xmin, 0 FROM pg_inherits',
  'SELECT ev_class, xmin, 0 FROM pg_rewrite WHERE ev_class >= 16384',
  'SELECT seqrelid, xmin, 0 FROM pg_sequence WHERE seqrelid >= 16384',
  'SELECT partrelid, xmin, 0 FROM pg_partitioned_table WHERE partrelid >= 16384',
  'SELECT ftrelid, xmin, 0 FROM pg_foreign_table',
  `SELECT coalesce(i.indrelid, d.objoid), d.xmin, 0 FROM pg_description d LEFT JOIN pg_index i ON i.indexrelid = d.objoid
    WHERE d.classoid = 'pg_class'::regclass AND d.objoid >= 16384`,
  // Which default draws from a sequence. Whom it belongs to is in pg_sequence, too: ALTER SEQUENCE ... OWNED BY writes that anew.
  "SELECT refobjid, xmin, 0 FROM pg_depend WHERE classid = 'pg_attrdef'::regclass AND refclassid = 'pg_class'::regclass AND refobjid >= 16384",
];

/** Until 13 these are written in place (catalog/index.c, index_set_state_flags). */
function indexFlags(index: string): string {
  return `${index}.indisvalid::int + 2 * ${index}.indisready::int + 4 * ${index}.indislive::int`;
}

/** Catalogs that are watched as a whole, by the name under which the survey has them. */
const watched = {
  schemas: 'pg_namespace',
  types: 'pg_type',
  enumLabels: 'pg_enum',
  ranges: 'pg_range',
  domainChecks: 'pg_constraint WHERE contypid <> 0',
  attributesOfTypes: "pg_attribute WHERE attrelid IN (SELECT oid FROM pg_class WHERE relkind = 'c')",
  functions: 'pg_proc',
  aggregates: 'pg_aggregate',
  extensions: 'pg_extension',
  members: "pg_depend WHERE deptype = 'e'",
  comments: "pg_description WHERE classoid <> 'pg_class'::regclass AND (objoid >= 16384 OR classoid = 'pg_namespace'::regclass)",
  defaultPrivileges: 'pg_default_acl',
  roles: 'pg_authid',
  tablespaces: 'pg_tablespace',
  ...Object.fromEntries(otherCatalogs.map((catalog) => [catalog, catalog])),
} as const;
export type Watched = keyof typeof watched | (typeof otherCatalogs)[number];

interface Count {
  /** Rows from before the horizon. */
  readonly old: number;
  readonly recent: number;
}

export interface Survey {
  /** By oid, what has to be equal for the relation to be the same. */
  readonly relations: ReadonlyMap<string, string>;
  readonly catalogs: ReadonlyMap<string, Count>;
}

export interface SurveyRow {
  readonly of: string;
  readonly watched: boolean;
  readonly old: number;
  readonly recent: number;
  readonly flags: number;
}

/** The next transaction: whatever is committed now is older, whatever is written later is not. */
export const horizonQuery = 'SELECT (txid_snapshot_xmax(txid_current_snapshot()) % 4294967296)::text AS horizon';

/** True for a row that was written before the horizon. `age` counts back from the next transaction. */
export function isOld(written: string, horizon: string): string {
  return `age(${written}) > age('${horizon}'::xid)`;
}

/** One statement that makes the survey; `surveyOf` reads its rows. */
export function surveyQuery(horizon: string): string {
  const catalogs = Object.entries(watched).map(
    ([name, from]) =>
      `SELECT '${name}' AS of, true AS watched, count(*) FILTER (WHERE ${isOld('xmin', horizon)})::int AS old, count(*)::int AS total, 0 AS flags FROM ${from}`,
  );
  return `SELECT of, watched, old, total - old AS recent, flags FROM (
SELECT relation::text AS of, false AS watched, count(*) FILTER (WHERE ${isOld('written', horizon)})::int AS old, count(*)::int AS total, sum(flags)::int AS flags
FROM (${partsOfRelations.join('\nUNION ALL ')}) parts GROUP BY relation
UNION ALL ${catalogs.join('\nUNION ALL ')}) counts`;
}

export function surveyOf(rows: readonly SurveyRow[]): Survey {
  const relations = rows.filter((row) => !row.watched);
  const catalogs = rows.filter((row) => row.watched);
  return {
    relations: new Map(relations.map(({ of, old, recent, flags }) => [of, `${old} ${recent} ${flags}`])),
    catalogs: new Map(catalogs.map(({ of, old, recent }) => [of, { old, recent }])),
  };
}

/** Relations that are not as they were: changed, new or gone. */
export function touchedRelations(now: Survey, then: Survey): Set<string> {
  const all = new Set([...now.relations.keys(), ...then.relations.keys()]);
  return new Set([...all].filter((relation) => now.relations.get(relation) !== then.relations.get(relation)));
}

/** Whether nothing came to these catalogs, and nothing went or changed in them. */
export function isUntouched(now: Survey, then: Survey, names: readonly Watched[]): boolean {
  return names.every((name) => now.catalogs.get(name)?.recent === 0 && keeps(now, then, name));
}

/** Catalogs in which a change may show in how the server writes definitions and values elsewhere. New rows don't: who uses them is new. */
const namesInUse: readonly Watched[] = [
  'schemas',
  'types',
  'enumLabels',
  'ranges',
  'attributesOfTypes',
  'functions',
  'extensions',
  'roles',
  'tablespaces',
  ...otherCatalogs,
];

/** False when something that others refer to may have got another name, or left its extension: then nothing may be taken for known. */
export function namesAreKept(now: Survey, then: Survey): boolean {
  return namesInUse.every((name) => keeps(now, then, name)) && isUntouched(now, then, ['members', 'comments']);
}

function keeps(now: Survey, then: Survey, name: string): boolean {
  return now.catalogs.get(name)?.old === then.catalogs.get(name)?.old;
}
