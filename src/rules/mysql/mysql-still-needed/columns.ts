import type { Column, Table } from '../../../model/catalog';
import type { ObjectName, Operation } from '../../../model/operation';
import { columnChanges } from '../../../plan/mysql/column-change';
import { columnType } from '../../../plan/mysql/column-type';
import { findTable } from '../../../schema/lookup';
import { sameName } from '../../../schema/mysql/parts';
import { isNameToken, tokensOf } from '../../../schema/mysql/tokens';
import type { OperationOf, RuleContext, Step } from '../../context';
import type { Examples } from '../../rule';
import { checksAreOff, dropsConstraint, type ForeignKey, foreignKeysOf, foreignKeysTo, isReleased } from '../foreign-keys';
import { type Need, neededByForeignKey } from './need';

const shop = {
  path: '0001_shop.sql',
  text: 'CREATE TABLE users (id bigint PRIMARY KEY, code varchar(20), UNIQUE KEY by_code (code));\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, total int, paid int, CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id));\n',
};

interface FoundColumn {
  readonly table: Table;
  readonly column: Column;
}

function found({ before }: Step, name: ObjectName, column: string): FoundColumn | undefined {
  const table = findTable(before, name);
  const known = table?.columns.find((each) => sameName(each.name, column));
  return table === undefined || known === undefined ? undefined : { table, column: known };
}

/** What keeps a column from being dropped. */
export function neededColumn(context: RuleContext, step: Step, operation: OperationOf<'drop column'>): Need | undefined {
  const dropped = found(step, operation.table, operation.column);
  if (dropped === undefined) return undefined;
  const { table, column } = dropped;
  const isMysql = context.engine.name === 'mysql';
  const own = keysOver(table, column).find((key) => !isReleased(step, key));
  if (own !== undefined) {
    // MariaDB misses the index first, and does not look with foreign_key_checks off.
    const code = isMysql || checksAreOff(context, step) ? '1828' : '1553';
    return neededByForeignKey(context, step, own, { what: column.name, code, goes: true });
  }
  const other = keysToColumn(step, table, column).find((key) => !isReleased(step, key));
  if (other !== undefined) return neededByForeignKey(context, step, other, { what: column.name, code: '1829', goes: true });
  return usedInExpression(context, step, dropped, 'drop');
}

/** MariaDB follows a renamed column into every expression; MySQL refuses to rename one that an expression names. */
export function namedColumn(context: RuleContext, step: Step, table: ObjectName, name: string): Need | undefined {
  const renamed = found(step, table, name);
  return renamed === undefined || context.engine.name === 'mariadb' ? undefined : usedInExpression(context, step, renamed, 'rename');
}

/** What keeps a column from being defined anew: foreign keys need both sides to stay what they are. */
export function retypedColumn(context: RuleContext, step: Step, operation: OperationOf<'redefine column'>): Need | undefined {
  const changed = found(step, operation.table, operation.column);
  if (changed === undefined) return undefined;
  const { table, column } = changed;
  const { newName, specification } = operation;
  if (newName !== undefined && !sameName(newName, column.name)) {
    const need = namedColumn(context, step, operation.table, column.name);
    if (need !== undefined) return need;
  }
  const own = keysOver(table, column).filter((key) => !isReleased(step, key));
  const others = keysToColumn(step, table, column).filter((key) => !isReleased(step, key));
  const key = own[0] ?? others[0];
  if (key === undefined) return undefined;
  const emptied = own.find(({ constraint }) => /\bON (?:DELETE|UPDATE) SET NULL\b/i.test(constraint.definition));
  if (emptied !== undefined && specification.notNull && !column.notNull)
    return neededByForeignKey(context, step, emptied, {
      what: `That ${column.name} can be NULL`,
      code: '1830',
      goes: false,
      help: 'It sets NULL where the row that it refers to goes: drop the foreign key, and add it with another action.',
    });
  const change = whatForeignKeysRefuse(context, step, operation, changed);
  if (change === undefined) return undefined;
  return neededByForeignKey(context, step, key, {
    what: `The type of ${column.name}`,
    code: change === 'incompatible' ? '3780' : own.length > 0 ? '1832' : '1833',
    goes: false,
    help: 'Drop the foreign key first, change the columns on both sides of it, and add it again behind.',
  });
}

