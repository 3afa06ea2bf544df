import { type Catalog, parentKeys, relationKey, type Table } from '../model/catalog';
import { isMysqlFamily } from '../model/engine';
import type { Migration, Statement } from '../model/migration';
import { lastingStatements } from '../schema/transactions';
import { replaySteps } from '../schema/virtual-schema';
import type { Loss } from '../state/loss';
import { catalogChanges } from './changes';
import { textNames } from './columns';
import { withFirstAttributes, withMadeAttributes } from './comparable';
import { computedDown } from './computed';
import { concerned } from './concerned';
import { withCopiesBack } from './copied-columns';
import { copiedOver } from './copied-over';
import { checkedAtOnce } from './deferred-checks';
import { postgresWords } from './dialect';
import { dataDown } from './down-data';
import { type DownPart, lostData } from './down-part';
import { downOfChange, exchangedDown, type GeneratedDown, generatedDown, withUnseenTables } from './down-parts';
import { settingsDown } from './down-settings';
import { typesDown } from './down-types';
import { unreadDown } from './down-unread';
import { unseenDown } from './down-unseen';
import { untracedDown } from './down-untraced';
import { exchangedColumns } from './exchanged-columns';
import { exchangedNotNull, renamedNotNull } from './exchanged-not-null';
import { withoutNames, withoutUnknownValues } from './known-when-run';
import { labelsInUse } from './labels-in-use';
import { isLate, withLateRows } from './late-rows';
import { lostViews } from './lost-views';
import { isMadeAnew } from './made-anew';
import { generateMongodbDown } from './mongodb/down';
import { generateMysqlDown } from './mysql/down';
import { spoken } from './names';
import { withOldTexts } from './renamed-back';
import { labelsRenamedBack } from './renamed-labels';
import { postgresRows } from './row-copy';
import { withSearchPath } from './search-path';
import { positionsDown } from './sequence-positions';
import { triggerRows } from './trigger-rows';
import { triggerWrites, writesOfTrigger } from './trigger-writes';
import { unfolded } from './unfolded';

export type { GeneratedDown } from './down-parts';

/**
 * The statements that undo a migration.
 * @param before the schema before it, which may be virtual and incomplete: what no earlier migration shows is not known.
 * @param after the schema after its statements were replayed on `before`.
 */
export function generateDown(migration: Migration, before: Catalog, after: Catalog): GeneratedDown {
  if (migration.engine.name === 'mongodb') return generateMongodbDown(migration, before);
  if (isMysqlFamily(migration.engine)) return generateMysqlDown(migration, before, after);
  const { engine } = migration;
  const lasting = lastingStatements(migration.up);
  const [was, now] = concerned(
    before,
    after,
    lasting.map((statement) => statement.sent),
  );
  const statements = unfolded(lasting);
  const known = withFirstAttributes(withUnseenTables(was, now), now);
  const computed = computedDown(statements, known, now, engine);
  const labels = labelsRenamedBack(statements, known, now);
  const inUse = labelsInUse(statements, computed.target, labels.catalog);
  const columns = exchangedColumns(statements, was, now);
  // Replayed only where a table took the place of another.
  const isCopied = (made: Table, old: Table) =>
    copiedOver(statements, replaySteps(before, statements, engine), postgresRows, ({ type }, other) => type === other.type)(made, old);
  const exchanged = [...exchangedDown(was, now, (made, old) => isMadeAnew(made, old) || isCopied(made, old)), ...columns.parts];
  const plain = catalogChanges(withOldTexts(known, withMadeAttributes(labels.catalog, was), statements, engine), inUse.target, {
    goal: 'before this migration',
    usingBack: computed.usingBack,
    exchanged: columns.apart,
    concurrently: runsAlone(migration),
    isEmpty: () => false,
  });
  const changes = withCopiesBack(plain, statements, known, now);
  const losses = [...changes.flatMap((change) => change.loses?.loss ?? []), ...exchanged.flatMap((part) => part.losses ?? [])];
  const data = dataDown(withoutNames(statements, migration.up), known, now, engine);
  const overwritten = data.flatMap((part) => part.losses ?? []);
  const parts = [
    ...unreadDown(migration.up),
    ...data.filter((part) => !isLate(part)),
    ...checkedAtOnce(data, changes, [...known.tables, ...now.tables]),
    // The functions of triggers are named by the triggers alone.
    ...triggerWrites(statements, { ...known, definitions: before.definitions }, now, engine),
    ...triggerRows(statements, known, before, after, engine, (trigger) => writesOfTrigger(trigger, [before, after])),
    ...typesDown(statements, known, now, computed.columns),
    ...computed.parts,
    ...labels.parts,
    ...inUse.parts,
    ...exchanged,
    ...withLateRows(changes, data, (change) => downOfChange(change, losses, overwritten), postgresWords),
    ...positionsDown(was, now),
    ...exchangedNotNull(statements, was, now, engine.major, columns.apart),
    ...renamedNotNull(statements, was, now, engine),
    ...inheritedLosses(was, now),
    ...settingsDown(was, now, changes),
    ...inheritanceDown(was, now),
    ...lostViews(statements, before, engine),
    ...unseenDown(statements, was, now, engine),
    ...untracedDown(statements, was, engine),
  ];
  const whole = parts.map((part) =>
    part.losses === undefined
      ? part
      : { ...part, losses: part.losses.flatMap((loss) => withChildren(withComputed(loss, was.tables), was.tables)) },
  );
  const sendable = withoutUnknownValues(whole, migration.up);
  const inPath = withSearchPath(sendable, lasting);
  // In another search path a name without a schema is not that of public.
  const short = inPath === sendable && !lasting.some((statement) => statement.sent.includes('public.'));
  return generatedDown(inPath, short ? withoutPublic : (text) => text);
}

