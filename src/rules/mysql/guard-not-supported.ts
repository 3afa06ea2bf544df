import type { Operation } from '../../model/operation';
import { readText } from '../../parse/read';
import { headRange, type RuleContext, type Step } from '../context';
import { endWithTerminator, replaceSpan } from '../edits';
import { version } from '../phrases';
import type { Rule, Violation } from '../rule';
import { guarded } from './guards';

export const guardNotSupported: Rule = {
  id: 'guard-not-supported',
  title: 'IF [NOT] EXISTS where only MariaDB has it',
  severity: 'error',
  engines: ['mysql'],
  explanation: `MySQL knows IF NOT EXISTS and IF EXISTS for whole tables, views, routines, users and databases, but not for what is inside of a table: ADD COLUMN, DROP COLUMN, CREATE INDEX, DROP INDEX, ADD CONSTRAINT. MariaDB does. On MySQL such a statement is a syntax error (1064), and migrations that were tried on MariaDB alone fail.

The same is done by asking information_schema and preparing the statement from the answer. The fix writes that; it works in both.`,
  bad: [
    {
      title: 'A column',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9'],
      files: [{ path: '0001_c.sql', text: 'ALTER TABLE orders ADD COLUMN IF NOT EXISTS note text;\n' }],
      findings: [{ at: 'ALTER TABLE orders ADD COLUMN IF NOT EXISTS note text', says: '1064' }],
      fixed: [
        {
          path: '0001_c.sql',
          text: "SET @guarded = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'orders' AND COLUMN_NAME = 'note') > 0, 'DO 0', 'ALTER TABLE orders ADD COLUMN note text');\nPREPARE guarded FROM @guarded;\nEXECUTE guarded;\nDEALLOCATE PREPARE guarded;\n",
        },
      ],
    },
    {
      title: 'An index',
      framework: 'sql',
      files: [{ path: '0001_c.sql', text: 'DROP INDEX IF EXISTS by_user ON orders;\n' }],
      findings: [{ at: 'DROP INDEX IF EXISTS by_user ON orders', says: 'information_schema' }],
    },
  ],
  good: [
    {
      title: 'Whole tables',
      framework: 'sql',
      files: [
        {
          path: '0001_c.sql',
          text: 'CREATE TABLE IF NOT EXISTS a (id int PRIMARY KEY);\nDROP TABLE IF EXISTS b;\nDROP VIEW IF EXISTS v;\n',
        },
      ],
    },
  ],
  check: (context) => context.steps.flatMap((step) => (step.statement.unreadable === undefined ? [] : check(context, step))),
};

const words = /\bIF\s+(?:NOT\s+)?EXISTS\s+/gi;

function check(context: RuleContext, step: Step): Violation[] {
  const { text, span } = step.statement;
  if (!words.test(text)) return [];
  words.lastIndex = 0;
  const [read, ...more] = readText(text, { name: 'mariadb', major: 11 });
  if (read === undefined || more.length > 0 || read.unreadable !== undefined || !read.operations.some(isGuarded)) return [];
  const [operation, ...others] = read.operations;
  const bare = text.replaceAll(words, '');
  const statements = operation === undefined || others.length > 0 ? undefined : guarded(operation, bare);
  return [
    {
      range: headRange(context, step.statement),
      message: `${version(context)} has no IF [NOT] EXISTS here, only MariaDB does: it is a syntax error (1064), and the migration always fails.`,
      help: 'Ask information_schema, and prepare the statement from the answer.',
      fixes:
        statements === undefined
          ? []
          : [
              {
                title: 'Ask information_schema instead',
                safe: false,
                edits: [replaceSpan(context, { start: span.start, end: endWithTerminator(context, span) }, statements.join('\n'))],
              },
            ],
    },
  ];
}

function isGuarded(operation: Operation): boolean {
  return ('ifNotExists' in operation && operation.ifNotExists === true) || ('ifExists' in operation && operation.ifExists);
}
