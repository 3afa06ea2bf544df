import { headRange } from '../context';
import type { Rule } from '../rule';
import { unseenEnds } from '../unseen-ends';

export const refusedByFramework: Rule = {
  id: 'refused-by-framework',
  title: 'File that the framework refuses to run',
  severity: 'error',
  explanation: `The framework reads the file and runs none of it, with the message that is shown: statements before the first marker, marks that are not closed. Linters of SQL alone see
nothing wrong, and the migration stops at its first deployment.

Mend the file as the framework's message says.`,
  bad: [
    {
      title: 'A statement before the marker of dbmate',
      framework: 'dbmate',
      files: [{ path: '1_a.sql', text: 'SELECT 1;\n-- migrate:up\nCREATE TABLE a (id int);\n\n-- migrate:down\nDROP TABLE a;\n' }],
      findings: [{ at: 'CREATE TABLE a (id int)', says: 'preceding' }],
    },
  ],
  good: [
    {
      title: 'The marker first',
      framework: 'dbmate',
      files: [
        {
          path: '1_a.sql',
          text: '-- A comment may stand here.\n-- migrate:up\nCREATE TABLE a (id int);\n\n-- migrate:down\nDROP TABLE a;\n',
        },
      ],
    },
  ],
  check: (context) => {
    const { refused } = context.program.execution;
    const [first] = context.program.statements;
    // What Flyway says about mixed files is told at the statements it is about.
    if (refused === undefined || first === undefined || /non-transactional/.test(refused) || unseenEnds(context).length > 0) return [];
    return [
      {
        range: headRange(context, first),
        message: `${context.framework.displayName} runs none of this file: ${refused.replace(/\.$/, '')}.`,
        help: 'Mend the file as this message says.',
        fixes: [],
      },
    ];
  },
};
