import { type DefinedObject, type Index, relationKey, type Sequence } from '../model/catalog';
import type { ObjectName, Operation } from '../model/operation';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { tokenize } from '../parse/postgres/lexer';
import { changeAttributes, creator, findDefinition, otherName } from './attributes';
import { renameIdentifier } from './definitions';
import { alterComposite, alterDomain } from './domains';
import { readNamed, readOptions, readTarget, type Target, Words } from './sentences';
import { sequenceOptions } from './sequence-options';
import { type Setting, setSetting } from './settings';
import type { Workspace } from './workspace';

/** Statements that the reader has no operation for: what they change of the catalog, told by their words. */
export function applyOther(
  workspace: Workspace,
  _operation: Extract<Operation, { kind: 'other' }>,
  source: { readonly text: string },
): void {
  applyText(workspace, source.text);
}

/** CREATE, ALTER and DROP of rarer kinds. */
export function applyText(workspace: Workspace, text: string): void {
  const words = new Words(text);
  if (words.accept('alter', 'default', 'privileges')) defaultPrivileges(workspace, text, words);
  else if (words.accept('alter')) {
    const target = readTarget(words);
    if (target !== undefined) alter(workspace, target, words.rest(), text);
  } else if (words.accept('create')) make(workspace, words, text);
  else if (words.accept('drop')) remove(workspace, words);
}

function alter(workspace: Workspace, target: Target, rest: string, text: string): void {
  const words = new Words(rest);
  if (words.accept('owner', 'to')) {
    setOwner(workspace, target, words.rest());
    return;
  }
  if (words.accept('rename', 'to')) {
    renameDefinition(workspace, target, words.name().name);
    return;
  }
  switch (target.kind) {
    case 'sequence':
      alterSequence(workspace, target, rest);
      return;
    case 'domain':
      alterDomain(workspace, target.name, rest);
      return;
    case 'type':
      alterComposite(workspace, target.name, rest);
      return;
    case 'policy':
    case 'trigger':
      changePart(workspace, target, text);
      return;
    case 'index':
    case 'statistics':
    case 'event trigger':
      alterSetting(workspace, target, rest, text);
      return;
    default:
      addToDefinition(workspace, target, rest, text);
  }
}

export function setOwner(workspace: Workspace, target: Target, role: string): void {
  const words = new Words(role);
  const owner = words.peek() === 'current_user' || words.peek() === 'session_user' ? creator : words.name().name;
  changeAttributes(workspace, target, (object) => ({ ...object, owner }));
}

/** Objects that are kept by their definition alone, under a new name. */
function renameDefinition(workspace: Workspace, target: Target, newName: string): void {
  const found = findDefinition(workspace, target);
  if (found === undefined) return;
  const definition = renameIdentifier(found.definition, target.name.name, newName);
  const { removal } = found;
  workspace.definitions.set({
    ...found,
    name: found.kind === 'other' ? otherName(target.kind, { ...target.name, name: newName }, target.signature) : newName,
    definition,
    ...(removal !== undefined && { removal: renameIdentifier(removal, target.name.name, newName) }),
  });
}

/** ALTER VIEW, FUNCTION, PUBLICATION and the like: the definition is then the statement that made it, and this one behind it. */
function addToDefinition(workspace: Workspace, target: Target, rest: string, text: string): void {
  const found = findDefinition(workspace, target);
  const words = new Words(rest);
  if (found === undefined || (words.peek() === 'rename' && words.peek(1) === 'to') || words.accept('set', 'schema')) return;
  workspace.definitions.set({ ...found, definition: `${found.definition};\n${text}` });
}

function changePart(workspace: Workspace, { kind, name, on }: Target, text: string): void {
  const table = on === undefined ? undefined : workspace.findTable(on);
  if (table === undefined) return;
  const behind = <T extends { readonly name: string; readonly definition: string }>(part: T): T =>
    part.name === name.name ? { ...part, definition: `${part.definition};\n${text}` } : part;
  workspace.tables.set(
    kind === 'policy' ? { ...table, policies: table.policies.map(behind) } : { ...table, triggers: table.triggers.map(behind) },
  );
}

/** ALTER TRIGGER, POLICY and RULE ... RENAME: within their table. True when it was one of these. */
export function renamePart(workspace: Workspace, text: string): boolean {
  const words = new Words(text);
  if (!words.accept('alter')) return false;
  const target = readTarget(words);
  if (target?.on === undefined || !words.accept('rename', 'to')) return false;
  const newName = words.name().name;
  const old = target.name.name;
  const table = workspace.findTable(target.on);
  const renamed = <T extends { readonly name: string; readonly definition: string }>(part: T): T =>
    part.name === old ? { ...part, name: newName, definition: renameIdentifier(part.definition, old, newName) } : part;
  if (target.kind === 'rule') {
    const rule = findDefinition(workspace, target);
    if (rule !== undefined) workspace.definitions.set(renamed(rule));
  } else if (table !== undefined)
    workspace.tables.set({
      ...table,
      triggers: target.kind === 'trigger' ? table.triggers.map(renamed) : table.triggers,
      policies: target.kind === 'policy' ? table.policies.map(renamed) : table.policies,
    });
  return true;
}

