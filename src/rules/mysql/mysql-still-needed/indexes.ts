import type { Table } from '../../../model/catalog';
import type { ObjectName, Operation } from '../../../model/operation';
import { findTable } from '../../../schema/lookup';
import { sameName, serves } from '../../../schema/mysql/parts';
import type { RuleContext, Step } from '../../context';
import type { Examples } from '../../rule';
import { checksAreOff, type ForeignKey, foreignKeysOf, foreignKeysTo, isReleased } from '../foreign-keys';
import { type Need, neededByForeignKey } from './need';

const shop = {
  path: '0001_shop.sql',
  text: 'CREATE TABLE users (id bigint PRIMARY KEY, email varchar(190), UNIQUE KEY by_email (email));\nCREATE TABLE orders (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, user_id bigint, email varchar(190), note varchar(50), KEY by_user (user_id), CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id));\n',
};

/** The index that an operation drops, with its table. */
function droppedIndex(operation: Operation): { readonly table: ObjectName; readonly name: string } | undefined {
  if (operation.kind === 'drop constraint') {
    if (operation.constraintKind === 'primary key') return { table: operation.table, name: 'PRIMARY' };
    return operation.constraintKind === undefined ? { table: operation.table, name: operation.constraint } : undefined;
  }
  const [object] = operation.kind === 'drop object' && operation.objectKind === 'index' ? operation.objects : [];
  return operation.kind === 'drop object' && operation.on !== undefined && object !== undefined
    ? { table: operation.on, name: object.name }
    : undefined;
}

/**
 * An index that is the last one to serve a foreign key, on either side of it; the primary key by which AUTO_INCREMENT counts. What the same
 * statement adds or drops counts. MariaDB looks at none of the foreign keys with foreign_key_checks off.
 */
export function neededIndex(context: RuleContext, step: Step, operation: Operation): Need | undefined {
  const dropped = droppedIndex(operation);
  const before = dropped && findTable(step.before, dropped.table);
  const after = dropped && findTable(step.after, dropped.table);
  const index = before?.indexes.find(({ name }) => sameName(name, dropped?.name ?? ''));
  if (before === undefined || after === undefined || index === undefined || before.complete === false) return undefined;
  const counted = after.columns.find(({ identityKind }) => identityKind !== undefined);
  if (counted !== undefined && sameName(index.keys[0] ?? '', counted.name) && !isServed(after, [counted.name]))
    return {
      what: shownIndex(index.name),
      by: `the AUTO_INCREMENT of ${counted.name}, which has to be the first column of a key`,
      code: '1075',
      help: `Add the other key of ${counted.name} in the same statement, or take AUTO_INCREMENT from it with MODIFY before.`,
    };
  const { name: engine } = context.engine;
  if (engine === 'mariadb' && checksAreOff(context, step)) return undefined;
  const key = unserved(step, before, after);
  if (key === undefined) return undefined;
  if (engine === 'mariadb' && index.name === 'PRIMARY' && liesByOtherKey(after)) return undefined;
  const help = `Add another index that begins with its columns before, or drop the foreign key first, if it is to go.`;
  const code = engine === 'mariadb' && index.name === 'PRIMARY' ? '1025' : '1553';
  return neededByForeignKey(context, step, key, { what: shownIndex(index.name), code, goes: false, help });
}

const shownIndex = (name: string) => (name === 'PRIMARY' ? 'The primary key' : `The index ${name}`);

/**
 * A foreign key that no index serves any more: its own columns, or those that it refers to. There MySQL may want a unique index of just these
 * columns (manual, restrict_fk_on_non_standard_key, since 8.4), so that more is refused than what is told.
 */
function unserved(step: Step, before: Table, after: Table): ForeignKey | undefined {
  const lost = (columns: readonly string[]) => isServed(before, columns) && !isServed(after, columns);
  return (
    foreignKeysOf(before).find((key) => lost(key.constraint.columns) && !isReleased(step, key)) ??
    foreignKeysTo(step.before, before).find((key) => lost(key.targets) && !isReleased(step, key))
  );
}

/** By a unique key over columns that are never NULL: MariaDB then makes that the order of the rows, and misses no key (measured on 11). */
function liesByOtherKey({ indexes, columns }: Table): boolean {
  const isRequired = (key: string) => columns.some(({ name, notNull }) => notNull && sameName(name, key));
  return indexes.some(({ unique, keys }) => unique && keys.every(isRequired));
}

function isServed(table: Table, columns: readonly string[]): boolean {
  return table.indexes.some((index) => serves(index, columns));
}

export const indexExamples: Examples = {
  bad: [
    {
      title: 'The last index that serves a foreign key, and the key that it refers to',
      framework: 'sql',
      files: [
        shop,
        {
          path: '0002_i.sql',
          text: 'CREATE INDEX by_note ON orders (note, user_id);\nDROP INDEX by_user ON orders;\nALTER TABLE orders ADD CONSTRAINT orders_email FOREIGN KEY (email) REFERENCES users (email);\nALTER TABLE users DROP INDEX by_email;\n',
        },
      ],
      findings: [
        { at: 'DROP INDEX by_user ON orders', says: 'The index by_user is needed by the foreign key orders_user of orders (1553)' },
        { at: 'ALTER TABLE users DROP INDEX by_email', says: 'orders_email of orders (1553)' },
      ],
    },
    {
      title: 'The key by which AUTO_INCREMENT counts',
      framework: 'sql',
      files: [shop, { path: '0002_i.sql', text: 'ALTER TABLE orders DROP PRIMARY KEY, ADD PRIMARY KEY (user_id, id);\n' }],
      findings: [{ at: 'DROP PRIMARY KEY', says: '1075' }],
    },
  ],
  good: [
    {
      title: 'Another index serves; the foreign key goes in the same statement; the key is made anew',
      framework: 'sql',
      files: [
        shop,
        {
          path: '0002_i.sql',
          text: 'ALTER TABLE orders DROP INDEX by_user, ADD INDEX by_both (user_id, note);\nALTER TABLE orders DROP INDEX by_both, DROP FOREIGN KEY orders_user;\nALTER TABLE orders DROP PRIMARY KEY, ADD PRIMARY KEY (id, note);\nALTER TABLE users DROP INDEX by_email;\n',
        },
      ],
    },
    {
      title: 'MariaDB with another key for the rows to lie by',
      framework: 'sql',
      engines: ['mariadb 11'],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE p (id int PRIMARY KEY, code int NOT NULL, UNIQUE KEY by_code (code));\nCREATE TABLE c (id int PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES p (id));\n',
        },
        { path: '0002_k.sql', text: 'ALTER TABLE p DROP PRIMARY KEY;\n' },
      ],
    },
    {
      title: 'MariaDB without checks',
      framework: 'sql',
      engines: ['mariadb 11'],
      files: [
        shop,
        {
          path: '0002_i.sql',
          text: 'SET foreign_key_checks = 0;\nALTER TABLE orders DROP INDEX by_user;\nSET foreign_key_checks = 1;\n',
        },
      ],
    },
  ],
};
