import type { Catalog, DefinedObject, SchemaObject, Sequence, Table, Trigger } from '../../../model/catalog';
import type { Engine } from '../../../model/engine';
import { quoteIdentifier, unquoteIdentifier } from '../../../parse/mysql/identifiers';
import { tableOfShowCreate } from '../../../schema/mysql/show-create';
import { tokensOf } from '../../../schema/mysql/tokens';
import type { Row } from '../connect';
import type { ReadObjects, Shown, ShownEvent } from './objects';
import { ownText, withoutDatabase, withoutEnd } from './texts';

/**
 * The catalog of the database in use, from its objects as the server writes them. Its own name and that of whoever made it are left out, so that
 * equal databases have equal catalogs.
 * @param excluded names of tables that are no part of it (bookkeeping), with all that belongs to them.
 */
export function assembleCatalog(objects: ReadObjects, excluded: ReadonlySet<string>, clockStart: string | undefined): Catalog {
  const engine: Engine = { name: objects.engineName, major: 0 };
  const relations = new Set([...objects.tables, ...objects.views].map(({ name }) => name));
  return {
    schemas: [{ ...defaultsOf(objects.defaults), ...grantsOn(objects, null, null) }],
    tables: objects.tables
      .filter(({ name }) => !excluded.has(name))
      .map((shown): Table => {
        const table = tableOfShowCreate(withoutDatabase(shown.text, objects.database), engine);
        return {
          ...table,
          ...grantsOn(objects, shown.name, null),
          columns: table.columns.map((column) => ({ ...column, ...grantsOn(objects, shown.name, column.name) })),
          columnOrder: 'significant',
          triggers: objects.triggers.filter((row) => row.table === shown.name).map((row) => trigger(row, objects)),
        };
      }),
    sequences: objects.sequences.filter(({ name }) => !excluded.has(name)).map(sequence),
    types: [],
    definitions: [
      ...objects.views.map((shown) => view(shown, objects, relations)),
      ...objects.routines.map((shown) => routine(shown, objects)),
      ...objects.events.map((shown) => event(shown, objects, clockStart)),
    ],
  };
}

function defaultsOf(row: Row): SchemaObject {
  return { identity: '', name: '', options: Object.entries(row).map(([name, value]) => `${name}=${String(value)}`) };
}

/** `grantee=privilege`, sorted; nothing where there are none. */
function grantsOn({ grants }: ReadObjects, object: string | null, column: string | null): { readonly grants?: readonly string[] } {
  const own = grants.filter((row) => row.object === object && row.column === column);
  return own.length === 0 ? {} : { grants: own.map(({ grantee, privilege }) => `${String(grantee)}=${String(privilege)}`).sort() };
}

/** Where it stands among others of its moment is no part of it as long as it is alone. */
function trigger(row: Row, objects: ReadObjects): Trigger {
  const name = String(row.name);
  const parts = [
    `CREATE${definer(String(row.definer), objects)} TRIGGER ${quoteIdentifier(name)} ${String(row.timing)} ${String(row.event)}`,
    `ON ${quoteIdentifier(String(row.table))} FOR EACH ROW`,
    ...followed(row, objects.triggers),
    withoutEnd(withoutDatabase(String(row.body), objects.database)),
  ];
  return { identity: name, name, definition: parts.join(' '), enabled: 'O' };
}

/** `FOLLOWS name`, for all but the first trigger of the same moment. */
function followed(row: Row, all: readonly Row[]): string[] {
  const earlier = all.find(
    (other) =>
      other.table === row.table &&
      other.timing === row.timing &&
      other.event === row.event &&
      Number(other.place) === Number(row.place) - 1,
  );
  return earlier === undefined ? [] : [`FOLLOWS ${quoteIdentifier(String(earlier.name))}`];
}

/** ` DEFINER=...` with a space before it; nothing for the user by whom we are connected. */
function definer(name: string, { user }: ReadObjects): string {
  if (userOf(name) === userOf(user)) return '';
  const at = name.lastIndexOf('@');
  return ` DEFINER=${quoteIdentifier(name.slice(0, at))}@${quoteIdentifier(name.slice(at + 1))}`;
}

/** `root` of `root@%`: the host is that of a connection, not of whoever it is. */
function userOf(account: string): string {
  return account.slice(0, Math.max(0, account.lastIndexOf('@')));
}

function view({ name, text }: Shown, objects: ReadObjects, relations: ReadonlySet<string>): DefinedObject {
  const definition = ownText(text, objects);
  const named = tokensOf(definition).flatMap((token) => (token.kind === 'name' ? [unquoteIdentifier(token.text)] : []));
  const dependsOn = [...new Set(named)].filter((other) => other !== name && relations.has(other)).sort();
  return { identity: name, schema: '', name, kind: 'view', definition, dependsOn, ...grantsOn(objects, name, null) };
}

function routine({ name, type, text }: Shown, objects: ReadObjects): DefinedObject {
  const common = {
    identity: `${type.toLowerCase()} ${name}`,
    schema: '',
    name,
    definition: ownText(text, objects),
    dependsOn: [],
    ...grantsOn(objects, `${type} ${name}`, null),
  };
  if (type === 'FUNCTION' || type === 'PROCEDURE') return { ...common, kind: type === 'FUNCTION' ? 'function' : 'procedure' };
  return { ...common, kind: 'other', signature: ` ${type.toLowerCase()}`, removal: `DROP ${type} ${quoteIdentifier(name)}` };
}

/**
 * An event that says no start begins when it is made, so a start that is past says nothing. AT and ENDS may name a moment counted from when
 * a migration ran, in every run another one: they are told in hours from the first run, but for a midnight, which nobody hits by counting.
 */
function event({ name, text, times }: ShownEvent, objects: ReadObjects, clockStart: string | undefined): DefinedObject {
  const { starts, ends, at, created } = times;
  let definition = ownText(text, objects);
  if (typeof starts === 'string' && starts <= String(created)) definition = definition.replace(` STARTS '${starts}'`, '');
  for (const moment of [starts, ends, at]) {
    if (typeof moment !== 'string' || clockStart === undefined || moment.endsWith(' 00:00:00')) continue;
    definition = definition.replace(`'${moment}'`, `CURRENT_TIMESTAMP + INTERVAL ${hoursBetween(clockStart, moment)} HOUR`);
  }
  const removal = `DROP EVENT ${quoteIdentifier(name)}`;
  return { identity: `event ${name}`, schema: '', name, kind: 'other', signature: ' event', definition, removal, dependsOn: [] };
}

function hoursBetween(from: string, to: string): number {
  const time = (text: string) => Date.parse(`${text.slice(0, 'YYYY-MM-DD HH:MM:SS'.length).replace(' ', 'T')}Z`);
  return Math.floor((time(to) - time(from)) / 3_600_000);
}

/** `CREATE SEQUENCE s start with 1 minvalue 1 maxvalue 9 increment by 1 cache 1000 nocycle ENGINE=InnoDB`. */
function sequence({ name, text }: Shown): Sequence {
  const value = (words: string) => new RegExp(`\\b${words} (-?\\d+)`, 'i').exec(text)?.[1] ?? '0';
  return {
    identity: name,
    schema: '',
    name,
    dataType: / as ([a-z ]+?) start with/i.exec(text)?.[1] ?? 'bigint',
    start: value('start with'),
    increment: value('increment by'),
    minimum: value('minvalue'),
    maximum: value('maxvalue'),
    cache: value('cache'),
    cycle: !/\bnocycle\b/i.test(text),
    persistence: 'permanent',
  };
}
