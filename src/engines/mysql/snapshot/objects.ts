import type { EngineName } from '../../../model/engine';
import { quoteIdentifier, quoteLiteral } from '../../../parse/mysql/identifiers';
import { type ControlClient, type Row, resultsOf } from '../connect';

/** What the database in use has, by name, and as the server itself writes it. */
export interface ReadObjects {
  /** The database's own name, which is no part of any definition that leaves this folder. */
  readonly database: string;
  /** The user by whom we are connected: objects that it defines need not say so. */
  readonly user: string;
  readonly engineName: EngineName;
  readonly defaults: Row;
  readonly tables: readonly Shown[];
  readonly views: readonly Shown[];
  /** MariaDB. */
  readonly sequences: readonly Shown[];
  readonly routines: readonly Shown[];
  readonly triggers: readonly Row[];
  readonly events: readonly ShownEvent[];
  /** Privileges on this database and on what is in it: `object`, `column`, `grantee`, `privilege`; no object for the database itself. */
  readonly grants: readonly Row[];
}

export interface Shown {
  readonly name: string;
  /** Of routines: `FUNCTION`, `PROCEDURE`, or one of MariaDB's packages. */
  readonly type: string;
  /** SHOW CREATE's text. */
  readonly text: string;
}

export interface ShownEvent extends Shown {
  readonly times: Row;
}

const questions = [
  'SELECT DATABASE() AS `database`, CURRENT_USER() AS `user`, VERSION() AS `version`',
  'SELECT DEFAULT_CHARACTER_SET_NAME AS `charset`, DEFAULT_COLLATION_NAME AS `collate` FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = DATABASE()',
  'SELECT TABLE_NAME AS `name`, TABLE_TYPE AS `type` FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME',
  'SELECT ROUTINE_NAME AS `name`, ROUTINE_TYPE AS `type` FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY ROUTINE_TYPE, ROUTINE_NAME',
  `SELECT TRIGGER_NAME AS \`name\`, EVENT_OBJECT_TABLE AS \`table\`, ACTION_TIMING AS \`timing\`, EVENT_MANIPULATION AS \`event\`, ACTION_ORDER AS \`place\`,
ACTION_STATEMENT AS \`body\`, DEFINER AS \`definer\` FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY TRIGGER_NAME`,
  'SELECT EVENT_NAME AS `name`, STARTS AS `starts`, ENDS AS `ends`, EXECUTE_AT AS `at`, CREATED AS `created` FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() ORDER BY EVENT_NAME',
  `SELECT NULL AS \`object\`, NULL AS \`column\`, GRANTEE AS grantee, PRIVILEGE_TYPE AS privilege FROM information_schema.SCHEMA_PRIVILEGES WHERE TABLE_SCHEMA = DATABASE()
UNION ALL SELECT TABLE_NAME, NULL, GRANTEE, PRIVILEGE_TYPE FROM information_schema.TABLE_PRIVILEGES WHERE TABLE_SCHEMA = DATABASE()
UNION ALL SELECT TABLE_NAME, COLUMN_NAME, GRANTEE, PRIVILEGE_TYPE FROM information_schema.COLUMN_PRIVILEGES WHERE TABLE_SCHEMA = DATABASE()
UNION ALL SELECT CONCAT(Routine_type, ' ', Routine_name), NULL, CONCAT("'", User, "'@'", Host, "'"), Proc_priv FROM mysql.procs_priv WHERE Db = DATABASE()`,
];

/** Reads all definitions, in two requests. */
export async function readObjects(client: ControlClient): Promise<ReadObjects> {
  const [identity, defaults, relations, routines, triggers, events, grants] = await resultsOf(client, questions.join(';\n'));
  const [self] = identity ?? [];
  const named = (rows: readonly Row[] | undefined, type?: string) =>
    (rows ?? []).map((row) => ({ name: String(row.name), type: type ?? String(row.type).toUpperCase() }));
  const all = named(relations);
  const views = all.filter(({ type }) => type === 'VIEW').map(({ name }) => ({ name, type: 'VIEW' }));
  const sequences = all.filter(({ type }) => type === 'SEQUENCE');
  // MariaDB calls a table with history SYSTEM VERSIONED.
  const tables = all
    .filter(({ type }) => type === 'BASE TABLE' || type === 'SYSTEM VERSIONED')
    .map(({ name }) => ({ name, type: 'TABLE' }));
  const programs = named(routines);
  const plans = named(events, 'EVENT');
  const shown = await showAll(client, [...tables, ...views, ...sequences, ...programs, ...plans]);
  const ofTypes = (...types: string[]) => shown.filter(({ type }) => types.includes(type));
  const times = new Map((events ?? []).map((row) => [String(row.name), row]));
  return {
    database: String(self?.database),
    user: String(self?.user),
    engineName: String(self?.version).includes('MariaDB') ? 'mariadb' : 'mysql',
    defaults: defaults?.[0] ?? {},
    tables: ofTypes('TABLE'),
    views: ofTypes('VIEW'),
    sequences: ofTypes('SEQUENCE'),
    routines: ofTypes(...new Set(programs.map(({ type }) => type))),
    triggers: triggers ?? [],
    events: ofTypes('EVENT').map((event) => ({ ...event, times: times.get(event.name) ?? {} })),
    grants: grants ?? [],
  };
}

async function showAll(client: ControlClient, objects: readonly { readonly name: string; readonly type: string }[]): Promise<Shown[]> {
  if (objects.length === 0) return [];
  const texts = objects.map(({ name, type }) => `SHOW CREATE ${type} ${quoteIdentifier(name)}`);
  const answers = await resultsOf(client, texts.join(';\n'));
  return objects.map((object, place) => ({ ...object, text: createdBy(answers[place]?.[0] ?? {}) }));
}

/** The column is called `Create Table`, `Create View`, ...; a sequence is shown as a table. */
function createdBy(row: Row): string {
  return String(Object.entries(row).find(([name]) => name.startsWith('Create '))?.[1] ?? '');
}

/** As XA COMMIT takes it: `'name'`, or `'name','branch'`. */
export function transactionName(row: Row): string {
  const data = String(row.data);
  const first = Number(row.gtrid_length);
  const parts = Number(row.bqual_length) > 0 ? [data.slice(0, first), data.slice(first)] : [data];
  return parts.map(quoteLiteral).join(',');
}
