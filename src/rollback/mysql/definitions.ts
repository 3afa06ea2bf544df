import { type Catalog, type DefinedObject, relationKey, type Table, type Trigger } from '../../model/catalog';
import { quoteIdentifier } from '../../parse/mysql/identifiers';
import { match } from '../../state/match';
import { type Change, type ChangeOptions, change } from '../change';
import { spoken } from '../names';
import { inOrderOfNeed } from '../order';
import { renamedIn, sqlName } from './names';

/** Views, routines, events and triggers: what goes before tables change, and what comes when they have. */
export interface DefinitionChanges {
  readonly drops: readonly Change[];
  readonly creates: readonly Change[];
}

/** What takes an object away. */
function removalOf(object: DefinedObject): string {
  return object.removal ?? `DROP ${object.kind.toUpperCase()} ${sqlName(object)}`;
}

const words = (object: DefinedObject) => (object.kind === 'other' ? spoken(object) : `${object.kind} ${spoken(object)}`);

/**
 * Views are replaced, all others dropped and made again. A view reads its tables by name, and is not in their way when they change (manual,
 * CREATE VIEW).
 */
export function definitionChanges(from: Catalog, to: Catalog, options: ChangeOptions): DefinitionChanges {
  const { pairs, removed, added } = match(from.definitions, to.definitions, (object) => `${object.kind} ${relationKey(object)}`, false);
  const changed = pairs.filter(([a, b]) => a.definition !== b.definition);
  const remade = changed.filter(([a]) => a.kind !== 'view');
  const ddl = { transactional: false };
  const drop = (object: DefinedObject, why: string) => change(`drop ${object.kind}`, `Drop ${words(object)}`, why, removalOf(object), ddl);
  const replaced = changed
    .filter(([a]) => a.kind === 'view')
    .map(([, view]) => ({ ...view, definition: view.definition.replace(/^CREATE (?!OR REPLACE)/i, 'CREATE OR REPLACE ') }));
  const made = [...added, ...remade.map(([, object]) => object)];
  const inOrder = inOrderOfNeed(
    [...made, ...replaced].map((object) => ({ item: object, key: relationKey(object), needs: object.dependsOn })),
  );
  return {
    drops: [
      ...removed.map((object) => drop(object, `It was not there ${options.goal}.`)),
      ...remade.map(([object]) => drop(object, `It was another one ${options.goal}.`)),
    ],
    creates: inOrder.map((object) =>
      change(`create ${object.kind}`, `Create ${words(object)}`, `It was so ${options.goal}.`, object.definition, ddl),
    ),
  };
}

/** Triggers by their tables; one of a table that goes, goes with it. */
export function triggerChanges(
  pairs: readonly { readonly from: Table; readonly to: Table }[],
  newTables: readonly Table[],
  options: ChangeOptions,
): DefinitionChanges {
  const ddl = { transactional: false };
  const drop = (trigger: Trigger, table: Table, why: string) =>
    change(
      'drop trigger',
      `Drop trigger ${trigger.name} of ${spoken(table)}`,
      why,
      `DROP TRIGGER ${sqlName({ schema: table.schema, name: trigger.name })}`,
      ddl,
    );
  const create = (trigger: Trigger, table: Table) =>
    change(
      'create trigger',
      `Create trigger ${trigger.name} of ${spoken(table)}`,
      `It was there ${options.goal}.`,
      trigger.definition,
      ddl,
    );
  const perPair = pairs.map(({ from, to }) => {
    const names = new Map(from.name === to.name ? [] : [[from.name, to.name]]);
    const matched = match(from.triggers, to.triggers, ({ name }) => name, false);
    const changed = matched.pairs.filter(([a, b]) => renamedIn(a.definition, names) !== b.definition);
    return {
      drops: [
        ...matched.removed.map((trigger) => drop(trigger, from, `It was not there ${options.goal}.`)),
        ...changed.map(([trigger]) => drop(trigger, from, `It was another one ${options.goal}.`)),
      ],
      creates: [...matched.added, ...changed.map(([, trigger]) => trigger)].map((trigger) => create(trigger, to)),
    };
  });
  return {
    drops: perPair.flatMap(({ drops }) => drops),
    creates: [
      ...perPair.flatMap(({ creates }) => creates),
      ...newTables.flatMap((table) => table.triggers.map((trigger) => create(trigger, table))),
    ],
  };
}

/** Databases that the migration made or dropped. */
export function schemaChanges(from: Catalog, to: Catalog, options: ChangeOptions): DefinitionChanges {
  const { removed, added } = match(from.schemas, to.schemas, ({ name }) => name, false);
  const ddl = { transactional: false };
  return {
    drops: removed.map(({ name }) =>
      change('drop schema', `Drop database ${name}`, `It was not there ${options.goal}.`, `DROP DATABASE ${quoteIdentifier(name)}`, ddl),
    ),
    creates: added.map(({ name }) =>
      change('create schema', `Create database ${name}`, `It was there ${options.goal}.`, `CREATE DATABASE ${quoteIdentifier(name)}`, ddl),
    ),
  };
}
