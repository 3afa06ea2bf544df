import { headRange, type RuleContext, shownName } from '../context';
import { replaceSpan } from '../edits';
import { version } from '../phrases';
import type { Rule, Violation } from '../rule';
import { onlineDemand } from './online-words';

const orders = {
  path: '0001_orders.sql',
  text: 'CREATE TABLE orders (id bigint PRIMARY KEY, total int NOT NULL, body text, FULLTEXT KEY words (body));\nCREATE TABLE items (id bigint PRIMARY KEY, amount int NOT NULL);\n',
};

export const algorithmRefused: Rule = {
  id: 'algorithm-refused',
  title: 'ALGORITHM= or LOCK= that the server refuses for this change',
  severity: 'error',
  engines: ['mysql', 'mariadb'],
  explanation: `A statement that demands ALGORITHM=INSTANT, INPLACE or NOCOPY, or LOCK=NONE, fails where the server can't do it so: with 1845 or 1846, or 1221 where MySQL is asked for a LOCK= beside ALGORITHM=INSTANT. That is what the words are for;
but a migration that always fails helps nobody, and what it committed before stays.

What is possible depends on the version and the table: no instant columns in compressed tables or beside a FULLTEXT index, none beside a change that is not instant, no copy beside writes before MariaDB 11.2.

State what the server offers, or make the change another way: with gh-ost or pt-online-schema-change where that is a copy.`,
  bad: [
    {
      title: 'LOCK= beside INSTANT on MySQL',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9'],
      files: [orders, { path: '0002_c.sql', text: 'ALTER TABLE items ADD COLUMN note text, ALGORITHM=INSTANT, LOCK=NONE;\n' }],
      findings: [{ at: 'ALTER TABLE items ADD COLUMN note text, ALGORITHM=INSTANT, LOCK=NONE', says: 'no LOCK= beside' }],
      fixed: [{ path: '0002_c.sql', text: 'ALTER TABLE items ADD COLUMN note text, ALGORITHM=INSTANT;\n' }],
    },
    {
      title: 'A type in place, a column beside a FULLTEXT index, an instant index',
      framework: 'sql',
      engines: ['mysql 9', 'mariadb 11'],
      files: [
        orders,
        {
          path: '0002_c.sql',
          text: 'ALTER TABLE items MODIFY amount bigint NOT NULL, ALGORITHM=INPLACE;\nALTER TABLE orders ADD COLUMN note text, ALGORITHM=INSTANT;\nALTER TABLE items ADD INDEX i (amount), ALGORITHM=INSTANT;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE items MODIFY amount bigint NOT NULL, ALGORITHM=INPLACE', says: 'COPY' },
        { at: 'ALTER TABLE orders ADD COLUMN note text, ALGORITHM=INSTANT', says: 'refuses' },
        { at: 'ALTER TABLE items ADD INDEX i (amount), ALGORITHM=INSTANT', says: 'refuses' },
      ],
    },
  ],
  good: [
    {
      title: 'What the server offers',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9', 'mariadb 10.6', 'mariadb 11'],
      files: [
        orders,
        {
          path: '0002_c.sql',
          text: 'ALTER TABLE items ADD COLUMN note text, ALGORITHM=INSTANT;\nALTER TABLE items ADD INDEX i (amount), ALGORITHM=INPLACE, LOCK=NONE;\nALTER TABLE items MODIFY amount bigint NOT NULL, ALGORITHM=COPY, LOCK=SHARED;\n',
        },
      ],
    },
    {
      title: 'MariaDB takes LOCK= beside INSTANT',
      framework: 'sql',
      engines: ['mariadb 10.6'],
      files: [orders, { path: '0002_c.sql', text: 'ALTER TABLE items ADD COLUMN note text, ALGORITHM=INSTANT, LOCK=NONE;\n' }],
    },
  ],
  check: (context) => context.steps.flatMap((step) => (step.planned.work?.refused === undefined ? [] : [violation(context, step)])),
};

function violation(context: RuleContext, step: RuleContext['steps'][number]): Violation {
  const { work, because } = step.planned;
  const words = work === undefined ? '' : onlineDemand(work).join(', ');
  return {
    range: headRange(context, step.statement),
    message: `${version(context)} always refuses this on ${work === undefined ? 'this table' : shownName(work.table)}. ${because}.`,
    help: `State what it offers, ${words}${work?.lock === 'SHARED' ? ', which blocks writes meanwhile; or use gh-ost or pt-online-schema-change' : ''}.`,
    fixes: work === undefined ? [] : [{ title: `State ${words}`, safe: false, edits: demandEdits(context, step, words) }],
  };
}

/** The demand as a whole stands at the end of the statement, joined by commas in ALTER TABLE and by spaces elsewhere. */
function demandEdits(context: RuleContext, { statement }: RuleContext['steps'][number], words: string) {
  const { span } = statement;
  const text = context.text.slice(span.start, span.end);
  const pattern = /\b(?:ALGORITHM|LOCK)\s*=?\s*(?:DEFAULT|INSTANT|NOCOPY|INPLACE|COPY|NONE|SHARED|EXCLUSIVE)\b/gi;
  const found = [...text.matchAll(pattern)];
  const [first, ...others] = found;
  if (first === undefined) return [];
  const isAlter = /^ALTER\b/i.test(text);
  const at = (start: number, end: number) => ({ start: span.start + start, end: span.start + end });
  return [
    replaceSpan(context, at(first.index, first.index + first[0].length), isAlter ? words : words.replaceAll(',', '')),
    ...others.map((match) => {
      const before = /[\s,]*$/.exec(text.slice(0, match.index))?.[0].length ?? 0;
      return replaceSpan(context, at(match.index - before, match.index + match[0].length), '');
    }),
  ];
}
