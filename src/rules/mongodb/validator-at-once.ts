import { fieldOf, isEmptyDocument, textOf } from '../../model/document-value';
import type { TextEdit } from '../../model/text';
import { optionsOf } from '../../rollback/mongodb/collections';
import type { RuleContext } from '../context';
import type { Rule, Violation } from '../rule';
import { collectionBefore, earlierOn, isMadeHere, isRead, ownName, writesOf } from './collections';
import { commandsIn, oncePerPlace, type PlacedCommand } from './commands';
import { exampleFile, usersMade } from './example-file';
import { callPlace, insertInCall, propertyName, sourceCall, spanOf } from './source-call';

export const validatorAtOnce: Rule = {
  id: 'validator-at-once',
  title: 'Validator that old documents have not been checked against',
  severity: 'warning',
  engines: ['mongodb'],
  explanation: `collMod does not look at the documents that are there. With the level \`strict\`, which is the default, every update of one that does not fit fails from that moment on
with 121, also when it touches another field: the application breaks on old documents, one by one, long after the migration.

Set \`validationLevel: 'moderate'\`, which checks inserts and documents that fit already, and \`strict\` in a later migration when
\`find({ $nor: [validator] })\` finds nothing any more; or look first.

Silent for new collections, for the level \`moderate\`, the action \`warn\`, and where the migration reads or mends the documents before.`,
  bad: [
    {
      title: 'On a collection that holds documents',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-rule', ["await db.command({ collMod: 'users', validator: { email: { $type: 'string' } } });"]),
      ],
      findings: [{ at: "db.command({ collMod: 'users', validator: { email: { $type: 'string' } } })", says: '121' }],
      fixed: [
        exampleFile('20240102000000-rule', [
          "await db.command({ collMod: 'users', validator: { email: { $type: 'string' } }, validationLevel: 'moderate' });",
        ]),
      ],
    },
    {
      title: 'Said to be strict',
      framework: 'migrate-mongo',
      files: [
        exampleFile('20240102000000-rule', [
          "await db.command({ collMod: 'unseen', validator: { $jsonSchema: { required: ['a'] } }, validationLevel: 'strict', validationAction: 'error' });",
        ]),
      ],
      findings: [
        {
          at: "db.command({ collMod: 'unseen', validator: { $jsonSchema: { required: ['a'] } }, validationLevel: 'strict', validationAction: 'error' })",
          says: 'moderate',
        },
      ],
    },
  ],
  good: [
    {
      title: 'Moderate; a warning; a look before; a new collection; none any more',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-rule', [
          "await db.command({ collMod: 'users', validator: { email: { $type: 'string' } }, validationLevel: 'moderate' });",
          "await db.command({ collMod: 'users', validator: { email: { $type: 'string' } }, validationAction: 'warn' });",
          "await db.command({ collMod: 'orders', validator: {} });",
          "await db.createCollection('tags', { validator: { name: { $exists: true } } });",
          "const [unfit] = await db.collection('items').find({ $nor: [{ a: { $gte: 0 } }] }).limit(1).toArray();",
          "if (unfit) throw new Error('mend the items first');",
          "await db.command({ collMod: 'items', validator: { a: { $gte: 0 } } });",
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
  const name = ownName(command);
  if (name === undefined || command.effect.kind !== 'modify collection' || isMadeHere(context, step, name)) return undefined;
  const { options } = command.effect;
  const validator = fieldOf(options, 'validator');
  const level = fieldOf(options, 'validationLevel');
  const said = level === undefined ? optionsOf(collectionBefore(step, name) ?? {}).get('validationLevel') : undefined;
  const isGentle = level?.kind === 'hole' || ['moderate', 'off'].includes(textOf(level) ?? '') || said === '"moderate"' || said === '"off"';
  if (validator === undefined || isEmptyDocument(validator) || isGentle || textOf(fieldOf(options, 'validationAction')) === 'warn')
    return undefined;
  const isChecked = earlierOn(context, step, name).some((earlier) => isRead(earlier.command) || writesOf(earlier.command).length > 0);
  if (isChecked) return undefined;
  const edit = level === undefined ? withLevel(context, { step, command }) : undefined;
  return {
    ...callPlace(context, step.statement),
    message: `Nobody has looked whether the documents of ${name} fit: each update of one that does not fails with 121 from now on, also when it touches another field.`,
    help: "Set validationLevel: 'moderate', and 'strict' in a later migration when find({ $nor: [validator] }) finds nothing; or look first, and mend what it finds.",
    fixes: edit === undefined ? [] : [{ title: "Check only what fits already: validationLevel: 'moderate'", safe: false, edits: [edit] }],
  };
}

function withLevel(context: RuleContext, { step, command }: PlacedCommand): TextEdit | undefined {
  const call = sourceCall(context, step.statement, command.method)?.call;
  const literal = call?.arguments[0];
  if (literal?.type !== 'ObjectExpression') return undefined;
  const validator = literal.properties.find((each) => each.type === 'ObjectProperty' && propertyName(each.key) === 'validator');
  return validator === undefined ? undefined : insertInCall(context, spanOf(validator).end, ", validationLevel: 'moderate'");
}
