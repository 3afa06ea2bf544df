import type { SourceFile } from '../../model/run-protocol';
import { headRange, type RuleContext, type Step } from '../context';
import { insertAt } from '../edits';
import { onceForFolder } from '../once';
import { version } from '../phrases';
import type { Rule } from '../rule';

const twoInOne = `exports.up = async (knex) => {
  await knex.raw(\`
    CREATE TABLE plans (id bigint unsigned NOT NULL PRIMARY KEY, code varchar(20) NOT NULL);
    INSERT INTO plans VALUES (1, 'free');
  \`);
};

exports.down = async (knex) => {
  await knex.raw('DROP TABLE plans');
};
`;

const knexfile = (connection: string): SourceFile => ({
  path: '../knexfile.js',
  text: `module.exports = { client: 'mysql2', connection: ${connection} };\n`,
});

export const severalInOneCall: Rule = {
  id: 'several-in-one-call',
  title: 'Several statements in one call, which the driver does not take',
  severity: 'error',
  engines: ['mysql', 'mariadb'],
  explanation: `The server takes one statement per request, unless the connection asks for more. The drivers mysql, mysql2 and mariadb ask for it with \`multipleStatements: true\`, which is off by default, and Go's with
\`multiStatements=true\` in the address. Without it a call with two statements (\`knex.raw\`, \`queryRunner.query\`, \`sequelize.query\`, \`db.runSql\`, a part of Drizzle's between two breakpoints, a block of goose's) is refused as a syntax
error (1064) at the second, and nothing of the call is done; what the migration did before it has been committed.

Send each statement in a call of its own. With the option they run one after the other, each for itself: it makes no transaction of them, and opens every query of the application to a second statement that somebody smuggles in.

Silent where a configuration of the folder switches the option on, and for tools that send a file in one request always.`,
  bad: [
    {
      title: 'Two statements in one raw call of knex',
      framework: 'knex',
      files: [knexfile("{ host: 'db' }"), { path: '20240101_plans.js', text: twoInOne }],
      path: '20240101_plans.js',
      findings: [{ at: "INSERT INTO plans VALUES (1, 'free')", says: '1064' }],
    },
    {
      title: 'A breakpoint of Drizzle that is missing',
      framework: 'drizzle',
      files: [
        {
          path: '0000_a.sql',
          text: 'CREATE TABLE `a` (`id` bigint PRIMARY KEY);\nCREATE TABLE `b` (`id` bigint PRIMARY KEY);\n--> statement-breakpoint\nCREATE TABLE `c` (`id` bigint PRIMARY KEY);\n',
        },
      ],
      findings: [{ at: 'CREATE TABLE `b` (`id` bigint PRIMARY KEY)', says: 'Drizzle' }],
      fixed: [
        {
          path: '0000_a.sql',
          text: 'CREATE TABLE `a` (`id` bigint PRIMARY KEY);\n--> statement-breakpoint\nCREATE TABLE `b` (`id` bigint PRIMARY KEY);\n--> statement-breakpoint\nCREATE TABLE `c` (`id` bigint PRIMARY KEY);\n',
        },
      ],
    },
  ],
  good: [
    {
      title: 'The option is on',
      framework: 'knex',
      files: [knexfile("{ host: 'db', multipleStatements: true }"), { path: '20240101_plans.js', text: twoInOne }],
      path: '20240101_plans.js',
    },
    {
      title: 'A call each; a semicolon and a comment behind the only statement; a routine with a body',
      framework: 'knex',
      files: [
        knexfile("{ host: 'db' }"),
        {
          path: '20240101_plans.js',
          text: `exports.up = async (knex) => {
  await knex.raw('CREATE TABLE plans (id bigint unsigned NOT NULL PRIMARY KEY); -- of the shop');
  await knex.raw('CREATE PROCEDURE fill() BEGIN INSERT INTO plans VALUES (1); INSERT INTO plans VALUES (2); END');
};

exports.down = async (knex) => {
  await knex.raw('DROP PROCEDURE fill');
  await knex.raw('DROP TABLE plans');
};
`,
        },
      ],
      path: '20240101_plans.js',
    },
  ],
  check: (context) => {
    const { groups = [] } = context.program.execution;
    const together = groups.filter((group) => group.length > 1);
    if (together.length === 0 || isSwitchedOn(context)) return [];
    return together.flatMap((group) => {
      const [, second, ...others] = group.flatMap((number) => context.steps.find(({ statement }) => statement.index === number) ?? []);
      return second === undefined ? [] : [violation(context, second, others)];
    });
  },
};

const option = /\bmulti(?:ple)?_?statements["']?\s*[:=]\s*["']?(?:true|1)\b/i;
const isSwitchedOn = onceForFolder((files) => files.some(({ text }) => option.test(text)));

function violation(context: RuleContext, second: Step, others: readonly Step[]) {
  const { displayName, name } = context.framework;
  const more = others.length === 0 ? '' : `, with ${others.length} more behind it`;
  const breakpoints = [second, ...others].map(({ statement }) => insertAt(context, statement.span.start, '--> statement-breakpoint\n'));
  const isDrizzle = name === 'drizzle';
  return {
    range: headRange(context, second.statement),
    message: `${displayName} sends this in one request with the statement before it${more}: ${version(context)} refuses the whole request as a syntax error (1064), unless multipleStatements is on, which nothing here says.`,
    help: isDrizzle ? 'Divide them by --> statement-breakpoint.' : 'Send each statement in a call of its own.',
    fixes: isDrizzle ? [{ title: 'Divide them by breakpoints', safe: true, edits: breakpoints }] : [],
  };
}
