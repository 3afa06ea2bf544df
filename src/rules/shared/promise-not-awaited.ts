import type { Node } from '@babel/types';
import { walk } from '../../code/walk';
import type { Fix } from '../../model/finding';
import type { Statement, UnsentCall } from '../../model/migration';
import type { Span } from '../../model/text';
import { indentationAt } from '../../parse/lines';
import { operationsOf, type RuleContext } from '../context';
import { sourceText } from '../edits';
import { commandsIn, oncePerPlace } from '../mongodb/commands';
import {
  callPlace,
  editCall,
  insertInCall,
  nodesAround,
  propertyName,
  type SourceCall,
  sourceCall,
  sourcePlace,
  sourceSlice,
  spanOf,
} from '../mongodb/source-call';
import type { Rule, Violation } from '../rule';

const file = '20240101000000-names.js';

function up(body: string): string {
  return `module.exports = {\n  async up(db) {\n${body}  },\n  async down() {},\n};\n`;
}

const knexFile = '20240101000000_users.js';

function knexUp(body: string): string {
  return `exports.up = async (knex) => {
${body}};

exports.down = async () => {};
`;
}

export const promiseNotAwaited: Rule = {
  id: 'promise-not-awaited',
  title: 'Promise that nobody waits for',
  severity: 'error',
  engines: ['postgres', 'mysql', 'mariadb', 'mongodb'],
  explanation: `A call of the driver gives a promise. When it is neither awaited nor returned, \`up\` ends before the work does: the tool records the migration as
applied and closes the connection, what was not sent by then is never sent, and an error reaches nobody. The same goes for \`cursor.forEach(async ...)\` and
\`array.forEach(async ...)\`: forEach drops the promise of its callback.

A builder of knex is not even sent: \`knex.raw(...)\` and \`knex.schema...\` only begin when they are awaited or returned. The migration is recorded as applied,
and nothing of it was done.

Put \`await\` before the call; loop with \`for await (const document of cursor)\` and \`for (const item of items)\`.

Silent for calls whose promises are collected in an awaited \`Promise.all\`, and for what sends nothing by itself.`,
  bad: [
    {
      title: 'A call without await',
      framework: 'migrate-mongo',
      engines: ['mongodb 8'],
      files: [{ path: file, text: up("    db.collection('users').updateOne({ _id: 1 }, { $set: { name: 'a' } });\n") }],
      findings: [{ at: "db.collection('users').updateOne({ _id: 1 }, { $set: { name: 'a' } })", says: 'recorded' }],
      fixed: [{ path: file, text: up("    await db.collection('users').updateOne({ _id: 1 }, { $set: { name: 'a' } });\n") }],
    },
    {
      title: 'An aggregation whose cursor nobody reads',
      framework: 'migrate-mongo',
      engines: ['mongodb 8'],
      files: [{ path: file, text: up("    await db.collection('users').aggregate([{ $out: 'copies' }]);\n") }],
      findings: [{ at: "db.collection('users').aggregate([{ $out: 'copies' }])", says: 'never sent' }],
      fixed: [{ path: file, text: up("    await db.collection('users').aggregate([{ $out: 'copies' }]).toArray();\n") }],
    },
    {
      title: 'A cursor with an async callback',
      framework: 'migrate-mongo',
      engines: ['mongodb 8'],
      files: [
        {
          path: file,
          text: up(
            "    const cursor = db.collection('users').find({ name: null });\n    cursor.forEach(async (user) => {\n      await db.collection('users').updateOne({ _id: user._id }, { $set: { name: 'a' } });\n    });\n",
          ),
        },
      ],
      findings: [{ at: 'cursor.forEach(async (user) => {', says: 'forEach' }],
      fixed: [
        {
          path: file,
          text: up(
            "    const cursor = db.collection('users').find({ name: null });\n    for await (const user of cursor) {\n      await db.collection('users').updateOne({ _id: user._id }, { $set: { name: 'a' } });\n    }\n",
          ),
        },
      ],
    },
    {
      title: 'An array with an async callback',
      framework: 'migrate-mongo',
      engines: ['mongodb 8'],
      files: [
        {
          path: file,
          text: up(
            "    ['a', 'b'].forEach(async (name) => {\n      await db.collection('roles').updateOne({ name }, { $setOnInsert: { name } }, { upsert: true });\n    });\n",
          ),
        },
      ],
      findings: [{ at: "['a', 'b'].forEach(async (name) => {", says: 'forEach' }],
      fixed: [
        {
          path: file,
          text: up(
            "    for (const name of ['a', 'b']) {\n      await db.collection('roles').updateOne({ name }, { $setOnInsert: { name } }, { upsert: true });\n    }\n",
          ),
        },
      ],
    },
    {
      title: 'A builder of knex without await is never sent',
      framework: 'knex',
      files: [{ path: knexFile, text: knexUp("  knex.raw('UPDATE users SET email = NULL WHERE id = 2');\n") }],
      findings: [
        { at: "knex.raw('UPDATE users SET email = NULL WHERE id = 2')", says: 'never sent: knex sends a query when it is awaited' },
      ],
      fixed: [{ path: knexFile, text: knexUp("  await knex.raw('UPDATE users SET email = NULL WHERE id = 2');\n") }],
    },
    {
      title: 'A function that does not return what it builds',
      framework: 'knex',
      files: [
        {
          path: knexFile,
          text: `exports.up = function (knex) {
  knex.schema.createTable('users', (table) => {
    table.bigIncrements('id');
  });
};

exports.down = (knex) => knex.schema.dropTable('users');
`,
        },
      ],
      findings: [{ at: "knex.schema.createTable('users', (table) => {", says: 'recorded as applied without it' }],
    },
    {
      title: 'forEach throws away what its callback returns',
      framework: 'knex',
      files: [{ path: knexFile, text: knexUp("  ['users', 'teams'].forEach((name) => knex.schema.dropTable(name));\n") }],
      findings: [{ at: 'knex.schema.dropTable(name)', says: 'never sent' }],
    },
  ],
  good: [
    {
      title: 'Builders of knex that are awaited, returned, collected, kept and awaited later, or sent in another way',
      framework: 'knex',
      files: [
        {
          path: knexFile,
          text: `exports.up = async (knex) => {
  const query = knex('users').where('id', 1);
  query.andWhere('name', 'x');
  await query.update({ name: 'y' });
  await Promise.all([knex.raw('UPDATE users SET a = 1 WHERE id = 2'), knex.raw('UPDATE users SET a = 1 WHERE id = 3')]);
  await knex('users').whereIn('id', function () {
    this.select('user_id').from('bans');
  }).del();
  knex('users').update({ name: null }).where('name', '').stream();
  const updates = [];
  [1, 2].forEach((id) => updates.push(knex('users').where('id', id).update({ name: 'z' })));
  ['users', 'teams'].forEach(async (name) => knex(name).where('id', 7).del());
  await Promise.all(updates);
  return knex.schema.alterTable('users', (table) => {
    ['one', 'two'].forEach((name) => table.text(name));
    table.text('note');
  }).then(() => knex('users').where('id', 1).update({ note: 'z' }));
};

exports.down = (knex) => knex.schema.alterTable('users', (table) => table.dropColumn('note'));
`,
        },
      ],
    },
    {
      title: 'Awaited, returned, collected',
      framework: 'migrate-mongo',
      engines: ['mongodb 8'],
      files: [
        {
          path: file,
          text: up(
            "    await db.collection('a').updateOne({ _id: 1 }, { $set: { b: 1 } });\n    await Promise.all(['x', 'y'].map((id) => db.collection('a').updateOne({ _id: id }, { $set: { b: 1 } })));\n    for await (const found of db.collection('a').find({ b: null })) {\n      await db.collection('a').updateOne({ _id: found._id }, { $set: { b: 2 } });\n    }\n    return db.collection('a').updateOne({ _id: 2 }, { $set: { b: 1 } });\n",
          ),
        },
      ],
    },
  ],
  check: (context) => {
    const callbacks = (context.program.facts?.unawaitedCallbacks ?? []).map(({ span }) => span);
    const transactions = unawaitedTransactions(context);
    const around = [...callbacks, ...transactions.flatMap(({ span }) => span)];
    const calls = commandsIn(context).flatMap(({ step, command }) => {
      const { statement } = step;
      if (statement.circumstances?.awaited !== false) return [];
      const found = sourceCall(context, statement, command.method);
      // In what nobody waits for as a whole, the whole is what is wrong.
      if (found !== undefined && around.some((span) => isWithin(spanOf(found.whole), span))) return [];
      return [unawaited(context, statement, found)];
    });
    const ends = transactions.map(({ statement, found }) => unawaited(context, statement, found));
    const unsent = (context.program.facts?.unsent ?? []).map((call) => neverSent(context, call));
    return [...oncePerPlace([...ends, ...calls, ...unsent]), ...callbacks.map((span) => callback(context, span))];
  },
};

