import type { Node, ObjectExpression } from '@babel/types';
import { verbatimSource } from '../../code/sql/places';
import { walk } from '../../code/walk';
import { fieldOf, numberOf, textOf } from '../../model/document-value';
import type { Statement } from '../../model/migration';
import type { Span } from '../../model/text';
import { LineIndex } from '../../parse/lines';
import { operationsOf, type RuleContext } from '../context';
import { sourceText } from '../edits';
import type { Rule, Violation } from '../rule';
import { commandsIn, oncePerPlace, optionOf, type PlacedCommand } from './commands';
import {
  callPlace,
  callSpan,
  editCall,
  fileNodes,
  nodesAround,
  propertyName,
  sourceCall,
  sourcePlace,
  sourceSlice,
  spanOf,
} from './source-call';

const path = '20240101000000-users.js';

function migration(body: string): string {
  return `module.exports = {\n  async up(db, client) {\n${body}  },\n  async down() {},\n};\n`;
}

export const weakWriteConcern: Rule = {
  id: 'weak-write-concern',
  title: 'Write concern below the majority, or retries switched off',
  severity: 'warning',
  engines: ['mongodb'],
  explanation: `With \`w: 1\` a write is acknowledged once the primary has it; when that one fails before another has copied it, the write is rolled back, while the migration is
recorded as applied. With \`w: 0\` not even errors come back. The default since 5.0 is the majority. \`retryWrites: false\` turns a short election in the middle of
a migration into its failure, where the driver would have sent the write again by itself.

Leave both as they are by default. The fix puts the majority in place of the number.

Found in the options of a call, of a transaction, of a collection or database object that calls are made on, of a mongoose schema, of a client that the
migration makes, and in \`setWriteConcern\` of a script of mongosh.`,
  bad: [
    {
      title: 'One server is enough',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: migration("    await db.collection('users').updateOne({ _id: 1 }, { $set: { a: 1 } }, { writeConcern: { w: 1 } });\n"),
        },
      ],
      findings: [
        { at: "db.collection('users').updateOne({ _id: 1 }, { $set: { a: 1 } }, { writeConcern: { w: 1 } })", says: 'rolled back' },
      ],
      fixed: [
        {
          path,
          text: migration(
            "    await db.collection('users').updateOne({ _id: 1 }, { $set: { a: 1 } }, { writeConcern: { w: 'majority' } });\n",
          ),
        },
      ],
    },
    {
      title: 'A collection object that waits for nobody',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: migration(
            "    const users = db.collection('users', { writeConcern: { w: 0 } });\n    await users.updateOne({ _id: 1 }, { $set: { a: 1 } });\n    await users.deleteOne({ _id: 2 });\n",
          ),
        },
      ],
      findings: [{ at: 'w: 0', says: 'not even errors' }],
      fixed: [
        {
          path,
          text: migration(
            "    const users = db.collection('users', { writeConcern: { w: 'majority' } });\n    await users.updateOne({ _id: 1 }, { $set: { a: 1 } });\n    await users.deleteOne({ _id: 2 });\n",
          ),
        },
      ],
    },
    {
      title: 'A script of mongosh that sets it for all that follows',
      framework: 'mongosh',
      files: [
        {
          path: '001-close.mongodb.js',
          text: 'use("shop");\ndb.getMongo().setWriteConcern({ w: 0 });\ndb.orders.updateMany({ state: "open" }, { $set: { state: "closed" } });\n',
        },
      ],
      findings: [{ at: 'w: 0', says: 'not even errors' }],
      fixed: [
        {
          path: '001-close.mongodb.js',
          text: 'use("shop");\ndb.getMongo().setWriteConcern({ w: \'majority\' });\ndb.orders.updateMany({ state: "open" }, { $set: { state: "closed" } });\n',
        },
      ],
    },
    {
      title: 'A client without retries',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: "const { MongoClient } = require('mongodb');\n\nmodule.exports = {\n  async up() {\n    const own = new MongoClient(process.env.MONGO_URL, { retryWrites: false, w: 0 });\n    try {\n      await own.db().collection('users').updateOne({ _id: 1 }, { $set: { a: 1 } });\n    } finally {\n      await own.close();\n    }\n  },\n  async down() {},\n};\n",
        },
      ],
      findings: [
        { at: 'retryWrites: false', says: 'election' },
        { at: 'w: 0', says: 'not even errors' },
      ],
    },
  ],
  good: [
    {
      title: 'The default, and the majority by name',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: migration(
            "    await db.collection('users').updateOne({ _id: 1 }, { $set: { a: 1 } });\n    await db.collection('users').updateOne({ _id: 2 }, { $set: { a: 1 } }, { writeConcern: { w: 'majority' } });\n",
          ),
        },
      ],
    },
    {
      title: 'The majority for a script of mongosh',
      framework: 'mongosh',
      files: [
        {
          path: '001-close.mongodb.js',
          text: 'use shop\ndb.getMongo().setWriteConcern("majority");\ndb.orders.updateMany({ state: "open" }, { $set: { state: "closed" } });\n',
        },
      ],
    },
  ],
  check: (context) =>
    oncePerPlace([
      ...commandsIn(context).flatMap((placed) => inOptions(context, placed) ?? []),
      ...ofClients(context),
      ...ofShell(context),
    ]),
};