function alterSequence(workspace: Workspace, target: Target, rest: string): void {
  const sequence = workspace.sequences.find(target.name, workspace.lookupPath);
  if (sequence === undefined) return;
  const words = new Words(rest);
  if (words.accept('set', 'logged')) workspace.sequences.set({ ...sequence, persistence: 'permanent' });
  else if (words.accept('set', 'unlogged')) workspace.sequences.set({ ...sequence, persistence: 'unlogged' });
  else workspace.sequences.set(withOptions(workspace, sequence, rest));
}

/** The options of ALTER SEQUENCE, and of identity columns behind SET. RESTART changes a position, which is no part of the schema. */
export function withOptions(workspace: Workspace, sequence: Sequence, text: string): Sequence {
  const option = sequenceOptions(text.replaceAll(/\bset\s+(?=(increment|minvalue|maxvalue|start|cache|cycle|no)\b)/gi, ''));
  const owned = /\bowned\s+by\s+(.+)$/is.exec(text)?.[1];
  const { ownedBy: _, ...free } = sequence;
  const changed: Sequence = {
    ...sequence,
    ...(option.as !== undefined && { dataType: option.as }),
    ...(option.increment !== undefined && { increment: option.increment }),
    ...(option.minvalue !== undefined && { minimum: option.minvalue }),
    ...(option.maxvalue !== undefined && { maximum: option.maxvalue }),
    ...(option.start !== undefined && { start: option.start }),
    ...(option.cache !== undefined && { cache: option.cache }),
    ...(option.cycle !== undefined && { cycle: option.cycle }),
  };
  if (owned === undefined) return changed;
  if (/^none\b/i.test(owned)) return { ...free };
  const parts = new Words(owned).parts();
  const name = { name: parts.at(-2) ?? '', ...(parts.length > 2 ? { schema: parts.at(-3) ?? '' } : {}) };
  const table = workspace.findTable(name);
  const schema = table?.schema ?? workspace.creationSchema(name);
  return { ...changed, ownedBy: { table: `${schema}.${name.name}`, column: parts.at(-1) ?? '', internal: false } };
}

/** SET and RESET of single options, kept as the statements that say them. */
function alterSetting(workspace: Workspace, target: Target, rest: string, text: string): void {
  const words = new Words(rest);
  const head = `ALTER ${target.text}`;
  if (target.kind === 'index' && (words.accept('set') || words.accept('reset'))) {
    const list = words.parenthesised();
    if (list === undefined) return;
    setOptions(workspace, head, /^\s*reset/i.test(rest), list);
    return;
  }
  if (target.kind === 'index' && words.accept('attach', 'partition')) {
    attachIndex(workspace, words.name());
    return;
  }
  if (target.kind === 'statistics' && words.accept('set', 'statistics'))
    setSetting(workspace, head, { set: text, reset: `${head} SET STATISTICS -1` });
  if (target.kind === 'event trigger')
    setSetting(workspace, head, /^\s*enable\s*$/i.test(rest) ? undefined : { set: text, reset: `${head} ENABLE` });
  if (target.kind === 'index' && words.accept('alter')) {
    const column = words.until('set').replace(/^column\s+/i, '');
    const on = `${head} ALTER COLUMN ${column}`;
    setSetting(workspace, on, { set: text, reset: `${on} SET STATISTICS -1` });
  }
}

/** An attached index comes and goes with that of the partitioned table (manual, ALTER INDEX, ATTACH PARTITION). */
function attachIndex(workspace: Workspace, { schema, name }: ObjectName): void {
  const isIt = (index: Index) => index.name === name;
  const owner = workspace.tables.values().find((table) => (schema === undefined || table.schema === schema) && table.indexes.some(isIt));
  if (owner === undefined) return;
  workspace.tables.set({ ...owner, indexes: owner.indexes.map((index) => (isIt(index) ? { ...index, inherited: true } : index)) });
}

/** Options in parentheses, each a setting of its own. */
export function setOptions(workspace: Workspace, head: string, resets: boolean, list: string): void {
  for (const [name, value] of readOptions(list)) {
    const set: Setting = { set: `${head} SET (${name} = ${value})`, reset: `${head} RESET (${name})` };
    setSetting(workspace, `${head} ${name}`, resets ? undefined : set);
  }
}