/** On MariaDB every other type, with checks or without them; on MySQL what writes the column anew, or makes the two sides differ. */
function whatForeignKeysRefuse(
  context: RuleContext,
  step: Step,
  operation: OperationOf<'redefine column'>,
  { table, column }: FoundColumn,
): 'incompatible' | 'another type' | undefined {
  const isMysql = context.engine.name === 'mysql';
  const [before, after] = [columnType(column.type), columnType(operation.specification.type)];
  const integers = [before, after].every(({ base }) => /^(?:tiny|small|medium|big)?int$/.test(base));
  if (isMysql && integers && (before.base !== after.base || before.unsigned !== after.unsigned)) return 'incompatible';
  if (isMysql && checksAreOff(context, step)) return undefined;
  const changes = columnChanges(operation, column, table, context.engine).map(({ change }) => change);
  const refused = isMysql ? (['change type', 'remove auto-increment'] as const) : (['change type', 'widen text'] as const);
  return changes.some((change) => refused.some((each) => each === change)) ? 'another type' : undefined;
}

function keysOver(table: Table, column: Column): readonly ForeignKey[] {
  return foreignKeysOf(table).filter(({ constraint }) => constraint.columns.some((name) => sameName(name, column.name)));
}

function keysToColumn({ before }: Step, table: Table, column: Column): readonly ForeignKey[] {
  return foreignKeysTo(before, table).filter(({ targets }) => targets.some((name) => sameName(name, column.name)));
}

/** An expression of the table that names the column, unless the same statement takes it away or writes it anew. */
function usedInExpression(context: RuleContext, step: Step, { table, column }: FoundColumn, work: 'drop' | 'rename'): Need | undefined {
  const isMysql = context.engine.name === 'mysql';
  const code = (number: string) => (isMysql ? number : '1054');
  const what = column.name;
  const { operations } = step.statement;
  const check = table.constraints.find(
    (constraint) =>
      constraint.kind === 'check' &&
      names(constraint.definition, column.name) &&
      // A check of this column alone goes with it.
      (work === 'rename' || table.columns.some((other) => other !== column && names(constraint.definition, other.name))) &&
      !operations.some((operation) => dropsConstraint(operation, step.before, table, constraint.name)),
  );
  if (check !== undefined)
    return { what, by: `the CHECK ${check.name}`, code: code('3959'), help: `Drop ${check.name} first, or in the same statement.` };
  for (const other of table.columns) {
    if (other === column || operations.some((operation) => rewrites(operation, other.name))) continue;
    if (other.generated !== undefined && names(other.generated.expression, column.name))
      return { what, by: `the generated column ${other.name}`, code: code('3108'), help: helpFor(other.name, work) };
    const initial = other.default ?? '';
    const isExpression = isMysql ? initial.startsWith('(') : !/^'/.test(initial);
    if (isExpression && names(initial, column.name))
      return { what, by: `the default of ${other.name}`, code: code('3766'), help: `Give ${other.name} another default first.` };
  }
  const index = table.indexes.find(
    ({ keys, name }) =>
      keys.some((key) => !table.columns.some((each) => sameName(each.name, key)) && names(key, column.name)) &&
      !operations.some((operation) => dropsIndex(operation, name)),
  );
  if (isMysql && index !== undefined)
    return { what, by: `the index ${index.name} over an expression`, code: '3837', help: `Drop ${index.name} first.` };
  if (table.partitionKey !== undefined && names(table.partitionKey, column.name))
    return { what, by: 'the partitioning of the table', code: code('3855'), help: 'REMOVE PARTITIONING first; that copies the table.' };
  return undefined;
}

function helpFor(name: string, work: 'drop' | 'rename'): string {
  return work === 'drop'
    ? `Drop ${name} first, or in the same statement.`
    : `Write ${name} anew with MODIFY in the same statement, with the new name in its expression.`;
}

function rewrites(operation: Operation, column: string): boolean {
  return (
    (operation.kind === 'drop column' ||
      operation.kind === 'redefine column' ||
      operation.kind === 'set default' ||
      operation.kind === 'drop default') &&
    sameName(operation.column, column)
  );
}

