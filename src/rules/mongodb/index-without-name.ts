import { fieldOf } from '../../model/document-value';
import type { TextEdit } from '../../model/text';
import { indexName } from '../../schema/mongodb/canonical';
import type { RuleContext } from '../context';
import type { Rule, Violation } from '../rule';
import { commandsIn, oncePerPlace, type PlacedCommand } from './commands';
import { exampleFile } from './example-file';
import { callPlace, insertInCall, sourceCall, spanOf } from './source-call';

export const indexWithoutName: Rule = {
  id: 'index-without-name',
  title: 'Index without a name',
  severity: 'info',
  engines: ['mongodb'],
  explanation: `The driver makes a name of the keys, \`email_1_tenant_1\`. Whoever drops the index, hides it or looks whether it is there has to know that name: a rollback
that says another one fails with 27, and when the keys are written differently later, the same index gets another name and is refused with 85.

The fix writes down the name that the driver makes, so that nothing changes.`,
  bad: [
    {
      title: 'Without options, and with others',
      framework: 'migrate-mongo',
      files: [
        exampleFile('20240101000000-index', [
          "await db.collection('users').createIndex({ email: 1, age: -1 });",
          "await db.collection('users').createIndex({ phone: 1 }, { sparse: true });",
        ]),
      ],
      findings: [
        { at: "db.collection('users').createIndex({ email: 1, age: -1 })", says: 'email_1_age_-1' },
        { at: "db.collection('users').createIndex({ phone: 1 }, { sparse: true })", says: 'phone_1' },
      ],
      fixed: [
        exampleFile('20240101000000-index', [
          "await db.collection('users').createIndex({ email: 1, age: -1 }, { name: 'email_1_age_-1' });",
          "await db.collection('users').createIndex({ phone: 1 }, { sparse: true });",
        ]),
      ],
    },
  ],
  good: [
    {
      title: 'With one',
      framework: 'migrate-mongo',
      files: [
        exampleFile('20240101000000-index', [
          "await db.collection('users').createIndex({ email: 1 }, { name: 'users_email' });",
          "await db.collection('users').createIndexes([{ key: { age: 1 }, name: 'users_age' }]);",
        ]),
      ],
    },
  ],
  check: (context) => {
    if (context.program.direction === 'down') return [];
    return oncePerPlace(commandsIn(context).flatMap((placed) => violation(context, placed) ?? []));
  },
};

function violation(context: RuleContext, { step, command }: PlacedCommand): Violation | undefined {
  if (command.effect.kind !== 'create index') return undefined;
  const index = command.effect.indexes.find(
    ({ name, options }) => name === undefined && fieldOf(options, 'name') === undefined && options?.kind !== 'hole',
  );
  const made = index === undefined ? undefined : indexName(index.keys);
  if (index === undefined || made === undefined) return undefined;
  const edit =
    command.method === 'createIndex' || command.method === 'ensureIndex' ? named(context, step.statement, command.method, made) : undefined;
  return {
    ...callPlace(context, step.statement),
    message: `This index gets the name that the driver makes of its keys, ${made}: a rollback, a guard or hiding it has to know that.`,
    help: `Give it a name, and use that wherever the index is meant: { name: '${made}' } is what it gets now.`,
    fixes: edit === undefined ? [] : [{ title: `Write down its name, ${made}`, safe: true, edits: [edit] }],
  };
}

function named(context: RuleContext, statement: PlacedCommand['step']['statement'], method: string, name: string): TextEdit | undefined {
  const call = sourceCall(context, statement, method)?.call;
  const [keys, options, ...more] = call?.arguments ?? [];
  if (keys === undefined || more.length > 0 || /['\\]/.test(name)) return undefined;
  if (options === undefined) return insertInCall(context, spanOf(keys).end, `, { name: '${name}' }`);
  if (options.type !== 'ObjectExpression') return undefined;
  const last = options.properties.at(-1);
  return last === undefined
    ? insertInCall(context, spanOf(options).start + 1, ` name: '${name}' `)
    : insertInCall(context, spanOf(last).end, `, name: '${name}'`);
}
