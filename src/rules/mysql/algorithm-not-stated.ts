import type { Fix } from '../../model/finding';
import { headRange, type RuleContext, shownName } from '../context';
import { version } from '../phrases';
import type { Rule, Violation } from '../rule';
import { type TableStep, tableSteps } from './in-use';
import { onlineDemand, onlineEdit } from './online-words';

const orders = { path: '0001_orders.sql', text: 'CREATE TABLE orders (id bigint PRIMARY KEY, total int NOT NULL);\n' };

export const algorithmNotStated: Rule = {
  id: 'algorithm-not-stated',
  title: 'Change of a table without the ALGORITHM= and LOCK= that it counts on',
  severity: 'info',
  engines: ['mysql', 'mariadb'],
  explanation: `Whether the server changes a table at once, in place or by a copy that blocks writes depends on the version and on what the table is: a FULLTEXT index, a compressed row format, 64 instant changes before this one. It
takes the best way that there is, and says nothing when that is a copy of a hundred million rows.

State what you count on: ALGORITHM=INSTANT, or ALGORITHM=INPLACE, LOCK=NONE. Where the server can't do it that way, it refuses at once (1845, 1846) and nothing has happened. The fix writes the words that hold for your version; MySQL takes
no LOCK= beside INSTANT.

Silent for tables that the same migration creates, where one of the words is there, and for changes that copy (they have a rule of their own).`,
  bad: [
    {
      title: 'A column that comes instantly',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9', 'mariadb 11'],
      files: [orders, { path: '0002_c.sql', text: 'ALTER TABLE orders ADD COLUMN note text;\n' }],
      findings: [{ at: 'ALTER TABLE orders ADD COLUMN note text', says: 'ALGORITHM=INSTANT' }],
      fixed: [{ path: '0002_c.sql', text: 'ALTER TABLE orders ADD COLUMN note text, ALGORITHM=INSTANT;\n' }],
    },
    {
      title: 'An index on MySQL',
      framework: 'sql',
      engines: ['mysql 8.4'],
      files: [orders, { path: '0002_c.sql', text: 'CREATE INDEX by_total ON orders (total);\n' }],
      findings: [{ at: 'CREATE INDEX by_total ON orders (total)', says: 'LOCK=NONE' }],
      fixed: [{ path: '0002_c.sql', text: 'CREATE INDEX by_total ON orders (total) ALGORITHM=INPLACE LOCK=NONE;\n' }],
    },
    {
      title: 'An index on MariaDB',
      framework: 'sql',
      engines: ['mariadb 10.6'],
      files: [orders, { path: '0002_c.sql', text: 'ALTER TABLE orders ADD INDEX by_total (total);\n' }],
      findings: [{ at: 'ALTER TABLE orders ADD INDEX by_total (total)', says: 'NOCOPY' }],
      fixed: [{ path: '0002_c.sql', text: 'ALTER TABLE orders ADD INDEX by_total (total), ALGORITHM=NOCOPY, LOCK=NONE;\n' }],
    },
    {
      title: 'A copy beside which MariaDB lets others write',
      framework: 'sql',
      engines: ['mariadb 11'],
      files: [orders, { path: '0002_c.sql', text: 'ALTER TABLE orders MODIFY total bigint NOT NULL;\n' }],
      findings: [{ at: 'ALTER TABLE orders MODIFY total bigint NOT NULL', says: 'Then it blocks writes until the copy is done' }],
      fixed: [{ path: '0002_c.sql', text: 'ALTER TABLE orders MODIFY total bigint NOT NULL, ALGORITHM=COPY, LOCK=NONE;\n' }],
    },
    {
      title: 'A table that looks as if it had the character set already',
      framework: 'sql',
      engines: ['mysql 9'],
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE notes (id bigint PRIMARY KEY, body varchar(50));\n' },
        { path: '0002_c.sql', text: 'ALTER TABLE notes CONVERT TO CHARACTER SET utf8mb4;\n' },
      ],
      findings: [{ at: 'ALTER TABLE notes CONVERT TO CHARACTER SET utf8mb4', says: 'unless notes is other than it seems' }],
    },
    {
      title: 'A column of which it is not known what it was',
      framework: 'sql',
      files: [{ path: '0001_c.sql', text: 'ALTER TABLE orders MODIFY total bigint NOT NULL;\n' }],
      findings: [{ at: 'ALTER TABLE orders MODIFY total bigint NOT NULL', says: 'not known' }],
      fixed: [{ path: '0001_c.sql', text: 'ALTER TABLE orders MODIFY total bigint NOT NULL, ALGORITHM=INPLACE, LOCK=NONE;\n' }],
    },
  ],
  good: [
    {
      title: 'They are stated',
      framework: 'sql',
      engines: ['mysql 9', 'mariadb 11'],
      files: [
        orders,
        {
          path: '0002_c.sql',
          text: 'ALTER TABLE orders ADD COLUMN note text, ALGORITHM=INSTANT;\nALTER TABLE orders ADD INDEX by_total (total), LOCK=NONE;\n',
        },
      ],
    },
    {
      title: 'A table of the same migration',
      framework: 'sql',
      files: [{ path: '0001_t.sql', text: 'CREATE TABLE t (a int);\nALTER TABLE t ADD COLUMN b int;\n' }],
    },
  ],
  check: (context) =>
    tableSteps(context).flatMap((found) => {
      const { step, work } = found;
      const unsaid = work.refused === undefined && step.statement.operations.every(({ online }) => online === undefined);
      return unsaid && (work.lock === 'NONE' || work.uncertain) ? violations(context, found) : [];
    }),
};

function violations(context: RuleContext, { step, work }: TableStep): readonly Violation[] {
  const words = work.uncertain ? ['ALGORITHM=INPLACE', 'LOCK=NONE'] : onlineDemand(work);
  const edit = onlineEdit(context, step, words);
  if (edit === undefined) return [];
  const said = words.join(', ');
  const name = shownName(work.table);
  // Whoever converts a table takes it for one of another character set: what a server made it with by default stands in no migration.
  const converts = step.statement.operations.some(({ kind }) => kind === 'convert charset');
  const fix: Fix = { title: `State ${said}`, safe: !work.uncertain && !converts, edits: [edit] };
  const otherwise =
    work.algorithm === 'COPY' ? 'blocks writes until the copy is done' : 'copies the table without a word, and blocks writes for as long';
  return [
    {
      range: headRange(context, step.statement),
      message: work.uncertain
        ? `${step.planned.because}. Nothing here says that the server must not do that.`
        : `${version(context)} can do this with ${said}, unless ${name} is other than it seems here. Then it ${otherwise}.`,
      help: `State ${said}: the server then refuses at once instead of copying.`,
      fixes: [fix],
    },
  ];
}