/** What is computed from lost values is not what it was either. */
function withComputed(loss: Loss, tables: Catalog['tables']): Loss {
  const { columns } = loss;
  const table = columns && tables.find((candidate) => relationKey(candidate) === loss.table);
  const computed = table?.columns.filter(
    ({ name, generated }) => generated !== undefined && !columns?.includes(name) && textNames(generated.expression, new Set(columns)),
  );
  return computed === undefined || computed.length === 0
    ? loss
    : { ...loss, columns: [...(columns ?? []), ...computed.map(({ name }) => name)] };
}

/** The values of a column are lost in the tables that inherit it too. */
function withChildren(loss: Loss, tables: Catalog['tables']): Loss[] {
  const { columns } = loss;
  if (columns === undefined) return [loss];
  const keys = new Set([loss.table]);
  // A set is walked to its end while it grows; a circle, which the server refuses, ends too.
  for (const parent of keys) for (const table of tables) if (parentKeys(table).includes(parent)) keys.add(relationKey(table));
  return [...keys].map((table) => (table === loss.table ? loss : { table, columns }));
}

/** A column that comes back with the parent's is as empty in the children. Partitions are told with their table. */
function inheritedLosses(before: Catalog, after: Catalog): DownPart[] {
  return before.tables.flatMap((table) => {
    const now = after.tables.find((other) => other.identity === table.identity);
    if (now === undefined || table.inherits === undefined) return [];
    const lost = table.columns.filter(
      ({ identity, inherited, generated }) =>
        inherited === true && generated === undefined && !now.columns.some((column) => column.identity === identity),
    );
    return lost.map(({ name }) =>
      lostData(`Lost: values of ${spoken(table)}.${name}: restore them from a backup taken before the migration.`, {
        table: relationKey(table),
        columns: [name],
      }),
    );
  });
}

/** NO INHERIT, and DROP COLUMN with ONLY, make a parent's columns the table's own, and nothing takes that back (manual, ALTER TABLE). */
function inheritanceDown(before: Catalog, after: Catalog): DownPart[] {
  return before.tables.flatMap((table) => {
    const now = after.tables.find((other) => other.identity === table.identity);
    if (now === undefined || table.inherits === undefined) return [];
    const own = table.columns.filter(
      ({ identity, inherited }) =>
        inherited === true && now.columns.some((column) => column.identity === identity && column.inherited !== true),
    );
    if (own.length === 0) return [];
    const name = spoken(table);
    const which = own.map((column) => column.name).join(', ');
    const text = `Not undone: columns of ${name} that it inherited (${which}) stay its own, and stay when the parent's are dropped.`;
    return [{ comments: [text], text: [], leavesSchema: true }];
  });
}

/** CONCURRENTLY needs every statement to be sent by itself, outside a transaction; then the rollback runs so too. */
function runsAlone({ up }: Migration): boolean {
  const separate = up.execution.requests === 'per-statement' || up.statements.length === 1;
  return separate && !up.execution.wrapped && up.execution.downWrapped !== true && up.statements.some(isConcurrent);
}

function isConcurrent(statement: Statement): boolean {
  return statement.operations.some(
    (operation) =>
      (operation.kind === 'create index' && operation.index.concurrently) || (operation.kind === 'drop object' && operation.concurrently),
  );
}

/** The way the migration itself writes names. */
function withoutPublic(text: string): string {
  return text.replace(/(?<![\w".$'])public\.(?=["\w])/g, '');
}