const because: Readonly<Record<number, string>> = {
  0: 'With w: 0 nobody is told whether this was done, not even errors come back, and the migration is recorded as applied.',
  1: 'With w: 1 this is acknowledged before another server has it: when the primary fails, it is rolled back while the migration is recorded as applied.',
};

const withoutRetries =
  'Without retries an election in the middle of the migration fails it, where the driver would have sent the write again.';

const help = 'Leave the default, which is the majority.';

function inOptions(context: RuleContext, placed: PlacedCommand): Violation | undefined {
  const { step, command } = placed;
  const given = optionOf(command, 'w') ?? fieldOf(optionOf(command, 'writeConcern'), 'w');
  const servers = numberOf(given) ?? (textOf(given) === undefined ? undefined : Number(textOf(given)));
  const message = servers === undefined ? undefined : because[servers];
  if (given === undefined || message === undefined) return undefined;
  const elsewhere = writtenElsewhere(context, step.statement, given.span);
  if (elsewhere !== undefined) return written(context, elsewhere);
  const call = sourceCall(context, step.statement, command.method)?.call;
  const value = call?.arguments.flatMap((argument) => (argument.type === 'ObjectExpression' ? concerns(argument) : [])).at(0);
  const fix = value && { title: 'Wait for the majority', safe: true, edits: [editCall(context, spanOf(value.value), "'majority'")] };
  return { ...callPlace(context, step.statement), message, help, fixes: fix === undefined ? [] : [fix] };
}

/** Where the file has the value outside of the call: in the options of the collection object, in a constant. */
function writtenElsewhere(context: RuleContext, statement: Statement, value: Span): Concern | undefined {
  const { rendering } = context.program;
  const source = rendering === undefined ? undefined : verbatimSource(rendering, value);
  const call = callSpan(context, statement);
  if (source === undefined || source.path !== undefined || call === undefined) return undefined;
  const property = nodesAround(context, source.span).findLast((node) => node.type === 'ObjectProperty');
  const isInCall = call.start <= source.span.start && source.span.end <= call.end;
  if (isInCall && isArgument(context, call, source.span)) return undefined;
  return property === undefined ? undefined : { span: spanOf(property), value: property.value, name: 'w' };
}

/** `db.collection('a', { w: 0 }).updateOne(...)`: what stands before the method's own brackets is of the object, not of the call. */
function isArgument(context: RuleContext, call: Span, inner: Span): boolean {
  const innermost = nodesAround(context, inner).findLast((node) => node.type === 'CallExpression');
  return innermost === undefined || spanOf(innermost).end === call.end;
}

