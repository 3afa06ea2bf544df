import type { Rule } from '../rule';
import { commandsIn, oncePerPlace } from './commands';
import { outdatedOf } from './outdated';
import { callPlace } from './source-call';

const path = '20240101000000-users.js';

function migration(body: string): string {
  return `module.exports = {\n  async up(db) {\n${body}  },\n  async down() {},\n};\n`;
}

export const deprecatedCommand: Rule = {
  id: 'deprecated-command',
  title: 'Deprecated command, or option without effect',
  severity: 'info',
  engines: ['mongodb'],
  explanation: `What still works but will not for long, and options that are accepted and say nothing: \`background\` since 4.2, when all index builds began to let reads and
writes go on; \`dropDups\` since 3.0, so that the build fails where it once deleted documents; \`count\`, which is wrong after an unclean shutdown; \`$where\`,
\`$function\` and \`$accumulator\`, which run JavaScript on the server for each document and are deprecated since 8.0; \`mapReduce\`.

Leave out what says nothing, and write the rest with what has taken its place: it works on while it is not needed in a hurry.`,
  bad: [
    {
      title: 'An index in the background',
      framework: 'migrate-mongo',
      files: [
        { path, text: migration("    await db.collection('users').createIndex({ email: 1 }, { name: 'email_1', background: true });\n") },
      ],
      findings: [{ at: "db.collection('users').createIndex({ email: 1 }, { name: 'email_1', background: true })", says: 'since 4.2' }],
      fixed: [{ path, text: migration("    await db.collection('users').createIndex({ email: 1 }, { name: 'email_1' });\n") }],
    },
    {
      title: 'JavaScript on the server',
      framework: 'migrate-mongo',
      files: [{ path, text: migration("    await db.collection('users').deleteMany({ $where: 'this.a > this.b' });\n") }],
      findings: [{ at: "db.collection('users').deleteMany({ $where: 'this.a > this.b' })", says: '$expr' }],
    },
  ],
  good: [
    {
      title: 'Without',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: migration(
            "    await db.collection('users').createIndex({ email: 1 }, { name: 'email_1' });\n    await db.collection('users').deleteMany({ $expr: { $gt: ['$a', '$b'] } });\n    await db.collection('users').countDocuments({ a: 1 });\n",
          ),
        },
      ],
    },
  ],
  check: (context) =>
    oncePerPlace(
      commandsIn(context).flatMap((placed) =>
        outdatedOf(context, placed)
          .filter(({ state }) => state !== 'fails')
          .map(({ message, help, fix }) => ({
            ...callPlace(context, placed.step.statement),
            message,
            help,
            fixes: fix === undefined ? [] : [fix],
          })),
      ),
    ),
};
