import { type DefinedObject, type Index, isUsable } from '../model/catalog';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { match } from '../state/match';
import { type Change, type ChangeOptions, change } from './change';
import { namePattern, spoken, sqlName } from './names';
import { createIndex } from './parts';

/** Indexes of materialized views that stay: the views themselves are not filled anew for their sake. */
export function viewIndexChanges(kept: readonly (readonly [DefinedObject, DefinedObject])[], options: ChangeOptions): Change[] {
  return kept.filter(([, view]) => view.kind === 'materialized view').flatMap(([from, to]) => changesOf(from, to, options));
}

function changesOf(from: DefinedObject, to: DefinedObject, options: ChangeOptions): Change[] {
  const { pairs, removed, added } = match(from.indexes ?? [], to.indexes ?? [], (index) => index.name);
  const remade = pairs.filter(([a, b]) => !isUsable(a) || renamed(a, b) !== b.definition);
  const renames = pairs.filter((pair) => !remade.includes(pair) && pair[0].name !== pair[1].name);
  return [
    ...[...removed, ...remade.map(([a]) => a)].map((index) => dropIndex(to, index, options)),
    ...renames.map(([a, b]) => {
      const text = `ALTER INDEX ${sqlName({ schema: to.schema, name: a.name })} RENAME TO ${quoteIdentifier(b.name)}`;
      return change(
        'rename index',
        `Rename index ${a.name} of ${spoken(to)} to ${b.name}`,
        `It was called ${b.name} ${options.goal}.`,
        text,
      );
    }),
    ...[...added, ...remade.map(([, b]) => b)].map((index) => createIndex(to, index, options)),
    ...clustering(from, to, options),
  ];
}

function renamed(from: Index, to: Index): string {
  return from.definition.replace(namePattern(quoteIdentifier(from.name)), () => quoteIdentifier(to.name));
}

function dropIndex(view: DefinedObject, index: Index, options: ChangeOptions): Change {
  const text = `DROP INDEX ${options.concurrently ? 'CONCURRENTLY ' : ''}${sqlName({ schema: view.schema, name: index.name })}`;
  return change('drop index', `Drop index ${index.name} of ${spoken(view)}`, `It was not there ${options.goal}.`, text, {
    transactional: !options.concurrently,
  });
}

function clustering(from: DefinedObject, to: DefinedObject, options: ChangeOptions): Change[] {
  const clustered = ({ indexes }: DefinedObject) => indexes?.find((index) => index.clustered === true);
  const [was, is] = [clustered(to), clustered(from)];
  if (was?.identity === is?.identity) return [];
  const text = was === undefined ? 'SET WITHOUT CLUSTER' : `CLUSTER ON ${quoteIdentifier(was.name)}`;
  const why = `It was so ${options.goal}.`;
  return [change('alter table', `Set the clustering of ${spoken(to)}`, why, `ALTER MATERIALIZED VIEW ${sqlName(to)} ${text}`)];
}