interface Concern {
  readonly span: Span;
  readonly value: Node;
  readonly name: 'w' | 'retryWrites';
}

/** `w` and `retryWrites` of options as they are written, also within `writeConcern`. */
function concerns(options: ObjectExpression): readonly Concern[] {
  return options.properties.flatMap((property): readonly Concern[] => {
    if (property.type !== 'ObjectProperty') return [];
    const name = propertyName(property.key);
    if (/^(?:writeConcern|defaultTransactionOptions)$/.test(name ?? '') && property.value.type === 'ObjectExpression')
      return concerns(property.value);
    return name === 'w' || name === 'retryWrites' ? [{ span: spanOf(property), value: property.value, name }] : [];
  });
}

/** Clients that the migration makes, and transactions that it opens. */
function ofClients(context: RuleContext): readonly Violation[] {
  const lines = new LineIndex(sourceText(context));
  const clients = (context.program.facts?.connections ?? []).map(({ range }) => lines.span(range));
  const sessions = operationsOf(context, 'transaction').flatMap(({ step }) => callSpan(context, step.statement) ?? []);
  return [...clients, ...sessions].flatMap((span) => {
    const found: Violation[] = [];
    walk(nodesAround(context, span).at(-1) ?? ({ type: 'Noop' } as Node), (node) => {
      if (node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression') return false;
      if (node.type === 'StringLiteral' || node.type === 'TemplateElement') found.push(...inAddress(context, node));
      if (node.type !== 'ObjectExpression') return undefined;
      found.push(...concerns(node).flatMap((concern) => written(context, concern) ?? []));
      return false;
    });
    return found;
  });
}

/** `db.getMongo().setWriteConcern({ w: 0 })`: it holds for all that the script sends from there on. */
function ofShell(context: RuleContext): readonly Violation[] {
  if (context.framework.name !== 'mongosh' || !sourceText(context).includes('setWriteConcern')) return [];
  const found: Violation[] = [];
  walk(fileNodes(context), (node) => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
    if (propertyName(node.callee.property) !== 'setWriteConcern') return undefined;
    const [first] = node.arguments;
    const given = first?.type === 'ObjectExpression' ? concerns(first) : [];
    const bare = first?.type === 'NumericLiteral' ? [{ span: spanOf(first), value: first, name: 'w' } as const] : [];
    found.push(...[...given, ...bare].flatMap((concern) => written(context, concern) ?? []));
    return undefined;
  });
  return found;
}

/** `?retryWrites=false&w=1` of a connection string. */
function inAddress(context: RuleContext, node: Node): readonly Violation[] {
  const { start, end } = spanOf(node);
  return [...sourceSlice(context, { start, end }).matchAll(/(?<=[?&])(w|retryWrites)=(false|0|1)(?=[&'"`]|$)/g)].flatMap((match) => {
    const message = match[1] === 'w' ? because[Number(match[2])] : match[2] === 'false' ? withoutRetries : undefined;
    if (message === undefined) return [];
    const at = start + match.index;
    return [{ ...sourcePlace(context, { start: at, end: at + match[0].length }), message, help, fixes: [] }];
  });
}

function written(context: RuleContext, { span, value, name }: Concern): Violation | undefined {
  const text = sourceSlice(context, spanOf(value)).replaceAll(/^['"]|['"]$/g, '');
  const message = name === 'w' ? because[Number(text)] : text === 'false' ? withoutRetries : undefined;
  if (message === undefined) return undefined;
  const newText = name === 'w' ? "'majority'" : 'true';
  return {
    ...sourcePlace(context, span),
    message,
    help: name === 'w' ? help : 'Leave the default, which is to retry.',
    fixes: [
      {
        title: name === 'w' ? 'Wait for the majority' : 'Let the driver retry',
        safe: true,
        edits: [editCall(context, spanOf(value), newText)],
      },
    ],
  };
}