function dropsIndex(operation: Operation, name: string): boolean {
  if (operation.kind === 'drop constraint') return sameName(operation.constraint, name);
  return (
    operation.kind === 'drop object' && operation.objectKind === 'index' && operation.objects.some((each) => sameName(each.name, name))
  );
}

/** Does the expression name this column? */
function names(expression: string, column: string): boolean {
  if (!expression.toLowerCase().includes(column.toLowerCase())) return false;
  const tokens = tokensOf(expression);
  return tokens.some((token, place) => isNameToken(token, column) && (token.kind === 'name' || tokens[place + 1]?.text !== '('));
}

export const columnExamples: Examples = {
  bad: [
    {
      title: 'A column of a foreign key, and one that a foreign key refers to',
      framework: 'sql',
      files: [shop, { path: '0003_c.sql', text: 'ALTER TABLE orders DROP COLUMN user_id;\nALTER TABLE users DROP COLUMN id;\n' }],
      findings: [
        { at: 'ALTER TABLE orders DROP COLUMN user_id', says: 'user_id is needed by the foreign key orders_user of orders' },
        { at: 'ALTER TABLE users DROP COLUMN id', says: '1829' },
      ],
    },
    {
      title: 'Another type on one side of a foreign key, checks or not',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9'],
      files: [
        shop,
        {
          path: '0002_c.sql',
          text: 'SET foreign_key_checks = 0;\nALTER TABLE orders MODIFY user_id bigint unsigned;\nSET foreign_key_checks = 1;\nALTER TABLE users MODIFY id int NOT NULL;\n',
        },
      ],
      findings: [
        {
          at: 'ALTER TABLE orders MODIFY user_id bigint unsigned',
          says: 'The type of user_id is needed by the foreign key orders_user of orders (3780)',
        },
        { at: 'ALTER TABLE users MODIFY id int NOT NULL', says: '3780' },
      ],
    },
    {
      title: 'On MariaDB a longer text too',
      framework: 'sql',
      engines: ['mariadb 10.6', 'mariadb 11'],
      files: [
        shop,
        {
          path: '0002_c.sql',
          text: 'CREATE TABLE uses (id bigint PRIMARY KEY, code varchar(20), CONSTRAINT uses_code FOREIGN KEY (code) REFERENCES users (code));\n',
        },
        {
          path: '0003_c.sql',
          text: 'SET foreign_key_checks = 0;\nALTER TABLE orders MODIFY user_id bigint unsigned;\nSET foreign_key_checks = 1;\nALTER TABLE users MODIFY code varchar(30);\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE orders MODIFY user_id bigint unsigned', says: '1832' },
        { at: 'ALTER TABLE users MODIFY code varchar(30)', says: '1833' },
      ],
    },
    {
      title: 'NOT NULL where a foreign key sets NULL',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL);\n',
        },
        { path: '0002_n.sql', text: 'ALTER TABLE orders MODIFY user_id bigint NOT NULL;\n' },
      ],
      findings: [{ at: 'ALTER TABLE orders MODIFY user_id bigint NOT NULL', says: '1830' }],
    },
    {
      title: 'Columns that generated columns, checks, and the partitioning name',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE a (id bigint PRIMARY KEY, net int, gross int AS (net * 2) VIRTUAL);\nCREATE TABLE b (id bigint PRIMARY KEY, low int, high int, CONSTRAINT b_order CHECK (low < high));\nCREATE TABLE c (id bigint, made date, note text, PRIMARY KEY (id, made)) PARTITION BY HASH (YEAR(made)) PARTITIONS 2;\nCREATE TABLE d (id bigint PRIMARY KEY, one int, two int DEFAULT (one + 1));\n',
        },
        {
          path: '0002_d.sql',
          text: 'ALTER TABLE a DROP COLUMN Net;\nALTER TABLE b DROP COLUMN low;\nALTER TABLE c DROP PRIMARY KEY, DROP COLUMN made;\nALTER TABLE d DROP COLUMN one;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE a DROP COLUMN Net', says: 'net is needed by the generated column gross' },
        { at: 'ALTER TABLE b DROP COLUMN low', says: 'the CHECK b_order' },
        { at: 'DROP COLUMN made', says: 'partitioning' },
        { at: 'ALTER TABLE d DROP COLUMN one', says: 'the default of two' },
      ],
    },
    {
      title: 'MySQL refuses to rename them too',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9'],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE a (id bigint PRIMARY KEY, net int, gross int AS (net * 2) VIRTUAL, other int, third int AS (other * 2) VIRTUAL, CONSTRAINT a_net CHECK (net > 0));\nCREATE TABLE b (id bigint PRIMARY KEY, email varchar(100), low int, CONSTRAINT b_low CHECK (low > 0));\nCREATE INDEX b_email ON b ((lower(email)));\n',
        },
        {
          path: '0002_r.sql',
          text: 'ALTER TABLE a RENAME COLUMN net TO amount;\nALTER TABLE a RENAME COLUMN other TO another;\nALTER TABLE b CHANGE low lowest int;\nALTER TABLE b DROP COLUMN email;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE a RENAME COLUMN net TO amount', says: '3959' },
        { at: 'ALTER TABLE a RENAME COLUMN other TO another', says: '3108' },
        { at: 'ALTER TABLE b CHANGE low lowest int', says: '3959' },
        { at: 'ALTER TABLE b DROP COLUMN email', says: '3837' },
      ],
    },
  ],
  good: [
    {
      title: 'What needs it goes in the same statement; a check of the column alone; the same type',
      framework: 'sql',
      files: [
        shop,
        {
          path: '0002_c.sql',
          text: "ALTER TABLE orders MODIFY user_id bigint NOT NULL COMMENT 'who';\nALTER TABLE orders ADD COLUMN twice int AS (total * 2) VIRTUAL, ADD CONSTRAINT orders_total CHECK (total > 0), ADD CONSTRAINT orders_paid CHECK (paid <= total);\n",
        },
        {
          path: '0003_c.sql',
          text: 'ALTER TABLE orders DROP COLUMN user_id, DROP FOREIGN KEY orders_user;\nALTER TABLE orders DROP COLUMN total, DROP COLUMN twice, DROP CONSTRAINT orders_paid;\n',
        },
      ],
    },
    {
      title: 'Code that looks first',
      framework: 'knex',
      files: [
        {
          path: '20240101000000_shop.js',
          text: "exports.up = async (knex) => {\n  await knex.schema.createTable('users', (table) => { table.bigIncrements('id'); });\n  await knex.schema.createTable('orders', (table) => { table.bigIncrements('id'); table.bigInteger('user_id').unsigned().references('users.id'); });\n};\nexports.down = async () => {};\n",
        },
        {
          path: '20240102000000_drop.js',
          text: "exports.up = async (knex) => {\n  const [key] = await keysOf(knex, 'orders');\n  if (key !== undefined) await knex.schema.alterTable('orders', (table) => { table.dropForeign('user_id', key.name); });\n  await knex.schema.alterTable('orders', (table) => { table.dropColumn('user_id'); });\n};\nexports.down = async () => {};\n",
        },
      ],
    },
    {
      title: 'MariaDB renames what expressions name',
      framework: 'sql',
      engines: ['mariadb 10.6', 'mariadb 11'],
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE a (id bigint PRIMARY KEY, net int, gross int AS (net * 2) VIRTUAL);\n' },
        { path: '0002_r.sql', text: 'ALTER TABLE a RENAME COLUMN net TO amount;\n' },
      ],
    },
    {
      title: 'MySQL lets a text of a foreign key grow, and a column be renamed whose expression is written anew',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9'],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, code varchar(20), net int, gross int AS (net * 2) VIRTUAL, UNIQUE KEY by_code (code));\nCREATE TABLE uses (id bigint PRIMARY KEY, code varchar(20), CONSTRAINT uses_code FOREIGN KEY (code) REFERENCES users (code));\n',
        },
        {
          path: '0002_c.sql',
          text: 'ALTER TABLE users MODIFY code varchar(30);\nALTER TABLE users RENAME COLUMN net TO amount, MODIFY gross int AS (amount * 2) VIRTUAL;\nALTER TABLE uses RENAME COLUMN code TO user_code;\n',
        },
      ],
    },
  ],
};
