import { relationKey, type Table } from '../../model/catalog';
import type { State } from '../../model/state';
import { collectionText, optionsOf } from '../../rollback/mongodb/collections';
import { argumentsOf } from '../../rollback/mongodb/indexes';
import { match } from '../../state/match';
import { type DraftCheck, gives, none } from '../check';
import type { RecoverySituation } from '../situation';
import { duplicatesOf, invalidDocuments } from './questions';

/** More collections than this are not asked about one by one. */
const mostCollections = 8;

/**
 * The validation families, for the collections that the migration or the failure touched: counts, indexes, duplicates under unique indexes,
 * documents that their validator refuses, collections that must not be there, the history.
 */
export function documentChecks(situation: RecoverySituation, target: State): DraftCheck[] {
  const touched = touchedCollections(situation, target);
  return [
    ...touched.flatMap((table) => ofCollection(situation, table, target)),
    ...goneCollections(situation, target),
    ...target.bookkeeping.map(({ table, rows }) =>
      gives(
        `The history in ${table} has ${rows.length} ${rows.length === 1 ? 'document' : 'documents'}`,
        `${collectionText(table)}.countDocuments({})`,
        rows.length,
      ),
    ),
  ];
}

/** Collections of the target whose documents or shape are others in any of the states. */
function touchedCollections({ before, after, partial }: RecoverySituation, target: State): Table[] {
  const others = [before, partial, ...(after === undefined ? [] : [after])].filter((state) => state !== target);
  const data = (state: State, table: Table) => state.data.find((entry) => entry.table === relationKey(table));
  const shape = ({ name, options = [], indexes }: Table) =>
    JSON.stringify([name, options, indexes.map((index) => [index.name, index.definition]).sort()]);
  return target.catalog.tables
    .filter((table) =>
      others.some((state) => {
        const same = match(state.catalog.tables, target.catalog.tables, relationKey).pairs.find(([, wanted]) => wanted === table)?.[0];
        if (same === undefined || shape(same) !== shape(table)) return true;
        return (
          data(state, same)?.rowsHash !== data(target, table)?.rowsHash || data(state, same)?.rowCount !== data(target, table)?.rowCount
        );
      }),
    )
    .slice(0, mostCollections);
}

function ofCollection({ before, partial }: RecoverySituation, table: Table, target: State): DraftCheck[] {
  const name = collectionText(table.name);
  const rowsOf = [relationKey(table)];
  const data = target.data.find((entry) => entry.table === relationKey(table));
  const indexes = table.indexes.filter(({ valid }) => valid);
  const validator = optionsOf(table).get('validator');
  const unique = indexes.filter((index) => index.unique);
  const earlier = [before, partial].flatMap((state) => state.catalog.tables.filter((other) => other.name === table.name));
  const gone = [...new Set(earlier.flatMap((other) => other.indexes.map((index) => index.name)))].filter(
    (index) => !indexes.some((kept) => kept.name === index),
  );
  return [
    ...(data === undefined
      ? []
      : [
          {
            ...gives(
              `${table.name} has ${data.rowCount} ${data.rowCount === 1 ? 'document' : 'documents'}`,
              `${name}.countDocuments({})`,
              data.rowCount,
            ),
            rowsOf,
          },
        ]),
    // With that of _id.
    gives(
      `${table.name} has ${indexes.length + 1} ${indexes.length === 0 ? 'index' : 'indexes'}, that of _id among them`,
      `${name}.getIndexes().length`,
      indexes.length + 1,
    ),
    ...(gone.length === 0 ? [] : [noneOf(`No index of ${table.name} is called ${gone.join(' or ')}`, table.name, gone)]),
    ...unique.flatMap((index) => {
      const { keys, options } = argumentsOf(index);
      const question = keys === undefined ? undefined : duplicatesOf(table.name, keys, options);
      return question === undefined
        ? []
        : [{ ...none(`No two documents of ${table.name} share ${index.keys.join(', ')}`, question), rowsOf }];
    }),
    ...(validator === undefined || data === undefined
      ? []
      : [{ ...none(`The validator of ${table.name} takes every document`, invalidDocuments(table.name, validator)), rowsOf }]),
  ];
}

function noneOf(title: string, collection: string, names: readonly string[]): DraftCheck {
  const stages = `{ $indexStats: {} }, { $match: { name: { $in: ${JSON.stringify(names)} } } }`;
  return none(title, `${collectionText(collection)}.aggregate([${stages}]).toArray().length`);
}

/** Collections and views of the other states that the target has not. */
function goneCollections({ before, after, partial }: RecoverySituation, target: State): DraftCheck[] {
  const names = ({ catalog }: State) => [...catalog.tables, ...catalog.definitions].map(({ name }) => name);
  const wanted = new Set(names(target));
  const gone = [...new Set([before, partial, ...(after === undefined ? [] : [after])].flatMap(names))].filter((name) => !wanted.has(name));
  return gone.map((name) => none(`There is no ${name}`, `db.getCollectionInfos({ name: ${JSON.stringify(name)} }).length`));
}
