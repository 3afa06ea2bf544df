import { relationKey } from '../../model/catalog';
import { findTable } from '../../schema/lookup';
import { headRange, operationsOf, type RuleContext, shownName } from '../context';
import type { Rule } from '../rule';

const users = {
  path: '0001_users.sql',
  text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id));\nCREATE TABLE users_new (id bigint PRIMARY KEY);\n',
};

export const tableSwap: Rule = {
  id: 'table-swap',
  title: 'Table renamed away that foreign keys of others refer to',
  severity: 'error',
  engines: ['mysql', 'mariadb'],
  explanation: `RENAME TABLE users TO users_old, users_new TO users exchanges two tables at once. But foreign keys follow the table, not the name: those of other tables refer to users_old from then on, inserts are checked against the old rows, and the old table can't be dropped (3730).

Drop the foreign keys of the others before, and add them again after; or use pt-online-schema-change with --alter-foreign-keys-method.

Silent where no known foreign key refers to the table, and where the migration drops them first.`,
  bad: [
    {
      title: 'A swap',
      framework: 'sql',
      files: [users, { path: '0002_s.sql', text: 'RENAME TABLE users TO users_old, users_new TO users;\n' }],
      findings: [{ at: 'RENAME TABLE users TO users_old, users_new TO users', says: 'orders_user' }],
    },
  ],
  good: [
    {
      title: 'Foreign keys dropped before and added after; a table that nothing refers to',
      framework: 'sql',
      files: [
        users,
        {
          path: '0002_s.sql',
          text: 'ALTER TABLE orders DROP FOREIGN KEY orders_user;\nRENAME TABLE users TO users_old, users_new TO users;\nALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id);\n',
        },
        { path: '0003_s.sql', text: 'RENAME TABLE orders TO orders_old;\n' },
      ],
    },
  ],
  check: (context) => {
    const renames = operationsOf(context, 'rename object').filter(({ operation }) => operation.objectKind === 'table');
    return renames.flatMap(({ step, operation }) => {
      const takesPlace = renames.some(({ operation: other }) => other !== operation && other.newName === operation.object.name);
      const keys = takesPlace ? referring(step, operation.object) : [];
      if (keys.length === 0) return [];
      const name = shownName(operation.object);
      return [
        {
          range: headRange(context, step.statement),
          message: `Foreign keys follow the table: ${keys.join(', ')} will refer to ${operation.newName}, not to the new ${name}; rows are checked against the old ones, and ${operation.newName} can't be dropped.`,
          help: `Drop ${keys.join(', ')} before, and add ${keys.length === 1 ? 'it' : 'them'} again after.`,
          fixes: [],
        },
      ];
    });
  },
};

/** The foreign keys of other tables that refer to it. */
function referring(step: RuleContext['steps'][number], name: Parameters<typeof findTable>[1]): readonly string[] {
  const table = findTable(step.before, name);
  if (table === undefined) return [];
  const key = relationKey(table);
  return step.before.tables
    .filter((other) => other !== table)
    .flatMap(({ constraints }) =>
      constraints.filter(({ kind, references }) => kind === 'foreign key' && references === key).map((constraint) => constraint.name),
    );
}
