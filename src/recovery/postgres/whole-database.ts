import { isUsable, relationKey, type Table } from '../../model/catalog';
import type { State } from '../../model/state';
import { quoteIdentifier } from '../../parse/postgres/identifiers';
import { spokenKey, sqlName, sqlNameOfKey } from '../../rollback/names';
import { isBehind } from '../../state/sequences';
import { type DraftCheck, gives, none } from '../check';

const ofUsers = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

/** What is asked of the whole database. The target's own number is expected: it may have an invalid index on purpose. */
export function wholeDatabase({ catalog, preparedTransactions }: State): DraftCheck[] {
  const indexes = [...catalog.tables, ...catalog.definitions]
    .flatMap((owner) => owner.indexes ?? [])
    .filter((index) => index.schema === undefined);
  const constraints = catalog.tables.flatMap((table) => table.constraints);
  const triggers = [...catalog.tables, ...catalog.definitions].flatMap((owner) => owner.triggers ?? []);
  const count = (title: string, text: string, expected: number) =>
    expected === 0 ? none(`No ${title}`, text) : gives(`As many as there should be: ${title}`, text, expected);
  return [
    count(
      'index is invalid',
      `SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT (i.indisvalid AND i.indisready AND i.indislive) AND ${ofUsers}`,
      indexes.filter((index) => !isUsable(index)).length,
    ),
    count(
      'constraint waits for its validation',
      `SELECT count(*) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT k.convalidated AND ${ofUsers}`,
      constraints.filter(({ validated }) => !validated).length,
    ),
    count(
      'trigger is disabled',
      `SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgenabled = 'D' AND NOT t.tgisinternal AND ${ofUsers}`,
      triggers.filter(({ enabled }) => enabled === 'D').length,
    ),
    count(
      'prepared transaction is left',
      'SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()',
      preparedTransactions.length,
    ),
    none(
      'No session holds a lock that keeps others from writing',
      "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_class c ON c.oid = l.relation AND c.relkind IN ('r', 'p') JOIN pg_namespace n ON n.oid = c.relnamespace " +
        `WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend' AND l.granted AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock') AND ${ofUsers}`,
    ),
  ];
}

/** The next value must be one that the column does not have. */
export function sequenceChecks(tables: readonly Table[], target: State): DraftCheck[] {
  const touched = new Set(tables.map(relationKey));
  return target.catalog.sequences.flatMap((sequence) => {
    const { ownedBy, increment } = sequence;
    const position = target.sequences.find((entry) => entry.sequence === relationKey(sequence));
    if (ownedBy === undefined || !touched.has(ownedBy.table) || position === undefined) return [];
    if (increment.startsWith('-') || isBehind(position, BigInt(increment))) return [];
    const next = `(SELECT last_value + CASE WHEN is_called THEN ${increment} ELSE 0 END FROM ${sqlName(sequence)})`;
    const greatest = `(SELECT max(${quoteIdentifier(ownedBy.column)}) FROM ${sqlNameOfKey(ownedBy.table)})`;
    return [
      {
        rowsOf: [ownedBy.table],
        ...gives(
          `The next value of ${sequence.name} is free in ${spokenKey(ownedBy.table)}.${ownedBy.column}`,
          `SELECT coalesce(${next} > ${greatest}, true)`,
          true,
        ),
      },
    ];
  });
}
