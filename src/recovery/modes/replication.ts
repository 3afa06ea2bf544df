import { type DefinedObject, relationKey, type Table } from '../../model/catalog';
import type { RecoveryStep } from '../../model/simulation';
import { quoteQualified } from '../../parse/postgres/identifiers';
import { spoken } from '../../rollback/names';
import { canonical } from '../../state/canonical';
import { match } from '../../state/match';
import { none } from '../check';
import { type RecoverySituation, textStep } from '../situation';
import { defineMode, type Finding } from './mode';

interface PublishedTable extends Finding {
  readonly table: Table;
}

const publicationsOf = ({ partial }: RecoverySituation) => partial.catalog.definitions.filter(({ kind }) => kind === 'publication');

function publishes({ definition }: DefinedObject, table: Table): boolean {
  if (/ FOR ALL TABLES\b/.test(definition)) return true;
  const name = quoteQualified(table.schema, table.name);
  return definition.includes(` ${name}`) || new RegExp(`TABLES IN SCHEMA [^(]*\\b${table.schema}\\b`).test(definition);
}

/** Published tables whose columns are others than before: a subscriber gets rows, and never the DDL (manual, Logical Replication, Restrictions). */
function published(situation: RecoverySituation): PublishedTable[] {
  const publications = publicationsOf(situation);
  if (publications.length === 0) return [];
  const columns = (table: Table) => canonical(table.columns.map(({ name, type }) => `${name} ${type}`).sort());
  return match(situation.before.catalog.tables, situation.partial.catalog.tables, relationKey).pairs.flatMap(([then, table]) => {
    const publication = publications.find((candidate) => publishes(candidate, table));
    if (publication === undefined || columns(then) === columns(table)) return [];
    return [
      {
        table,
        object: spoken(table),
        detail: `It is published by ${publication.name}, and its columns are others than before: subscribers that have not got them stop, or miss values.`,
        query:
          'SELECT application_name, state, sent_lsn, replay_lsn, pg_wal_lsn_diff(sent_lsn, replay_lsn) AS behind FROM pg_stat_replication;',
      },
    ];
  });
}

function onSubscribers(found: readonly PublishedTable[], whatToDo: string): RecoveryStep[] {
  const tables = found.map(({ object }) => object).join(', ');
  return [
    textStep(
      `Look at the subscribers of ${tables}`,
      `DDL is not replicated: ${whatToDo}. What the subscriber has applied meanwhile, this database can't show.`,
      `On each subscriber: compare the columns and the counts of ${tables}; SELECT subname, subenabled FROM pg_subscription; where it has stopped at a transaction,\nALTER SUBSCRIPTION name SKIP (lsn = '...'), with the LSN that its log names, passes over it; what it skips is missing there.`,
    ),
  ];
}

/** What can be said here of replicas. A physical one follows whatever happens; a logical one gets the rows and not the DDL. */
export const replicaDiverged = defineMode<PublishedTable>({
  name: 'replica diverged',
  detect: published,
  back: (found) => onSubscribers(found, 'take the change back there too, after it is taken back here'),
  forward: (found) => onSubscribers(found, 'add columns on the subscriber first, and drop them there last'),
  validate: () => [
    none(
      'No subscription is disabled',
      'SELECT count(*) FROM pg_stat_subscription s JOIN pg_subscription p ON p.oid = s.subid WHERE NOT p.subenabled',
    ),
  ],
});

interface StoppedSubscription extends Finding {
  readonly name: string;
}

/** Subscriptions of this database that are disabled, and were not before. `disable_on_error` does that (manual, CREATE SUBSCRIPTION). */
export const subscriptionStopped = defineMode<StoppedSubscription>({
  name: 'subscription disabled',
  detect: ({ before, partial }) => {
    const stopped = (object: DefinedObject) =>
      object.kind === 'other' && object.name.startsWith('subscription ') && object.definition.startsWith('disabled');
    const earlier = new Set(before.catalog.definitions.filter(stopped).map(({ identity }) => identity));
    return partial.catalog.definitions
      .filter((object) => stopped(object) && !earlier.has(object.identity))
      .map((object) => {
        const name = object.name.slice('subscription '.length);
        const query = 'SELECT subname, subenabled, subskiplsn FROM pg_subscription; SELECT * FROM pg_stat_subscription_stats;';
        return { name, object: name, detail: 'It applies nothing until it is enabled, and keeps the log of its publisher growing.', query };
      });
  },
  back: (found) => found.map(enableAgain),
  forward: (found) => found.map(enableAgain),
  validate: () => [],
});

function enableAgain({ name }: StoppedSubscription): RecoveryStep {
  return textStep(
    `Enable subscription ${name} again, once its conflict is solved`,
    'Its publisher is not part of the simulation, so this is not tried.',
    `ALTER SUBSCRIPTION ${name} SKIP (lsn = '...');  -- only where the log names a transaction that can't be applied\nALTER SUBSCRIPTION ${name} ENABLE;`,
  );
}
