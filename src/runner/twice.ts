import { addedTwice, type RowHeap, rowsWrittenTwice } from '../faults/applied-twice';
import { relationKey, type Table } from '../model/catalog';
import { ownValue } from '../model/own-value';
import type { State } from '../model/state';
import { hasDocuments, innermost } from '../state/fields';
import type { Laboratory } from './laboratory';
import { runPlainly } from './run';
import type { Trace } from './trace';

/** A state, and the database that holds it. */
export interface HeldState {
  readonly state: State;
  readonly database: string;
}

/** What a retry did a second time, in words; undefined when it did nothing twice. Row by row: a state that merely differs is no proof. */
export async function foundTwice(
  laboratory: Laboratory,
  trace: Trace,
  partial: HeldState,
  retried: HeldState,
): Promise<string | undefined> {
  const { after, before } = trace;
  if (after === undefined) return undefined;
  const isNew = (table: string) => !before.catalog.tables.some((other) => relationKey(other) === table);
  const found: string[] = [];
  for (const table of suspects(before, partial.state, after, retried.state)) {
    const read = (database: string): Promise<RowHeap> =>
      laboratory.engine.readRowHeap(laboratory.sandbox.address(database), table, table.columns);
    const rows = rowsWrittenTwice({
      before: isNew(relationKey(table)) ? new Map() : await read(trace.beforeDatabase),
      partial: await read(partial.database),
      after: await laboratory.withClone(trace.beforeDatabase, async (database) => {
        await runPlainly(laboratory, database, trace.carrier);
        return read(database);
      }),
      retried: await read(retried.database),
    });
    const word = trace.plan.engine.name === 'mongodb' ? 'document' : 'row';
    if (rows > 0)
      found.push(`${rows} ${rows === 1 ? `${word}` : `${word}s`} of ${relationKey(table)} ${rows === 1 ? 'is' : 'are'} written twice`);
  }
  const objects = addedTwice(before.catalog, after.catalog, retried.state.catalog);
  if (objects.length > 0)
    found.push(`${objects.join(', ')} ${objects.length === 1 ? 'is' : 'are'} there beside the same under another name`);
  return found.length === 0 ? undefined : found.join('; ');

  /** Tables that the interrupted run wrote to, and that are not as after now, with the columns that can be compared. */
  function suspects(...[from, left, goal, now]: readonly [State, State, State, State]) {
    const states = [from, left, goal, now];
    return now.data.flatMap(({ table }) => {
      const [then, rest, wanted, reached] = states.map((state) => state.data.find((data) => data.table === table)?.rowsHash);
      // A table that the migration makes had no rows before it.
      const having = isNew(table) ? states.slice(1) : states;
      const tables = having.flatMap((state) => state.catalog.tables.find((other) => relationKey(other) === table) ?? []);
      const [first] = tables;
      if (first === undefined || tables.length < having.length || then === rest || wanted === reached) return [];
      const volatile = new Set(ownValue(trace.reading.volatile, table) ?? []);
      const columns = hasDocuments(first) ? paths(table, having, volatile) : comparable(tables, volatile);
      return columns.length === 0 ? [] : [{ schema: first.schema, name: first.name, columns }];
    });
  }
}

/** Paths of fields that documents have in any of these states, and whose values do not differ from run to run. */
function paths(table: string, states: readonly State[], volatile: ReadonlySet<string>): readonly string[] {
  const names = states.flatMap(({ data }) => Object.keys(data.find((each) => each.table === table)?.columnHashes ?? {}));
  const isVolatile = (name: string) => [...volatile].some((path) => name === path || name.startsWith(`${path}.`));
  return innermost([...new Set(names)])
    .filter((name) => !isVolatile(name))
    .sort();
}

/** Names of columns that are in all of these tables, with the same type and values that do not differ from run to run. */
function comparable([first, ...others]: readonly Table[], volatile: ReadonlySet<string>): string[] {
  return (first?.columns ?? [])
    .filter(({ name, type, generated }) => {
      const everywhere = others.every((table) => table.columns.some((column) => column.name === name && column.type === type));
      return everywhere && !volatile.has(name) && generated?.kind !== 'virtual';
    })
    .map(({ name }) => name);
}
