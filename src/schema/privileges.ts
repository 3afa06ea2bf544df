import { quoteIdentifier } from '../parse/postgres/identifiers';
import { type Attributes, changeAttributes } from './attributes';
import { readNamed, type Target, Words } from './sentences';
import type { Workspace } from './workspace';

/** What GRANT ALL stands for (manual, Privileges); MAINTAIN came with 17 and is granted and revoked with ALL there. */
const allOf: Readonly<Record<string, readonly string[]>> = {
  table: ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'],
  column: ['SELECT', 'INSERT', 'UPDATE', 'REFERENCES'],
  sequence: ['SELECT', 'USAGE', 'UPDATE'],
  function: ['EXECUTE'],
  schema: ['USAGE', 'CREATE'],
  type: ['USAGE'],
};

interface Privileges {
  readonly grants: boolean;
  readonly words: readonly { readonly word: string; readonly columns?: readonly string[] }[];
  /** Kinds and names, or all of a kind in these schemas. */
  readonly on: { readonly kind: string; readonly targets: readonly Target[]; readonly inSchemas?: readonly string[] };
  readonly roles: readonly string[];
  /** WITH GRANT OPTION, or GRANT OPTION FOR. */
  readonly option: boolean;
}

/** GRANT and REVOKE on objects. What no migration shows stays as it is: its privileges are not known. */
export function changePrivileges(workspace: Workspace, text: string): void {
  const read = readPrivileges(text);
  if (read === undefined) return;
  for (const target of targetsOf(workspace, read)) {
    const whole = read.words.filter(({ columns }) => columns === undefined);
    const single = read.words.filter(({ columns }) => columns !== undefined);
    if (whole.length > 0)
      changeAttributes(workspace, target, (object) => ({
        ...object,
        grants: changed(grantsOf(object, target.kind), read, target.kind, whole),
      }));
    // REVOKE on a table takes what was granted on its columns too (manual, REVOKE).
    if (!read.grants && whole.length > 0) changeColumns(workspace, target, read, whole);
    if (single.length > 0) changeColumns(workspace, target, read, single);
  }
}

/** Reads GRANT and REVOKE on objects; undefined for roles granted to roles. */
function readPrivileges(text: string): Privileges | undefined {
  const words = new Words(text);
  const grants = words.accept('grant');
  if (!grants && !words.accept('revoke')) return undefined;
  const optionFor = words.accept('grant', 'option', 'for');
  const found: { word: string; columns?: readonly string[] }[] = [];
  do {
    const word = words.until('on', ',', '(', 'to', 'from').toUpperCase();
    const list = words.parenthesised();
    found.push({ word: word.replace(/^ALL PRIVILEGES$/, 'ALL'), ...(list === undefined ? {} : { columns: namesOf(list) }) });
  } while (words.accept(','));
  if (!words.accept('on')) return undefined;
  const on = readObjects(words);
  if (!words.accept(grants ? 'to' : 'from')) return undefined;
  const roles: string[] = [];
  do {
    words.accept('group');
    const role = words.name().name;
    roles.push(role === 'public' ? 'PUBLIC' : role);
  } while (words.accept(','));
  return { grants, words: found, on, roles, option: optionFor || words.skipPast('with', 'grant', 'option') };
}

const plural: Readonly<Record<string, string>> = {
  tables: 'table',
  sequences: 'sequence',
  functions: 'function',
  procedures: 'function',
  routines: 'function',
};

function readObjects(words: Words): Privileges['on'] {
  if (words.accept('all')) {
    const kind = plural[words.peek()] ?? 'table';
    words.step();
    words.accept('in', 'schema');
    const inSchemas: string[] = [];
    do inSchemas.push(words.name().name);
    while (words.accept(','));
    return { kind, targets: [], inSchemas };
  }
  const kind = readKind(words);
  const targets: Target[] = [];
  do targets.push(readNamed(words, kind));
  while (words.accept(','));
  return { kind, targets };
}

const kinds = new Set(['table', 'sequence', 'function', 'procedure', 'routine', 'schema', 'type', 'domain']);

/** Databases, languages and servers are no part of the catalog here. */
const otherKinds = ['database', 'language', 'tablespace', 'parameter', 'large object', 'foreign server', 'foreign data wrapper'].map(
  (kind) => kind.split(' '),
);