/** `session.withTransaction(...)`, `session.commitTransaction()`: what they send is of the server's, but their promises are of the migration. */
function unawaitedTransactions(context: RuleContext) {
  return operationsOf(context, 'transaction').flatMap(({ step: { statement } }) => {
    if (statement.circumstances?.awaited !== false) return [];
    const found = sourceCall(context, statement, 'withTransaction');
    const name = found?.call.callee.type === 'MemberExpression' ? propertyName(found.call.callee.property) : undefined;
    // startTransaction sends nothing and gives no promise.
    return found === undefined || name === 'startTransaction' ? [] : [{ statement, found, span: spanOf(found.whole) }];
  });
}

function isWithin(inner: Span, outer: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

function unawaited(context: RuleContext, statement: Statement, found: SourceCall | undefined): Violation {
  const owner = found?.around.findLast(isFunction);
  const line = found?.around.at(-1);
  const fixes: Fix[] = [];
  if (found !== undefined && line?.type === 'ExpressionStatement' && (owner === undefined || isAsync(owner))) {
    fixes.push({ title: 'Wait for it', safe: true, edits: [insertInCall(context, spanOf(found.whole).start, 'await ')] });
  }
  return {
    ...callPlace(context, statement),
    message:
      'Nobody waits for this: the migration ends and is recorded as applied while it still runs or before it was sent, and its error reaches nobody.',
    help: 'Put `await` before it, or return its promise.',
    fixes,
  };
}

/** An aggregation that writes and whose cursor nobody reads, a query of mongoose or knex that nobody awaits. */
function neverSent(context: RuleContext, { span, until, by = 'mongoose' }: UnsentCall): Violation {
  const around = nodesAround(context, span);
  const owner = around.findLast(isFunction);
  const isAwaited = around.some((node) => node.type === 'AwaitExpression' && node.argument.end === span.end);
  const edits = [
    ...(isAwaited ? [] : [insertInCall(context, span.start, 'await ')]),
    ...(until === 'documents' ? [insertInCall(context, span.end, '.toArray()')] : []),
  ];
  const because =
    until === 'documents'
      ? 'the driver sends an aggregation when its cursor is asked for documents, and nobody asks'
      : `${by} sends a query when it is awaited or returned, and this is neither`;
  const isFixable = owner === undefined || isAsync(owner);
  return {
    ...sourcePlace(context, firstLineOf(context, span)),
    message: `This is never sent: ${because}. The migration is recorded as applied without it.`,
    help: until === 'documents' ? 'Put `await` before it and `.toArray()` behind it.' : 'Put `await` before it, or return it.',
    // It did nothing until now.
    fixes: isFixable ? [{ title: 'Send it, and wait for it', safe: false, edits }] : [],
  };
}

function isFunction(node: Node): boolean {
  return ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression', 'ObjectMethod', 'ClassMethod'].includes(node.type);
}

function isAsync(node: Node): boolean {
  return 'async' in node && node.async === true;
}

function callback(context: RuleContext, span: Span): Violation {
  const fix = loopFix(context, span);
  return {
    ...sourcePlace(context, firstLineOf(context, span)),
    message:
      'forEach does not wait for its async callback: the migration ends and is recorded as applied while the work still runs, and errors in it reach nobody.',
    help: 'Use a loop that waits: `for await (const document of cursor)`, `for (const item of items)`.',
    fixes: fix === undefined ? [] : [fix],
  };
}

function firstLineOf(context: RuleContext, { start, end }: Span): Span {
  const line = sourceSlice(context, { start, end }).split(/\r\n|\r|\n/, 1)[0] ?? '';
  return { start, end: start + line.trimEnd().length };
}

/** The call as a loop, where it stands alone and its callback is a plain arrow function that returns nothing. */
function loopFix(context: RuleContext, span: Span): Fix | undefined {
  const around = nodesAround(context, span);
  const call = around.findLast((node) => node.type === 'CallExpression' && isWithin(span, spanOf(node)));
  const statement = call && around[around.indexOf(call) - 1];
  const outer = statement?.type === 'AwaitExpression' ? around[around.indexOf(statement) - 1] : statement;
  if (call?.type !== 'CallExpression' || call.callee.type !== 'MemberExpression' || outer?.type !== 'ExpressionStatement') return undefined;
  const [given, ...others] = call.arguments;
  if (propertyName(call.callee.property) !== 'forEach' || others.length > 0 || given?.type !== 'ArrowFunctionExpression') return undefined;
  const owner = around.slice(0, around.indexOf(call)).findLast(isFunction);
  if (given.params.length !== 1 || given.params[0] === undefined || (owner !== undefined && !isAsync(owner)) || leaves(given.body))
    return undefined;
  const subject = call.callee.object;
  const isCursor = !isArray(context, subject);
  const variable = sourceSlice(context, spanOf(given.params[0]));
  const indent = indentationAt(sourceText(context), spanOf(outer).start);
  const body = sourceSlice(context, spanOf(given.body));
  const block = given.body.type === 'BlockStatement' ? body : `{\n${indent}  ${body};\n${indent}}`;
  const newText = `for ${isCursor ? 'await ' : ''}(const ${variable} of ${sourceSlice(context, spanOf(subject))}) ${block}`;
  return { title: 'Loop so that each is waited for', safe: true, edits: [editCall(context, spanOf(outer), newText)] };
}

/** `for await` goes through an array as well as through a cursor; what is plainly an array is not given it. */
function isArray(context: RuleContext, subject: Node): boolean {
  if (subject.type === 'ArrayExpression') return true;
  const text = sourceSlice(context, spanOf(subject));
  if (/\.(?:toArray|map|filter|slice|concat|flat|keys|values|entries)\(.*\)\)?$/s.test(text)) return true;
  if (subject.type !== 'Identifier') return false;
  const declared = new RegExp(`\\b${subject.name.replaceAll('$', '\\$&')}\\s*=\\s*(?:\\[|await\\b)`);
  return declared.test(sourceText(context));
}

/** A return in a loop would end the migration. */
function leaves(body: Node): boolean {
  let found = false;
  walk(body, (node) => {
    if (isFunction(node)) return false;
    if (node.type === 'ReturnStatement') found = true;
    return undefined;
  });
  return found;
}
