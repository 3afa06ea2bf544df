import type { Rule } from '../rule';
import { commandsIn, oncePerPlace } from './commands';
import { outdatedOf } from './outdated';
import { callPlace } from './source-call';

const path = '20240101000000-users.js';

function migration(body: string): string {
  return `module.exports = {\n  async up(db) {\n${body}  },\n  async down() {},\n};\n`;
}

export const removedCommand: Rule = {
  id: 'removed-command',
  title: 'Method or command that is gone',
  severity: 'error',
  engines: ['mongodb'],
  explanation: `What old versions of driver, shell or server had and present ones have not: the call fails. The methods \`insert\`, \`update\` and \`remove\` left the Node driver with
7.0, \`save\`, \`ensureIndex\` and \`findAndModify\` with 4.0, \`mapReduce\` with 5.0; mongosh has no \`save\` and no \`copyTo\`; the server's commands \`eval\`, \`group\`,
\`geoNear\`, \`clone\`, \`copydb\` left with 4.2, \`getLastError\` with 5.1; \`$pushAll\` and \`$isolated\` went before.

The fix names what does the same now. Look at the old options: \`multi\`, \`justOne\` and a plain document as a change are told by the method today.`,
  bad: [
    {
      title: 'Old methods',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: migration(
            "    await db.collection('users').ensureIndex({ email: 1 }, { name: 'email_1' });\n    await db.collection('users').remove({ old: true });\n",
          ),
        },
      ],
      findings: [
        { at: "db.collection('users').ensureIndex({ email: 1 }, { name: 'email_1' })", says: 'createIndex' },
        { at: "db.collection('users').remove({ old: true })", says: 'deleteMany' },
      ],
      fixed: [
        {
          path,
          text: migration(
            "    await db.collection('users').createIndex({ email: 1 }, { name: 'email_1' });\n    await db.collection('users').remove({ old: true });\n",
          ),
        },
      ],
    },
    {
      title: 'A command that servers have no more; an operator too',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: migration(
            "    await db.command({ eval: 'function () { return 1; }' });\n    await db.collection('users').updateOne({ _id: 1 }, { $pushAll: { tags: ['a'] } });\n",
          ),
        },
      ],
      findings: [
        { at: "db.command({ eval: 'function () { return 1; }' })", says: 'since 4.2' },
        { at: "db.collection('users').updateOne({ _id: 1 }, { $pushAll: { tags: ['a'] } })", says: '$each' },
      ],
    },
  ],
  good: [
    {
      title: 'What has taken their place, and commands of the same names',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: migration(
            "    await db.collection('users').createIndex({ email: 1 }, { name: 'email_1' });\n    await db.collection('users').deleteMany({ old: true });\n    await db.command({ update: 'users', updates: [{ q: { _id: 1 }, u: { $set: { a: 1 } } }] });\n",
          ),
        },
      ],
    },
  ],
  check: (context) =>
    oncePerPlace(
      commandsIn(context).flatMap((placed) =>
        outdatedOf(context, placed)
          .filter(({ state }) => state === 'fails')
          .map(({ message, help, fix }) => ({
            ...callPlace(context, placed.step.statement),
            message,
            help,
            fixes: fix === undefined ? [] : [fix],
          })),
      ),
    ),
};
