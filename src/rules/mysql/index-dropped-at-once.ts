import { quoteIdentifier, quoteQualified } from '../../parse/mysql/identifiers';
import { bareKey } from '../../plan/mysql/column-change';
import { findTable } from '../../schema/lookup';
import { type OperationOf, operationRange, operationsOf, type RuleContext, type Step, shownName } from '../context';
import { endWithTerminator, replaceSpan } from '../edits';
import type { Rule, Violation } from '../rule';
import { isLive } from './in-use';

const orders = {
  path: '0001_orders.sql',
  text: 'CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, total int, KEY by_user (user_id));\n',
};

export const indexDroppedAtOnce: Rule = {
  id: 'index-dropped-at-once',
  title: 'Index dropped that queries may still use',
  severity: 'info',
  engines: ['mysql', 'mariadb'],
  explanation: `An index that was needed after all is gone in a moment, and takes hours to build again; meanwhile every query that used it reads the whole table.

Make it invisible first (MySQL: ALTER INDEX ... INVISIBLE; MariaDB from 10.6 on: IGNORED). The server keeps it up to date and plans without it; when something gets slow, it is back at once. Drop it in a later migration.

Silent in rollbacks, where the index is invisible already, where the same migration made it, where another index begins with the same columns, and where the same statement puts another in its place.`,
  bad: [
    {
      title: 'On MySQL',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9'],
      files: [orders, { path: '0002_d.sql', text: 'DROP INDEX by_user ON orders;\n' }],
      findings: [{ at: 'DROP INDEX by_user ON orders', says: 'invisible' }],
      fixed: [{ path: '0002_d.sql', text: 'ALTER TABLE `orders` ALTER INDEX `by_user` INVISIBLE;\n' }],
    },
    {
      title: 'On MariaDB',
      framework: 'sql',
      engines: ['mariadb 10.6', 'mariadb 11'],
      files: [orders, { path: '0002_d.sql', text: 'ALTER TABLE orders DROP KEY by_user;\n' }],
      findings: [{ at: 'ALTER TABLE orders DROP KEY by_user', says: 'ignored' }],
      fixed: [{ path: '0002_d.sql', text: 'ALTER TABLE `orders` ALTER INDEX `by_user` IGNORED;\n' }],
    },
  ],
  good: [
    {
      title: 'Invisible before, and exchanged for a longer one',
      framework: 'sql',
      engines: ['mysql 9'],
      files: [
        orders,
        { path: '0002_d.sql', text: 'ALTER TABLE orders ALTER INDEX by_user INVISIBLE;\n' },
        { path: '0003_d.sql', text: 'ALTER TABLE orders DROP INDEX by_user, ALGORITHM=INPLACE, LOCK=NONE;\n' },
      ],
    },
    {
      title: 'Exchanged for a longer one',
      framework: 'sql',
      files: [orders, { path: '0002_d.sql', text: 'ALTER TABLE orders DROP INDEX by_user, ADD INDEX by_user_total (user_id, total);\n' }],
    },
  ],
  check: (context) => {
    if (context.program.direction === 'down') return [];
    return operationsOf(context, 'drop object').flatMap(({ step, operation }) => check(context, step, operation));
  },
};

function check(context: RuleContext, step: Step, operation: OperationOf<'drop object'>): Violation[] {
  const { on } = operation;
  const [index] = operation.objects;
  if (operation.objectKind !== 'index' || on === undefined || index === undefined || !isLive(context, step, on)) return [];
  const table = findTable(step.before, on);
  const known = table?.indexes.find(({ name }) => name === index.name);
  if (known !== undefined && /\b(INVISIBLE|IGNORED)\b/.test(known.definition)) return [];
  if (known !== undefined && !wasThere(context, on, index.name)) return [];
  const keys = known?.keys.map(bareKey) ?? [];
  const others = table?.indexes.filter(({ name }) => name !== index.name) ?? [];
  if (keys.length > 0 && others.some((other) => keys.every((key, position) => bareKey(other.keys[position] ?? '') === key))) return [];
  if (step.statement.operations.some(({ kind }) => kind === 'create index' || kind === 'add constraint' || kind === 'drop column'))
    return [];
  const word = context.engine.name === 'mysql' ? 'INVISIBLE' : 'IGNORED';
  const alone = step.statement.operations.length === 1;
  const { span } = step.statement;
  const end = endWithTerminator(context, span);
  const sql = `ALTER TABLE ${quoteQualified(on.schema, on.name)} ALTER INDEX ${quoteIdentifier(index.name)} ${word};`;
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `Queries that still use ${index.name} of ${shownName(on)} read the whole table from now on, and building it again takes as long as it took. Made ${word.toLowerCase()} first, it is back at once.`,
      help: `Make it ${word.toLowerCase()} now (${sql}), and drop it in a later migration when nothing got slower.`,
      fixes: alone
        ? [{ title: `Make it ${word.toLowerCase()} first`, safe: false, edits: [replaceSpan(context, { start: span.start, end }, sql)] }]
        : [],
    },
  ];
}

/** Before this migration. */
function wasThere({ before }: RuleContext, on: { readonly name: string }, index: string): boolean {
  return before.tables.some(({ name, indexes }) => name === on.name && indexes.some((candidate) => candidate.name === index));
}
