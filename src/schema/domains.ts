import type { TypeObject } from '../model/catalog';
import type { ObjectName } from '../model/operation';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { Words } from './sentences';
import { chooseName } from './server-names';
import type { Workspace } from './workspace';

type Domain = NonNullable<TypeObject['domain']>;

const clauses = ['collate', 'default', 'constraint', 'check', 'not', 'null'];

/** What ALTER DOMAIN can change, from the text of CREATE DOMAIN. Unnamed checks get the names that the server gives them. */
export function domainOf(statement: string): Domain {
  const words = new Words(statement);
  words.accept('create', 'domain');
  const { name } = words.name();
  words.accept('as');
  let domain: Domain = { baseType: words.until(...clauses), notNull: false, checks: [] };
  while (!words.done) {
    const constraint = words.accept('constraint') ? words.name().name : undefined;
    if (words.accept('default')) domain = { ...domain, default: words.until(...clauses) };
    else if (words.accept('collate')) words.name();
    else if (words.accept('not', 'null')) domain = { ...domain, notNull: true };
    else if (words.peek() === 'check') domain = withCheck(domain, name, constraint, words);
    else words.step();
  }
  return domain;
}

function withCheck(domain: Domain, name: string, constraint: string | undefined, words: Words): Domain {
  words.accept('check');
  const condition = words.parenthesised() ?? '';
  const taken = (candidate: string) => domain.checks.some((check) => nameOf(check) === candidate);
  const chosen = constraint ?? chooseName(name, undefined, 'check', taken);
  const notValid = words.accept('not', 'valid') ? ' NOT VALID' : '';
  return { ...domain, checks: [...domain.checks, `CONSTRAINT ${quoteIdentifier(chosen)} CHECK ${condition}${notValid}`] };
}

function nameOf(check: string): string {
  const words = new Words(check);
  words.accept('constraint');
  return words.name().name;
}

/** ALTER DOMAIN behind the name. False for what the catalog does not show. */
export function alterDomain(workspace: Workspace, name: ObjectName, rest: string): boolean {
  const type = workspace.types.find(name, workspace.lookupPath);
  const domain = type?.domain;
  if (type === undefined || domain === undefined) return false;
  const changed = changedDomain(domain, type.name, new Words(rest));
  if (changed === undefined) return false;
  workspace.types.set({ ...type, domain: changed, definition: definitionOf(type, changed) });
  return true;
}

function changedDomain(domain: Domain, name: string, words: Words): Domain | undefined {
  const { default: _, ...withoutDefault } = domain;
  if (words.accept('set', 'default')) return { ...domain, default: words.rest() };
  if (words.accept('drop', 'default')) return withoutDefault;
  if (words.accept('set', 'not', 'null')) return { ...domain, notNull: true };
  if (words.accept('drop', 'not', 'null')) return { ...domain, notNull: false };
  if (words.accept('add')) {
    const constraint = words.accept('constraint') ? words.name().name : undefined;
    return words.peek() === 'check' ? withCheck(domain, name, constraint, words) : undefined;
  }
  if (words.accept('drop', 'constraint')) {
    words.accept('if', 'exists');
    const dropped = words.name().name;
    return { ...domain, checks: domain.checks.filter((check) => nameOf(check) !== dropped) };
  }
  if (words.accept('rename', 'constraint')) {
    const old = words.name().name;
    words.accept('to');
    const renamed = words.name().name;
    return { ...domain, checks: renamedChecks(domain.checks, old, renamed) };
  }
  if (words.accept('validate', 'constraint')) {
    const validated = words.name().name;
    return { ...domain, checks: domain.checks.map((check) => (nameOf(check) === validated ? check.replace(/ NOT VALID$/, '') : check)) };
  }
  return undefined;
}

function renamedChecks(checks: readonly string[], old: string, renamed: string): readonly string[] {
  return checks.map((check) =>
    nameOf(check) === old ? check.replace(`CONSTRAINT ${quoteIdentifier(old)} `, `CONSTRAINT ${quoteIdentifier(renamed)} `) : check,
  );
}

function definitionOf(type: TypeObject, domain: Domain): string {
  const head = /^\s*create\s+domain\s+.*?(?=\s)/is.exec(type.definition)?.[0] ?? `CREATE DOMAIN ${quoteIdentifier(type.name)}`;
  const parts = [`${head} AS ${domain.baseType}`];
  if (domain.default !== undefined) parts.push(`DEFAULT ${domain.default}`);
  if (domain.notNull) parts.push('NOT NULL');
  parts.push(...domain.checks.map((check) => check.replace(/ NOT VALID$/, '')));
  return parts.join(' ');
}

/** Composite types: the attributes as `name type`, from the text of CREATE TYPE. */
export function attributesOf(statement: string): readonly string[] {
  const words = new Words(statement);
  if (!words.skipPast('as')) return [];
  const list = words.parenthesised();
  return list === undefined ? [] : splitList(list.slice(1, -1));
}

function splitList(text: string): string[] {
  const words = new Words(text);
  const parts: string[] = [];
  while (!words.done) {
    parts.push(words.until(','));
    words.accept(',');
  }
  return parts;
}

/** ALTER TYPE ... ADD, DROP, ALTER and RENAME ATTRIBUTE behind the name. False for what the catalog does not show. */
export function alterComposite(workspace: Workspace, name: ObjectName, rest: string): boolean {
  const type = workspace.types.find(name, workspace.lookupPath);
  if (type?.attributes === undefined) return false;
  let attributes: readonly string[] | undefined = type.attributes;
  for (const part of splitList(rest)) attributes = attributes && changedAttributes(attributes, new Words(part));
  if (attributes === undefined) return false;
  const head = /^[^(]*?\bas\s*(?=\()/is.exec(type.definition)?.[0] ?? '';
  workspace.types.set({ ...type, attributes, definition: `${head}(${attributes.join(', ')})` });
  return true;
}

function changedAttributes(attributes: readonly string[], words: Words): readonly string[] | undefined {
  const called = (name: string) => (attribute: string) => new Words(attribute).name().name === name;
  if (words.accept('add', 'attribute')) return [...attributes, words.until('cascade', 'restrict')];
  if (words.accept('drop', 'attribute')) {
    words.accept('if', 'exists');
    const dropped = called(words.name().name);
    return attributes.filter((attribute) => !dropped(attribute));
  }
  if (words.accept('alter', 'attribute')) {
    const { name } = words.name();
    words.accept('set', 'data');
    words.accept('type');
    const type = words.until('cascade', 'restrict', 'collate');
    return attributes.map((attribute) => (called(name)(attribute) ? `${quoteIdentifier(name)} ${type}` : attribute));
  }
  if (words.accept('rename', 'attribute')) {
    const { name } = words.name();
    words.accept('to');
    const renamed = words.name().name;
    return attributes.map((attribute) => {
      if (!called(name)(attribute)) return attribute;
      const old = new Words(attribute);
      old.name();
      return `${quoteIdentifier(renamed)} ${old.rest()}`;
    });
  }
  return undefined;
}
