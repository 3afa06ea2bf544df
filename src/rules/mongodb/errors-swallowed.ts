import type { Node } from '@babel/types';
import type { RuleContext } from '../context';
import type { Rule, Violation } from '../rule';
import { commandsIn, oncePerPlace, type PlacedCommand, shownCollection } from './commands';
import { callPlace, propertyName, sourceCall } from './source-call';

const path = '20240101000000-import.js';

function migration(body: string): string {
  return `module.exports = {\n  async up(db) {\n${body}  },\n  async down() {},\n};\n`;
}

export const errorsSwallowed: Rule = {
  id: 'errors-swallowed',
  title: 'Write whose errors are swallowed',
  severity: 'warning',
  engines: ['mongodb'],
  explanation: `When an error of a write is caught and not thrown again, the migration ends as if all was well: it is recorded as applied, and nobody will run it again. An
unordered bulk makes it worse: it goes on behind each error, so any number of documents anywhere in the list can be missing.

Let the error through. Where one kind is meant, a duplicate key because the document is there already, look at its code and throw all others again; or write so
that it can't come: \`updateOne\` with \`upsert: true\` and \`$setOnInsert\`.

Silent for creating and dropping what may or may not be there, and where the handler throws in some case.`,
  bad: [
    {
      title: 'An unordered bulk',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: migration(
            "    try {\n      await db.collection('users').insertMany([{ _id: 1 }, { _id: 2 }], { ordered: false });\n    } catch (error) {\n      console.warn(error);\n    }\n",
          ),
        },
      ],
      findings: [{ at: "db.collection('users').insertMany([{ _id: 1 }, { _id: 2 }], { ordered: false })", says: 'anywhere in the list' }],
    },
    {
      title: 'A promise with a catch that does nothing',
      framework: 'migrate-mongo',
      files: [{ path, text: migration("    await db.collection('users').updateOne({ _id: 1 }, { $set: { a: 1 } }).catch(() => {});\n") }],
      findings: [{ at: "db.collection('users').updateOne({ _id: 1 }, { $set: { a: 1 } })", says: 'recorded as applied' }],
    },
  ],
  good: [
    {
      title: 'Others are thrown again; an index that may be gone',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: migration(
            "    try {\n      await db.collection('users').insertMany([{ _id: 1 }, { _id: 2 }], { ordered: false });\n    } catch (error) {\n      if (error.code !== 11000) throw error;\n    }\n    try {\n      await db.collection('users').dropIndex('old_1');\n    } catch {\n      // It is gone already.\n    }\n",
          ),
        },
      ],
    },
  ],
  check: (context) => oncePerPlace(commandsIn(context).flatMap((placed) => violation(context, placed) ?? [])),
};

function violation(context: RuleContext, { step, command }: PlacedCommand): Violation | undefined {
  const { effect } = command;
  if (effect.kind !== 'write' || step.statement.circumstances?.swallowed === undefined) return undefined;
  if (isLookedAt(sourceCall(context, step.statement, command.method)?.around ?? [])) return undefined;
  const unordered = effect.ordered
    ? ''
    : ' It is unordered and goes on behind each error, so documents can be missing anywhere in the list.';
  return {
    ...callPlace(context, step.statement),
    message: `Errors of this write to ${shownCollection(command)} are caught and not thrown again: when it fails, the migration is recorded as applied all the same, and is never run again.${unordered}`,
    help: 'Let the error through, or throw again whatever is not the one code that is meant.',
    fixes: [],
  };
}

/** `const results = await Promise.allSettled(...)`: what came of them is kept, and so somebody looks at it. */
function isLookedAt(around: readonly Node[]): boolean {
  const settled = around.findLastIndex(
    (node) =>
      node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && propertyName(node.callee.property) === 'allSettled',
  );
  const user = around.slice(0, Math.max(settled, 0)).findLast(({ type }) => type !== 'AwaitExpression');
  return settled !== -1 && user !== undefined && user.type !== 'ExpressionStatement';
}
