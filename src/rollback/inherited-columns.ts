import { type Column, parentKeys, relationKey } from '../model/catalog';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { type Change, type ChangeOptions, change } from './change';
import { matchColumns, setNotNull, type TablePair } from './columns';
import { spoken, sqlName } from './names';

/**
 * Changes to what a child has for itself of a column that comes from its parent: the default and NOT NULL. What is done to a parent reaches
 * its children (manual, ALTER TABLE: ONLY), so these come behind the changes to parents, and hold only what differs then.
 */
export function inheritedColumnChanges(pairs: readonly TablePair[], options: ChangeOptions): Change[] {
  const pairOf = new Map(pairs.map((pair) => [relationKey(pair.to), pair]));
  return pairs.flatMap((pair) => {
    const parents = parentKeys(pair.to).flatMap((key) => pairOf.get(key) ?? []);
    return matchColumns(pair)
      .pairs.filter(([, to]) => to.inherited === true)
      .flatMap(([from, to]) => ownChanges(pair, afterParents(from, to.name, parents), to, options));
  });
}

/** The column once all that changes in the parents' columns of this name has reached it. */
function afterParents(column: Column, name: string, parents: readonly TablePair[]): Pick<Column, 'default' | 'notNull'> {
  let { default: value, notNull } = column;
  for (const parent of parents) {
    const found = matchColumns(parent).pairs.find(([, to]) => to.name === name);
    if (found === undefined) continue;
    const [from, to] = found;
    if (from.default !== to.default) value = to.default;
    if (from.notNull !== to.notNull) notNull = to.notNull;
  }
  return { notNull, ...(value !== undefined && { default: value }) };
}

function ownChanges({ to: table }: TablePair, from: Pick<Column, 'default' | 'notNull'>, to: Column, options: ChangeOptions): Change[] {
  const on = `ALTER TABLE ${sqlName(table)}`;
  const alter = `${on} ALTER COLUMN ${quoteIdentifier(to.name)}`;
  const name = `${spoken(table)}.${to.name}`;
  const changes: Change[] = [];
  if (from.default !== to.default) {
    changes.push(
      to.default === undefined
        ? change('alter column', `Drop the default of ${name}`, `It was without one ${options.goal}.`, `${alter} DROP DEFAULT`)
        : change(
            'alter column',
            `Set the default of ${name}`,
            `It was DEFAULT ${to.default} ${options.goal}.`,
            `${alter} SET DEFAULT ${to.default}`,
          ),
    );
  }
  if (from.notNull && !to.notNull) {
    changes.push(change('drop not null', `Let ${name} be NULL`, `It could be ${options.goal}.`, `${alter} DROP NOT NULL`));
  }
  if (!from.notNull && to.notNull) {
    changes.push(change('set not null', `Make ${name} NOT NULL`, `It was ${options.goal}.`, `${on} ${setNotNull(table, to)}`));
  }
  return changes;
}
