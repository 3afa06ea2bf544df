import { relationKey, type Table } from '../../../model/catalog';
import type { State } from '../../../model/state';
import { mysqlWords } from '../../../rollback/dialect';
import { spoken } from '../../../rollback/names';
import { none } from '../../check';
import { sqlStep } from '../../situation';
import { defineMode, type Finding } from '../mode';

const { quoteLiteral, sqlName } = mysqlWords;

interface Leftover extends Finding {
  readonly table: Table;
  readonly triggers: readonly string[];
  readonly isTable: boolean;
}

/** What the tools name so: gh-ost's ghost, changelog, check and old table; pt-online-schema-change's copy and old table, under more `_` if taken. */
const toolTable = /^_+(.+)_(gho|ghc|ghk|del|new|old)$/;

const toolOf = (suffix: string) => (/^(gho|ghc|ghk|del)$/.test(suffix) ? 'gh-ost' : 'pt-online-schema-change');

/** Tables and triggers of a tool that were not there before, beside a table whose name they bear. */
function leftovers(before: State, partial: State): Leftover[] {
  const earlier = new Set(before.catalog.tables.map(relationKey));
  const tables = partial.catalog.tables.flatMap((table): Leftover[] => {
    const [, name = '', suffix = ''] = toolTable.exec(table.name) ?? [];
    if (name === '' || earlier.has(relationKey(table))) return [];
    const original = partial.catalog.tables.some((other) => other.schema === table.schema && other.name === name);
    const missing = original ? '' : ` ${name} itself is missing: it was stopped between two renames.`;
    const query = `SHOW CREATE TABLE ${sqlName(table)}; SHOW TRIGGERS LIKE ${quoteLiteral(name)};`;
    return [
      { table, triggers: [], isTable: true, object: spoken(table), detail: `${toolOf(suffix)} was stopped and left it.${missing}`, query },
    ];
  });
  const triggers = partial.catalog.tables.flatMap((table): Leftover[] => {
    const names = table.triggers.map(({ name }) => name).filter((name) => name.startsWith('pt_osc_'));
    if (names.length === 0) return [];
    const detail = 'They write each change to the copy: once that is dropped, every write to the table fails. They go first.';
    const query = `SHOW TRIGGERS LIKE ${quoteLiteral(table.name)};`;
    return [{ table, triggers: names, isTable: false, object: `triggers of ${spoken(table)}`, detail, query }];
  });
  return [...triggers, ...tables];
}

/** gh-ost or pt-online-schema-change, stopped midway. Dropping the copy while its triggers are there makes every write fail (1146). */
export const onlineToolLeft = defineMode<Leftover>({
  name: 'leftovers of an online schema change',
  engines: ['mysql', 'mariadb'],
  detect: ({ before, partial }) => leftovers(before, partial),
  // The writer of DDL drops triggers first, then tables.
  back: () => [],
  forward: (found, { after }) => {
    const stays = new Set(after?.catalog.tables.map(relationKey));
    return [
      ...found.flatMap(({ triggers, table }) =>
        triggers.map((name) =>
          sqlStep(
            `Drop trigger ${name} of ${spoken(table)}`,
            'It writes to a copy that is dropped next.',
            `DROP TRIGGER ${sqlName({ schema: table.schema, name })}`,
          ),
        ),
      ),
      ...found
        .filter(({ isTable, table }) => isTable && !stays.has(relationKey(table)))
        .map(({ table }) => sqlStep(`Drop ${spoken(table)}`, 'The tool makes it anew.', `DROP TABLE ${sqlName(table)}`)),
    ];
  },
  validate: () => [
    none(
      'No trigger of pt-online-schema-change is left',
      "SELECT count(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME LIKE 'pt\\\\_osc\\\\_%'",
    ),
  ],
});