function defaultPrivileges(workspace: Workspace, text: string, words: Words): void {
  const scope = words.until('grant', 'revoke');
  const grants = words.accept('grant');
  if (!grants) words.accept('revoke');
  const optionFor = words.accept('grant', 'option', 'for');
  const what = words.until('to', 'from');
  words.step();
  const roles = words.until('with', 'cascade', 'restrict', 'granted');
  const head = `ALTER DEFAULT PRIVILEGES ${scope}${scope === '' ? '' : ' '}`;
  const key = `${head}${what} ${roles}`.replaceAll(/\s+/g, ' ').toLowerCase();
  const known = workspace.settings[key];
  // Functions and types are PUBLIC's at first (manual, Privileges); everything else is nobody's but the owner's.
  const isPublicAtFirst =
    /\bon\s+(functions|routines|types)\b/i.test(what) && /^public$/i.test(roles.trim()) && !/\bin\s+schema\b/i.test(scope);
  if (grants === isPublicAtFirst && !optionFor && (known !== undefined || !grants)) {
    setSetting(workspace, key, undefined);
    return;
  }
  const reset = grants ? `${head}REVOKE ${what} FROM ${roles}` : isPublicAtFirst ? `${head}GRANT ${what} TO ${roles}` : undefined;
  setSetting(workspace, key, { set: text, ...(reset !== undefined && !optionFor && { reset }) });
}

const makers: readonly (readonly string[])[] = [
  ['text', 'search', 'configuration'],
  ['text', 'search', 'dictionary'],
  ['text', 'search', 'parser'],
  ['text', 'search', 'template'],
  ['foreign', 'data', 'wrapper'],
  ['user', 'mapping'],
  ['operator', 'class'],
  ['operator', 'family'],
  ['access', 'method'],
  ['event', 'trigger'],
  ...['statistics', 'aggregate', 'collation', 'conversion', 'cast', 'server', 'operator', 'transform', 'language'].map((word) => [word]),
];

/** CREATE of a kind that the catalog keeps by its definition alone, with the DROP that takes it away. */
function make(workspace: Workspace, words: Words, text: string): void {
  const orReplace = words.accept('or', 'replace');
  words.accept('default');
  words.accept('trusted');
  words.accept('procedural');
  const kind = makers.find((candidate) => words.accept(...candidate))?.join(' ');
  if (kind === undefined) return;
  words.accept('if', 'not', 'exists');
  if (kind === 'statistics' && (words.peek() === '(' || words.peek() === 'on')) return;
  const target = kind === 'operator' ? operatorTarget(words, text) : readNamed(words, kind);
  const existing = findDefinition(workspace, target);
  if (existing !== undefined && !orReplace) return;
  const own = kind === 'statistics' || kind === 'aggregate' || kind === 'event trigger' ? kind : 'other';
  const schema = own === 'statistics' || own === 'aggregate' ? workspace.creationSchema(target.name) : '';
  const object: DefinedObject = {
    ...(existing ?? { identity: workspace.newIdentity() }),
    schema,
    name: own === 'other' ? otherName(kind, target.name, target.signature) : target.name.name,
    kind: own,
    definition: text,
    dependsOn: needsOf(workspace, text),
    ...(own === 'other' && {
      removal: `DROP ${hasOwnFamily(workspace, target, text) ? target.text.replace(/ CLASS /, ' FAMILY ') : target.text}`,
    }),
    ...(own === 'aggregate' && target.signature !== undefined && { signature: target.signature }),
  };
  workspace.definitions.set(object);
}

/** An operator class that names no family gets one of its name, which stays when the class alone is dropped (manual, CREATE OPERATOR CLASS). */
function hasOwnFamily(workspace: Workspace, target: Target, text: string): boolean {
  if (target.kind !== 'operator class' || /\bfamily\b/i.test(text)) return false;
  return findDefinition(workspace, { ...target, kind: 'operator family' }) === undefined;
}

/** An operator is named by the types of its arguments, which stand among its options. */
function operatorTarget(words: Words, text: string): Target {
  const named = words.name();
  const list = /\((.*)\)\s*$/s.exec(text)?.[0];
  const options = list === undefined ? new Map<string, string>() : readOptions(list);
  const signature = `(${options.get('leftarg') ?? 'NONE'}, ${options.get('rightarg') ?? 'NONE'})`;
  const shown = named.schema === undefined ? named.name : `${quoteIdentifier(named.schema)}.${named.name}`;
  return { kind: 'operator', name: named, signature, text: `OPERATOR ${shown} ${signature}` };
}

/** Objects that are kept by their definition and whose names stand in the text. */
function needsOf(workspace: Workspace, text: string): readonly string[] {
  const words = new Set(
    tokenize(text).map((token) => (token.kind === 'quoted identifier' ? text.slice(token.start + 1, token.end - 1) : token.word)),
  );
  const tables = workspace.tables.values().filter((table) => words.has(table.name));
  const definitions = workspace.definitions
    .values()
    .filter((object) => words.has(object.kind === 'other' ? (object.name.split(' ').at(-1) ?? '') : object.name))
    .map((object) => (object.schema === '' ? object.name : `${object.schema}.${object.name}`));
  return [...tables.map(relationKey), ...definitions];
}

function remove(workspace: Workspace, words: Words): void {
  const target = readTarget(words);
  if (target === undefined) return;
  const targets = [target];
  while (words.accept(',')) targets.push(readNamed(words, target.kind));
  for (const each of targets) {
    const found = findDefinition(workspace, each);
    if (found !== undefined) workspace.definitions.delete(found);
  }
}
