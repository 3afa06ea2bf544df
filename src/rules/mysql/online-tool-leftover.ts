import type { ObjectName, Operation } from '../../model/operation';
import { operationRange, shownName } from '../context';
import type { Rule } from '../rule';

export const onlineToolLeftover: Rule = {
  id: 'online-tool-leftover',
  title: 'Use of a table that an online schema change tool works with',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `gh-ost works with _TABLE_gho, _TABLE_ghc and _TABLE_del, pt-online-schema-change with _TABLE_new, _TABLE_old and triggers named pt_osc_*. They are there while it runs, or because it was broken off. A migration that writes to them, renames or alters them meddles with a change under way, or builds on half a copy.

Finish or clean up the tool's run by hand: stop it, then drop its triggers first and its tables then. A migration may drop what is left, with IF EXISTS.`,
  bad: [
    {
      title: 'A copy taken for the table',
      framework: 'sql',
      files: [{ path: '0001_r.sql', text: 'RENAME TABLE orders TO orders_kept, _orders_gho TO orders;\n' }],
      findings: [{ at: 'RENAME TABLE orders TO orders_kept, _orders_gho TO orders', says: '_orders_gho' }],
    },
  ],
  good: [
    {
      title: 'Dropped where it is there',
      framework: 'sql',
      files: [
        {
          path: '0001_r.sql',
          text: 'DROP TRIGGER IF EXISTS pt_osc_shop_orders_ins;\nDROP TABLE IF EXISTS _orders_gho, _orders_ghc, _orders_new;\n',
        },
      ],
    },
  ],
  check: (context) =>
    context.steps.flatMap((step) => {
      const found = step.statement.operations.flatMap((operation) => tablesOf(operation).map((name) => ({ operation, name })));
      const first = found.find(({ name, operation }) => leftover.test(name.name) && !isCleanUp(operation));
      if (first === undefined) return [];
      return [
        {
          range: operationRange(context, step.statement, first.operation),
          message: `${shownName(first.name)} is a table that gh-ost or pt-online-schema-change works with: it is half a copy, or a change under way.`,
          help: 'Let the tool finish, or stop it and drop what it left, triggers first.',
          fixes: [],
        },
      ];
    }),
};

const leftover = /^_.+_(gho|ghc|del|new|old)$|^~.+_(gho|ghc|del)$/;

function isCleanUp(operation: Operation): boolean {
  return operation.kind === 'drop object';
}

function tablesOf(operation: Operation): readonly ObjectName[] {
  if (operation.kind === 'rename object') return [operation.object];
  if (operation.kind === 'create index') return [operation.index.table];
  return 'table' in operation && operation.kind !== 'create table' ? [operation.table] : [];
}
