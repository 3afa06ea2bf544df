import { Conditions, conditionMethod } from './conditions';
import type { Dialect } from './dialects';
import { qualified } from './names';
import type { Join } from './query-sql';
import { Callback, Embedded, isRecord, type KnexObject, missing, type Place } from './values';

/** What stands before JOIN, by the method. */
export const joinTypes: Readonly<Record<string, string>> = {
  join: 'inner',
  innerJoin: 'inner',
  leftJoin: 'left',
  leftOuterJoin: 'left outer',
  rightJoin: 'right',
  rightOuterJoin: 'right outer',
  outerJoin: 'outer',
  fullOuterJoin: 'full outer',
  crossJoin: 'cross',
};

/** The builder that the callback of a join gets. */
class JoinClause implements KnexObject {
  readonly conditions: Conditions;
  using = '';

  constructor(private readonly dialect: Dialect) {
    this.conditions = new Conditions((callback) => grouped(callback, dialect), dialect);
  }

  call(method: string, args: readonly unknown[], place: Place): unknown {
    if (method === 'using') {
      this.using = this.dialect.writer.columnize(args[0]);
      return this;
    }
    if (method === 'type') return this;
    const found = conditionMethod(method, ['on']);
    if (found === undefined) return missing;
    this.conditions.add(found, args, place);
    return this;
  }

  read(property: string): unknown {
    if (property === 'or') this.conditions.joiner = 'or';
    else if (property !== 'and') return missing;
    return this;
  }
}

function grouped(callback: Callback, dialect: Dialect): string {
  const clause = new JoinClause(dialect);
  callback.invoke([clause], clause);
  return clause.conditions.text;
}

/** One join: `join(table, first, operator, second)`, `join(table, callback)`, `join(table, { a: b })`. */
export function joinOf(
  type: string,
  schema: string | undefined,
  [table, first, ...rest]: readonly unknown[],
  place: Place,
  dialect: Dialect,
): Join {
  if (table instanceof Embedded) table.isPart = true;
  const name = table instanceof Embedded ? table.embed(true) : dialect.writer.wrap(qualified(schema, table));
  const clause = new JoinClause(dialect);
  if (first instanceof Callback) first.invoke([clause], clause);
  else if (first !== undefined && (!isRecord(first) || Object.keys(first).length > 0)) clause.call('on', [first, ...rest], place);
  const conditions = clause.conditions.text;
  const tail = clause.using !== '' ? ` using (${clause.using})` : conditions === '' ? '' : ` on ${conditions}`;
  return { text: `${type} join ${name}${tail}`, table: name, conditions };
}
