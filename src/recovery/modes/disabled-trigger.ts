import { relationKey, type Table } from '../../model/catalog';
import { quoteLiteral } from '../../parse/postgres/identifiers';
import { spoken } from '../../rollback/names';
import { match } from '../../state/match';
import { gives } from '../check';
import { regclass } from '../postgres/regclass';
import type { RecoverySituation } from '../situation';
import { defineMode, type Finding } from './mode';

interface DisabledTrigger extends Finding {
  readonly table: Table;
  /** Absent for those that check foreign keys. */
  readonly trigger?: string;
}

const pairs = ({ before, partial }: RecoverySituation) => match(before.catalog.tables, partial.catalog.tables, relationKey).pairs;

/** Triggers that fire otherwise than before: while they are off, nothing that they check or write happens. */
export const disabledTrigger = defineMode<DisabledTrigger>({
  name: 'trigger disabled',
  detect: (situation) =>
    pairs(situation).flatMap(([then, table]) => {
      const query = `SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = ${regclass(table.schema, table.name)} AND tgenabled <> 'O';`;
      const other = table.triggers.filter((trigger) => {
        const old = then.triggers.find(({ identity }) => identity === trigger.identity);
        return old !== undefined && old.enabled !== trigger.enabled;
      });
      const keys = table.foreignKeyTriggersDisabled === true && then.foreignKeyTriggersDisabled !== true;
      return [
        ...other.map(({ name }) => ({
          table,
          trigger: name,
          object: `${name} of ${spoken(table)}`,
          detail: 'It does not fire as before.',
          query,
        })),
        ...(keys
          ? [{ table, object: `foreign keys of ${spoken(table)}`, detail: 'Their triggers are off: orphans are let in.', query }]
          : []),
      ];
    }),
  // The writer of DDL switches them on again, whichever way is taken.
  back: () => [],
  forward: () => [],
  validate: (found, { before, after }, way) => {
    const target = way === 'back' ? before : after;
    return found.flatMap(({ table, trigger, object }) => {
      const goal = target?.catalog.tables.find(({ identity }) => identity === table.identity);
      if (goal === undefined) return [];
      const on = `tgrelid = ${regclass(goal.schema, goal.name)}`;
      if (trigger === undefined) {
        const text = `SELECT count(*) > 0 FROM pg_trigger WHERE ${on} AND tgisinternal AND tgenabled = 'D'`;
        return [gives(`The triggers of ${object} are as they should be`, text, goal.foreignKeyTriggersDisabled === true)];
      }
      const enabled = goal.triggers.find(({ name }) => name === trigger)?.enabled;
      const text = `SELECT tgenabled FROM pg_trigger WHERE ${on} AND tgname = ${quoteLiteral(trigger)}`;
      return enabled === undefined ? [] : [gives(`${object} fires as it should`, text, enabled)];
    });
  },
});
