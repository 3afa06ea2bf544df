import { type DefinedObject, relationKey, type Table } from '../../model/catalog';
import type { ObjectName, Operation } from '../../model/operation';
import { findTable } from '../../schema/lookup';
import { sameName } from '../../schema/mysql/parts';
import { isNameToken, nameOf, type Token, tokensOf } from '../../schema/mysql/tokens';
import { looksFirst, operationRange, perOperation, type RuleContext, type Step } from '../context';
import type { Rule } from '../rule';

const shop = {
  path: '0001_shop.sql',
  text: `CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50));
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, note varchar(50), state varchar(10));
CREATE TRIGGER orders_note BEFORE INSERT ON orders FOR EACH ROW SET NEW.note = TRIM(NEW.note);
CREATE VIEW open_orders AS SELECT o.id, o.state, u.name FROM orders AS o JOIN users u ON u.id = o.user_id WHERE o.state = 'open';
CREATE VIEW people AS SELECT * FROM users;
`,
};

export const readerLeftBroken: Rule = {
  id: 'reader-left-broken',
  title: 'Trigger or view that still names what is gone',
  severity: 'error',
  engines: ['mysql', 'mariadb'],
  explanation: `MySQL and MariaDB drop and rename columns and tables without looking at the triggers and views that name them. The migration succeeds, and what comes behind it fails: every INSERT or UPDATE that fires the trigger (1054), every
query of the view (1356). A view of SELECT * has all columns of its day written into it.

Drop the trigger or the view in the same migration, or make it anew without that name. Renaming a table does not help: views and triggers of others go on to name the old one.

Silent when the migration drops or makes the reader anew, also behind the change, and about columns of views over several tables that are named without their table.`,
  bad: [
    {
      title: 'A column that a trigger sets, one that a view reads, and one of SELECT *',
      framework: 'sql',
      files: [
        shop,
        {
          path: '0002_c.sql',
          text: 'ALTER TABLE orders DROP COLUMN note;\nALTER TABLE orders RENAME COLUMN state TO status;\nALTER TABLE users DROP COLUMN name;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE orders DROP COLUMN note', says: 'the trigger orders_note still says NEW.note: every INSERT on orders fails' },
        { at: 'ALTER TABLE orders RENAME COLUMN state TO status', says: 'the view open_orders' },
        { at: 'ALTER TABLE users DROP COLUMN name', says: '1356' },
      ],
    },
    {
      title: 'A table under another name',
      framework: 'sql',
      files: [shop, { path: '0002_t.sql', text: 'RENAME TABLE users TO members;\n' }],
      findings: [{ at: 'RENAME TABLE users TO members', says: 'the view open_orders' }],
    },
  ],
  good: [
    {
      title: 'Readers that go first, or are made anew behind; columns that nobody reads; a table that another one replaces',
      framework: 'sql',
      files: [
        shop,
        {
          path: '0002_c.sql',
          text: `DROP TRIGGER orders_note;
ALTER TABLE orders DROP COLUMN note;
ALTER TABLE orders CHANGE state status varchar(10);
CREATE OR REPLACE VIEW open_orders AS SELECT o.id, o.status AS state, u.name FROM orders AS o JOIN users u ON u.id = o.user_id;
ALTER TABLE orders ADD COLUMN extra int;
ALTER TABLE orders DROP COLUMN extra;
CREATE TABLE users_new LIKE users;
RENAME TABLE users TO users_old, users_new TO users;
`,
        },
      ],
    },
  ],
  check: (context) =>
    perOperation(context, (step, operation) => {
      const broken = leftBroken(context, step, operation);
      if (broken === undefined || looksFirst(context)) return undefined;
      const { reader, what, fails } = broken;
      return {
        range: operationRange(context, step.statement, operation),
        message: `This succeeds, and ${reader} still says ${what}: ${fails} from then on.`,
        help: `Drop ${reader} in this migration, or make it anew without ${what}.`,
        fixes: [],
      };
    }),
};

interface Broken {
  /** `the view names`. */
  readonly reader: string;
  readonly what: string;
  readonly fails: string;
}

