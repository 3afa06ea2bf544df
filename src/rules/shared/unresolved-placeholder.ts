import { headRange } from '../context';
import type { Rule } from '../rule';

export const unresolvedPlaceholder: Rule = {
  id: 'unresolved-placeholder',
  title: 'Placeholder without a value',
  severity: 'info',
  explanation: `The text holds a placeholder (psql \`:NAME\`, Flyway \`\${name}\`) for which no value is known here. The statement is linted with a stand-in, but it can't be simulated, and when the tool
that runs it has no value either, the server refuses it.

Give the value under \`placeholders\` in \`faultline.json\`. Reported once per program.`,
  bad: [
    {
      title: 'A variable of psql',
      framework: 'sql',
      files: [{ path: '0001_a.sql', text: 'CREATE TABLE :app.a (id int);\nCREATE TABLE :app.b (id int);\n' }],
      findings: [{ at: 'CREATE TABLE :app.a (id int)', says: 'app' }],
    },
  ],
  good: [{ title: 'None', framework: 'sql', files: [{ path: '0001_a.sql', text: "SELECT 1::int, ':app';\n" }] }],
  check: (context) => {
    // A value that only running the code tells is no gap.
    if (context.program.rendering !== undefined) return [];
    const first = context.program.statements.find((statement) => statement.unresolved !== undefined);
    if (first === undefined) return [];
    const names = new Set(context.program.statements.flatMap((statement) => statement.unresolved ?? []));
    const listed = [...names].join(', ');
    return [
      {
        range: headRange(context, first),
        message: `${names.size === 1 ? 'A placeholder has' : 'Placeholders have'} no value here: ${listed}. It is linted with a stand-in and can't be simulated.`,
        help: `Give ${names.size === 1 ? 'its value' : 'their values'} in faultline.json: "placeholders": { "${[...names][0]}": "..." }.`,
        fixes: [],
      },
    ];
  },
};
