import type { Rule } from '../rule';
import { isPieceOfUnseen } from '../unseen-ends';

export const unreadableStatement: Rule = {
  id: 'unreadable-statement',
  title: 'Statement that the database would not accept',
  severity: 'error',
  explanation: `The database's own parser refuses the statement, so the migration would stop here. Everything else in the file is still checked.

Check the spelling at the marked place, a missing semicolon before it, and quotes or parentheses that are never closed. Where the text holds a
placeholder of your tool, give its value under \`placeholders\` in \`faultline.json\`.`,
  bad: [
    {
      title: 'A misspelt keyword; the statement after it is still read',
      framework: 'sql',
      files: [{ path: '0001_tables.sql', text: 'CREATE TABEL a (id int);\nCREATE TABLE b (id int);\n' }],
      findings: [{ at: 'TABEL', says: 'syntax error' }],
    },
  ],
  good: [{ title: 'Readable', framework: 'sql', files: [{ path: '0001_tables.sql', text: 'CREATE TABLE a (id int);\n' }] }],
  check: (context) =>
    context.program.statements.flatMap((statement) =>
      statement.unreadable === undefined || statement.unreadable.isElsewhere || isPieceOfUnseen(context, statement.span)
        ? []
        : [
            {
              range: statement.unreadable.range,
              message: statement.unreadable.message,
              help: 'Check the spelling here, a semicolon missing before it, and quotes or parentheses that are never closed.',
              fixes: [],
            },
          ],
    ),
};