function leftBroken(context: RuleContext, step: Step, operation: Operation): Broken | undefined {
  switch (operation.kind) {
    case 'drop column':
    case 'rename column':
      return brokenByColumn(context, step, operation.table, operation.column);
    case 'redefine column':
      return operation.newName === undefined ? undefined : brokenByColumn(context, step, operation.table, operation.column);
    case 'drop object':
      return operation.objectKind === 'table' ? firstBroken(context, step, operation.objects) : undefined;
    case 'rename object':
      return operation.objectKind === 'table' ? firstBroken(context, step, [operation.object]) : undefined;
    default:
      return undefined;
  }
}

/** What is left when the whole migration is done counts: readers may be made anew behind the change. */
function brokenByColumn({ after }: RuleContext, step: Step, name: ObjectName, columnName: string): Broken | undefined {
  const before = findTable(step.before, name);
  const column = before?.columns.find((each) => sameName(each.name, columnName))?.name;
  const table = after.tables.find(({ identity }) => identity === before?.identity);
  if (column === undefined || table === undefined || table.columns.some((each) => sameName(each.name, column))) return undefined;
  return brokenTrigger(table, column) ?? brokenView(after.definitions, table, column);
}

function brokenTrigger({ name, triggers }: Table, column: string): Broken | undefined {
  for (const trigger of triggers) {
    const row = rowNamed(tokensOf(trigger.definition), column);
    if (row === undefined) continue;
    const event = /^CREATE TRIGGER \S+ (?:BEFORE|AFTER) (\w+)/i.exec(trigger.definition)?.[1]?.toUpperCase() ?? 'write';
    return { reader: `the trigger ${trigger.name}`, what: `${row}.${column}`, fails: `every ${event} on ${name} fails (1054)` };
  }
  return undefined;
}

/** `NEW` or `OLD`, where the column stands behind it. */
function rowNamed(tokens: readonly Token[], column: string): string | undefined {
  const place = tokens.findIndex(
    ({ text }, at) => /^(?:new|old)$/i.test(text) && tokens[at + 1]?.text === '.' && isNameToken(tokens[at + 2], column),
  );
  return tokens[place]?.text.toUpperCase();
}

function brokenView(definitions: readonly DefinedObject[], table: Table, column: string): Broken | undefined {
  const key = relationKey(table);
  const view = definitions.find(
    ({ kind, dependsOn, definition }) => kind === 'view' && dependsOn.includes(key) && readsColumn(definition, dependsOn, table, column),
  );
  return view && { reader: `the view ${view.name}`, what: column, fails: 'every query of it fails (1356)' };
}

/** Does a view over these relations surely read the column of the table? */
function readsColumn(definition: string, relations: readonly string[], table: Table, column: string): boolean {
  const tokens = tokensOf(definition);
  const owners = ownersOf(tokens, table.name);
  return tokens.some((token, place) => {
    const isQualified = tokens[place - 1]?.text === '.';
    if (isQualified && !owners.some((owner) => isNameToken(tokens[place - 2], owner))) return false;
    if (token.text === '*') return isQualified || /^select$/i.test(tokens[place - 1]?.text ?? '');
    return isNameToken(token, column) && (isQualified || (relations.length === 1 && !/^as$/i.test(tokens[place - 1]?.text ?? '')));
  });
}

const notAliases = /^(?:on|using|join|inner|left|right|cross|natural|straight_join|where|group|having|order|limit|union|for|partition)$/i;

/** The table's name and its aliases. */
function ownersOf(tokens: readonly Token[], table: string): readonly string[] {
  const aliases = tokens.flatMap((token, place) => {
    if (!isNameToken(token, table)) return [];
    const next = tokens[/^as$/i.test(tokens[place + 1]?.text ?? '') ? place + 2 : place + 1];
    return next === undefined || (next.kind !== 'word' && next.kind !== 'name') || notAliases.test(next.text) ? [] : [nameOf(next)];
  });
  return [table, ...aliases];
}

/** A table that is gone when the migration is done, and what still names it. */
function firstBroken(context: RuleContext, step: Step, names: readonly ObjectName[]): Broken | undefined {
  const { after } = context;
  for (const name of names) {
    const table = findTable(step.before, name);
    if (table === undefined || table.persistence === 'temporary') continue;
    const key = relationKey(table);
    if ([...after.tables, ...after.definitions].some((object) => relationKey(object) === key)) continue;
    const view = after.definitions.find(({ kind, dependsOn }) => kind === 'view' && dependsOn.includes(key));
    if (view !== undefined) return { reader: `the view ${view.name}`, what: table.name, fails: 'every query of it fails (1356)' };
  }
  return undefined;
}
