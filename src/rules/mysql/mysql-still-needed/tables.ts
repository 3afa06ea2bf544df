import type { ObjectName } from '../../../model/operation';
import { findTable } from '../../../schema/lookup';
import { type OperationOf, type RuleContext, type Step, shownName } from '../../context';
import type { Examples } from '../../rule';
import { checksAreOff, type ForeignKey, foreignKeysTo } from '../foreign-keys';
import { type Need, neededByForeignKey } from './need';

const shop = {
  path: '0001_shop.sql',
  text: 'CREATE TABLE users (id bigint PRIMARY KEY, boss_id bigint, CONSTRAINT users_boss FOREIGN KEY (boss_id) REFERENCES users (id));\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id));\n',
};
const released = 'ALTER TABLE `orders` DROP FOREIGN KEY `orders_user`;\n';

/** Refused also when the table that refers to it is empty. With foreign_key_checks off it goes, and the foreign key stays and refers to nothing. */
export function referredTable(context: RuleContext, step: Step, operation: OperationOf<'drop object'>): Need | undefined {
  if (operation.objectKind !== 'table' || checksAreOff(context, step)) return undefined;
  for (const [place, name] of operation.objects.entries()) {
    // MariaDB drops one after the other; MySQL looks at all of them first.
    const gone = context.engine.name === 'mysql' ? operation.objects : operation.objects.slice(0, place);
    const key = referring(step, name).find(({ child }) => !gone.some((other) => findTable(step.before, other) === child));
    if (key === undefined) continue;
    const code = context.engine.name === 'mysql' ? '3730' : '1451';
    return neededByForeignKey(context, step, key, { what: shownName(name), code, goes: true });
  }
  return undefined;
}

export function truncatedTable(context: RuleContext, step: Step, operation: OperationOf<'truncate'>): Need | undefined {
  if (checksAreOff(context, step)) return undefined;
  for (const name of operation.tables) {
    const [key] = referring(step, name);
    if (key === undefined) continue;
    const help = `DELETE the rows of ${key.child.name} that refer to them, then those of ${shownName(name)}, in batches; or drop the foreign key first and add it again behind.`;
    return neededByForeignKey(context, step, key, { what: shownName(name), code: '1701', goes: false, help });
  }
  return undefined;
}

/** Foreign keys of other tables: one that refers to its own table goes with it. */
function referring({ before }: Step, name: ObjectName): readonly ForeignKey[] {
  const table = findTable(before, name);
  return table === undefined ? [] : foreignKeysTo(before, table).filter(({ child }) => child.identity !== table.identity);
}

export const tableExamples: Examples = {
  bad: [
    {
      title: 'A table that a foreign key refers to',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9'],
      files: [shop, { path: '0002_d.sql', text: 'DROP TABLE IF EXISTS users;\n' }],
      findings: [{ at: 'DROP TABLE IF EXISTS users', says: 'users is needed by the foreign key orders_user of orders (3730)' }],
      fixed: [{ path: '0002_d.sql', text: `${released}DROP TABLE IF EXISTS users;\n` }],
    },
    {
      title: 'On MariaDB, also before the table that has the foreign key',
      framework: 'sql',
      engines: ['mariadb 10.6', 'mariadb 11'],
      files: [shop, { path: '0002_d.sql', text: 'DROP TABLE users, orders;\n' }],
      findings: [{ at: 'DROP TABLE users, orders', says: '1451' }],
    },
    {
      title: 'A rollback that drops tables in the order in which they were made',
      framework: 'dbmate',
      engines: ['mysql 9', 'mariadb 11'],
      files: [
        {
          path: '20240101000000_shop.sql',
          text: '-- migrate:up\nCREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id));\n\n-- migrate:down\nDROP TABLE users;\nDROP TABLE orders;\n',
        },
      ],
      findings: [{ at: 'DROP TABLE users', says: 'orders_user of orders' }],
    },
    {
      title: 'TRUNCATE, though the other table is empty',
      framework: 'sql',
      files: [shop, { path: '0002_t.sql', text: 'DELETE FROM orders WHERE id < 1000;\nTRUNCATE TABLE users;\n' }],
      findings: [{ at: 'TRUNCATE TABLE users', says: '1701' }],
    },
  ],
  good: [
    {
      title: 'Those that refer to it go first, or their keys; without checks; a table that refers to itself',
      framework: 'sql',
      files: [
        shop,
        {
          path: '0002_d.sql',
          text: 'CREATE TABLE notes (id bigint PRIMARY KEY, user_id bigint, CONSTRAINT notes_user FOREIGN KEY (user_id) REFERENCES users (id));\nALTER TABLE notes DROP FOREIGN KEY notes_user;\nDROP TABLE orders, users;\n',
        },
        {
          path: '0003_n.sql',
          text: 'CREATE TABLE nodes (id bigint PRIMARY KEY, up bigint, FOREIGN KEY (up) REFERENCES nodes (id));\nTRUNCATE TABLE nodes;\nCREATE TABLE leaves (id bigint PRIMARY KEY, node bigint, FOREIGN KEY (node) REFERENCES nodes (id));\nSET foreign_key_checks = 0;\nTRUNCATE TABLE nodes;\nDROP TABLE nodes;\nSET foreign_key_checks = 1;\n',
        },
      ],
    },
    {
      title: 'MySQL looks at all tables of a DROP',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9'],
      files: [shop, { path: '0002_d.sql', text: 'DROP TABLE users, orders;\n' }],
    },
  ],
};
