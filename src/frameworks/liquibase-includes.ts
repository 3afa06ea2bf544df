import type { SourceFile } from '../model/run-protocol';
import { byText, folderPrefix } from './files';

/**
 * What changelogs of Liquibase in XML, YAML and JSON say of the others: which files they include, in which order (documentation, "include"
 * and "includeAll"), and the values of parameters. Changes of those in XML are read elsewhere (`liquibase/`).
 */
export interface OtherChangelog {
  readonly includes: readonly Include[];
  readonly properties: readonly Property[];
  readonly hasChanges: boolean;
}

interface Include {
  readonly kind: 'file' | 'folder';
  readonly path: string;
}

/** `dbms` is a list of databases, as a changeset has it. */
export interface Property {
  readonly name: string;
  readonly value: string;
  readonly dbms?: string;
}

const include = /\binclude(All)?\b["']?[\s:>{]+[^<]*?\b(?:file|path)["']?\s*[:=]\s*["']?([^"'\s,}>]+)/g;
const property = /(?:<property\b([^>]*)>|["']?\bproperty["']?\s*:\s*\{?((?:\s*["']?\w+["']?\s*:[^\n,}]*[\n,]?)+))/g;

/** Never throws on any text: what is no changelog includes nothing. */
export function readOtherChangelog(text: string): OtherChangelog {
  const bare = text.replace(/<!--[\s\S]*?-->|^\s*#.*$/gm, '');
  return {
    includes: [...bare.matchAll(include)].map(([, all, path = '']) => ({ kind: all === undefined ? 'file' : 'folder', path })),
    properties: [...bare.matchAll(property)].flatMap(([, attributes, map]) => propertyOf(attributes ?? map ?? '') ?? []),
    hasChanges: /<changeSet\b|\bchangeSet["']?\s*:/.test(bare),
  };
}

function propertyOf(text: string): Property | undefined {
  const word = (key: string) => {
    const match = new RegExp(`\\b${key}["']?\\s*[:=]\\s*(?:"([^"]*)"|'([^']*)'|([^\\s,}]+))`).exec(text);
    return match?.[1] ?? match?.[2] ?? match?.[3];
  };
  const [name, value, dbms] = [word('name'), word('value'), word('dbms')];
  return name === undefined || value === undefined ? undefined : { name, value, ...(dbms !== undefined && { dbms }) };
}

/** The SQL files in the order in which the other changelogs include them; those that none includes come last, by their names. */
export function inOrderOfIncludes(
  sql: readonly SourceFile[],
  others: readonly (OtherChangelog & { readonly path: string })[],
): readonly SourceFile[] {
  const all = [...sql.map(({ path }) => path), ...others.map(({ path }) => path)];
  const included = new Map(others.map(({ path, includes }) => [path, includes.flatMap((each) => pathsOf(each, path, all))]));
  const inner = new Set([...included.values()].flat());
  const order: string[] = [];
  const visit = (path: string): void => {
    if (order.includes(path)) return;
    order.push(path);
    for (const next of included.get(path) ?? []) visit(next);
  };
  for (const { path } of others.toSorted((left, right) => byText(left.path, right.path))) if (!inner.has(path)) visit(path);
  const positions = new Map(order.map((path, position) => [path, position]));
  const positionOf = ({ path }: SourceFile) => positions.get(path) ?? order.length;
  return sql.toSorted((left, right) => positionOf(left) - positionOf(right) || byText(left.path, right.path));
}

/** The folder that is read can lie anywhere below the one from which Liquibase searches, so the end of a path decides. */
function pathsOf({ kind, path }: Include, from: string, all: readonly string[]): readonly string[] {
  const wanted = path.replace(/^classpath:/, '').replace(/^(?:\.?\/)+|\/+$/g, '');
  if (kind === 'file') {
    const beside = folderPrefix(from) + wanted;
    const found = all.find((each) => each === beside) ?? all.find((each) => each === wanted || wanted.endsWith(`/${each}`));
    return found === undefined ? [] : [found];
  }
  const isBelow = (folder: string) => all.filter((each) => each !== from && each.startsWith(`${folder}/`));
  const folders = [folderPrefix(from) + wanted, wanted, wanted.slice(wanted.lastIndexOf('/') + 1)];
  const found = folders.map(isBelow).find((paths) => paths.length > 0) ?? all.filter((each) => each !== from && !each.includes('/'));
  return found.toSorted(byText);
}
