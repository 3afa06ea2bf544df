import type { Table } from '../../model/catalog';
import { writeCollection } from '../../parse/mongodb/write';
import { type Change, type ChangeOptions, change } from '../change';
import { createIndex } from './indexes';

/** Collections that come, go, and get other options. */

/** MongoDB has no transaction around what changes a catalog that holds documents. */
export const aloneAlways = { transactional: false } as const;

export function collectionText(name: string): string {
  return writeCollection({ name });
}

/** `name=value` entries of a catalog, by their name. */
export function optionsOf({ options = [] }: Pick<Table, 'options'>): ReadonlyMap<string, string> {
  return new Map(
    options.map((entry) => {
      const at = entry.indexOf('=');
      return [entry.slice(0, at), entry.slice(at + 1)] as const;
    }),
  );
}

/** `{ a: 1, b: "x" }` of names and values as they are written; undefined without any. */
export function optionsText(options: Iterable<readonly [string, string]>): string | undefined {
  const entries = [...options].map(([name, value]) => `${name}: ${value}`);
  return entries.length === 0 ? undefined : `{ ${entries.join(', ')} }`;
}

export function dropCollection({ name }: { readonly name: string }, options: ChangeOptions): Change {
  return change(
    'drop table',
    `Drop collection ${name}`,
    `It was not there ${options.goal}.`,
    `${collectionText(name)}.drop()`,
    aloneAlways,
  );
}

/** With its indexes; its documents are lost, and so are options and indexes that nothing shows. */
export function createCollection(table: Table, options: ChangeOptions): readonly Change[] {
  const { name } = table;
  const given = optionsText(optionsOf(table));
  const unseen = table.complete === false ? ', and options and indexes that no migration shows' : '';
  const text = `documents of ${name}${unseen}: restore them from a backup taken before the migration`;
  const created = change(
    'create table',
    `Create collection ${name}`,
    `It was there ${options.goal}.`,
    `db.createCollection(${JSON.stringify(name)}${given === undefined ? '' : `, ${given}`})`,
    { ...aloneAlways, ...(!options.isEmpty(name) && { loses: { text, loss: { table: name } } }) },
  );
  return [created, ...table.indexes.map((index) => createIndex(name, index, options))];
}

export function renameCollection(from: string, to: string, options: ChangeOptions): Change {
  const why = `It was called so ${options.goal}. Its documents and indexes go with it.`;
  return change('rename', `Rename ${from} to ${to}`, why, `${collectionText(from)}.renameCollection(${JSON.stringify(to)})`, aloneAlways);
}

/** What collMod writes for an option that is no longer there (manual, collMod); undefined for one that it can't take back. */
const absent: Readonly<Record<string, string>> = {
  validator: '{}',
  validationLevel: '"strict"',
  validationAction: '"error"',
  changeStreamPreAndPostImages: '{ enabled: false }',
  expireAfterSeconds: '"off"',
};
/** What collMod calls the options of a capped collection (manual, collMod, since 6.0). */
const called: Readonly<Record<string, string>> = { size: 'cappedSize', max: 'cappedMax' };

/** collMod that gives a collection the options it had; what is fixed when a collection is made is said instead. */
export function modifyCollection(from: Table, to: Table, options: ChangeOptions): readonly Change[] {
  const [now, wanted] = [optionsOf(from), optionsOf(to)];
  const differing = [...new Set([...now.keys(), ...wanted.keys()])].filter((name) => now.get(name) !== wanted.get(name)).sort();
  const set: [string, string][] = [];
  const fixed: string[] = [];
  for (const name of differing) {
    const value = wanted.get(name) ?? absent[name];
    if (value !== undefined && (name in absent || name in called)) set.push([called[name] ?? name, value]);
    else fixed.push(name);
  }
  const told = differing.filter((name) => !fixed.includes(name)).join(', ');
  const title = `Set ${told} of ${to.name} back`;
  const text = optionsText([['collMod', JSON.stringify(to.name)], ...set]);
  const unknown = `Not undone: ${fixed.join(', ')} of ${to.name}, which only a new collection can have. Write it by hand.`;
  return [
    ...(set.length === 0 ? [] : [change('alter table', title, `It was so ${options.goal}.`, `db.runCommand(${text})`, aloneAlways)]),
    ...(fixed.length === 0
      ? []
      : [change('alter table', `Options of ${to.name}`, `It was so ${options.goal}.`, '', { ...aloneAlways, unknown })]),
  ];
}