/** What the names behind it are of: relations, where nothing is said. */
function readKind(words: Words): string {
  const word = words.peek();
  if (kinds.has(word) && words.peek(1) !== '.') {
    words.step();
    return word;
  }
  return otherKinds.find((kind) => words.accept(...kind))?.join(' ') ?? 'table';
}

function targetsOf(workspace: Workspace, { on }: Privileges): readonly Target[] {
  if (on.inSchemas === undefined) return on.targets;
  const isIn = (object: { readonly schema: string }) => on.inSchemas?.includes(object.schema) === true;
  const named = (kind: string, object: { readonly schema: string; readonly name: string; readonly signature?: string }): Target => ({
    kind,
    name: { schema: object.schema, name: object.name },
    text: '',
    ...(object.signature === undefined ? {} : { signature: object.signature }),
  });
  switch (on.kind) {
    case 'sequence':
      return workspace.sequences
        .values()
        .filter(isIn)
        .map((sequence) => named('sequence', sequence));
    case 'function':
      return workspace.definitions
        .values()
        .filter((object) => isIn(object) && ['function', 'procedure', 'aggregate'].includes(object.kind))
        .map((object) => named('function', object));
    default:
      return [
        ...workspace.tables.values().filter(isIn),
        ...workspace.definitions
          .values()
          .filter((object) => isIn(object) && (object.kind === 'view' || object.kind === 'materialized view')),
      ].map((object) => named('table', object));
  }
}

function grantsOf(object: Attributes, kind: string): readonly string[] {
  return object.grants ?? defaultGrants(kind);
}

/** What a new object grants by itself (manual, Privileges). */
export function defaultGrants(kind: string): readonly string[] {
  if (['function', 'procedure', 'routine', 'aggregate'].includes(kind)) return ['PUBLIC=EXECUTE/'];
  return kind === 'type' || kind === 'domain' ? ['PUBLIC=USAGE/'] : [];
}

function changeColumns(workspace: Workspace, target: Target, read: Privileges, words: Privileges['words']): void {
  const table = workspace.findTable(target.name);
  if (table === undefined || table.presumed === true) return;
  workspace.tables.set({
    ...table,
    columns: table.columns.map((column) => {
      const own = words.filter(({ columns }) => columns?.includes(column.name) ?? column.grants !== undefined);
      return own.length === 0 ? column : { ...column, grants: changed(column.grants ?? [], read, 'column', own) };
    }),
  });
}

function changed(grants: readonly string[], read: Privileges, kind: string, words: Privileges['words']): readonly string[] {
  const byRole = new Map(
    grants.map((grant) => [grant.slice(0, grant.lastIndexOf('=')), grant.slice(grant.lastIndexOf('=') + 1, -1).split(',')]),
  );
  const all = allOf[groupOf(kind)] ?? [];
  const named = words.flatMap(({ word }) => (word === 'ALL' ? [...all, 'ALL'] : [word]));
  for (const role of read.roles) {
    const held = new Map((byRole.get(role) ?? []).map((word) => [word.replace('*', ''), word.endsWith('*')]));
    for (const word of named) {
      if (read.grants) held.set(word, read.option || held.get(word) === true);
      else if (read.option) held.has(word) && held.set(word, false);
      else held.delete(word);
    }
    // ALL is more than its list on later versions, and no longer true once a part of it is taken.
    if (!read.grants && held.has('ALL')) held.delete('ALL');
    if (held.size === 0) byRole.delete(role);
    else byRole.set(role, [...held].map(([word, option]) => (option ? `${word}*` : word)).sort());
  }
  return [...byRole].map(([role, list]) => `${role}=${list.join(',')}/`).sort();
}

function groupOf(kind: string): string {
  if (['function', 'procedure', 'routine', 'aggregate'].includes(kind)) return 'function';
  return kind === 'domain' ? 'type' : kind;
}

function namesOf(list: string): string[] {
  const words = new Words(list.slice(1, -1));
  const names: string[] = [];
  while (!words.done) {
    names.push(words.name().name);
    words.accept(',');
  }
  return names;
}

/** A role as SQL. */
export function roleText(role: string): string {
  return role === 'PUBLIC' ? role : quoteIdentifier(role);
}
