import { asList, Embedded, isRecord } from './values';
import type { Writer } from './writer';

const aggregates: Readonly<Record<string, string>> = {
  count: 'count',
  min: 'min',
  max: 'max',
  sum: 'sum',
  avg: 'avg',
  countDistinct: 'count',
  sumDistinct: 'sum',
  avgDistinct: 'avg',
};

const windowFunctions: Readonly<Record<string, string>> = { rank: 'rank', denseRank: 'dense_rank', rowNumber: 'row_number' };

/** What aggregates and window functions of a query builder select; undefined for other methods. */
export function computedColumns(method: string, args: readonly unknown[], writer: Writer): readonly string[] | undefined {
  const aggregate = aggregates[method];
  if (aggregate !== undefined) return aggregateColumns(aggregate, method.endsWith('Distinct'), args, writer);
  const windowFunction = windowFunctions[method];
  return windowFunction === undefined ? undefined : [windowColumn(windowFunction, args, writer)];
}

/** `count('a as b')`, `count('a', { as: 'b' })`, `count({ b: 'a' })`, `countDistinct('a', 'b')`. */
function aggregateColumns(name: string, distinct: boolean, args: readonly unknown[], writer: Writer): readonly string[] {
  const last = args.at(-1);
  const options = args.length > 1 && isRecord(last) ? last : undefined;
  const columns = options === undefined ? args : args.slice(0, -1);
  const given = columns.length > 1 && distinct ? columns : (columns[0] ?? '*');
  const aggregated = (column: unknown): string => {
    if (Array.isArray(column)) return `${name}(${distinct ? `distinct(${writer.columnize(column)})` : writer.columnize(column)})`;
    return `${name}(${distinct ? 'distinct ' : ''}${writer.wrap(column)})`;
  };
  if (isRecord(given)) return Object.entries(given).map(([as, column]) => `${aggregated(column)} as ${writer.wrap(as)}`);
  const separated = typeof given === 'string' ? /^(.*?) as (.*)$/is.exec(given) : null;
  if (separated !== null) return [`${aggregated(separated[1])} as ${writer.wrap(separated[2] ?? '')}`];
  return [`${aggregated(given)}${options?.as === undefined ? '' : ` as ${writer.wrap(options.as)}`}`];
}

/** `rowNumber('alias', 'order', 'partition')`, or with a raw expression for what stands in the brackets. */
function windowColumn(name: string, [alias, order, partition]: readonly unknown[], writer: Writer): string {
  const listed = (values: unknown): string =>
    asList(values)
      .map((value) => (isRecord(value) ? ordered(value, writer) : writer.columnize(value)))
      .join(', ');
  const partitioned = partition === undefined ? '' : `partition by ${listed(partition)} `;
  const window = order instanceof Embedded ? order.embed(true) : `${partitioned}order by ${listed(order)}`;
  return `${name}() over (${window})${typeof alias === 'string' ? ` as ${writer.wrap(alias)}` : ''}`;
}

function ordered({ column, order }: Readonly<Record<string, unknown>>, writer: Writer): string {
  return `${writer.columnize(column)}${order === undefined ? '' : ` ${String(order)}`}`;
}
