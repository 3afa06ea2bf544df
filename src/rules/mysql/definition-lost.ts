import type { Column } from '../../model/catalog';
import { quoteLiteral } from '../../parse/mysql/identifiers';
import { charsetOfCollation, columnType, isText, optionOf } from '../../plan/mysql/column-type';
import { findColumn } from '../../schema/lookup';
import { type OperationOf, operationRange, operationsOf, type RuleContext, type Step, tableBefore } from '../context';
import { replaceSpan } from '../edits';
import type { Rule, Violation } from '../rule';

const orders = {
  path: '0001_orders.sql',
  text: "CREATE TABLE orders (\n  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,\n  state varchar(20) NOT NULL DEFAULT 'new' COMMENT 'where it is',\n  note varchar(20)\n);\n",
};

export const definitionLost: Rule = {
  id: 'definition-lost',
  title: 'MODIFY or CHANGE that leaves out what the column was',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `MODIFY and CHANGE take the whole definition of a column anew: what they don't say is gone, without a word. NOT NULL, DEFAULT, AUTO_INCREMENT, ON UPDATE, COMMENT, the character set, INVISIBLE. A migration that only wants a longer VARCHAR makes the column nullable, and the next INSERT without a value puts NULL where 'new' stood.

Write the whole definition. The fix adds what the column had and the statement leaves out. To change a default alone, ALTER COLUMN ... SET DEFAULT; a name alone, RENAME COLUMN.

Silent in rollbacks, and for columns that are not known. NOT NULL that turns into a plain NULL is taken for meant when the word NULL stands there; so is DEFAULT NULL.`,
  bad: [
    {
      title: 'A longer text that loses NOT NULL, DEFAULT and COMMENT',
      framework: 'sql',
      files: [orders, { path: '0002_s.sql', text: 'ALTER TABLE orders MODIFY state varchar(40);\n' }],
      findings: [{ at: 'ALTER TABLE orders MODIFY state varchar(40)', says: 'NOT NULL' }],
      fixed: [{ path: '0002_s.sql', text: "ALTER TABLE orders MODIFY state varchar(40) NOT NULL DEFAULT 'new' COMMENT 'where it is';\n" }],
    },
    {
      title: 'A key that no longer counts',
      framework: 'sql',
      files: [orders, { path: '0002_s.sql', text: 'ALTER TABLE orders CHANGE id order_id bigint NOT NULL;\n' }],
      findings: [{ at: 'ALTER TABLE orders CHANGE id order_id bigint NOT NULL', says: 'AUTO_INCREMENT' }],
    },
  ],
  good: [
    {
      title: 'The whole definition, or NULL on purpose',
      framework: 'sql',
      files: [
        orders,
        {
          path: '0002_s.sql',
          text: "ALTER TABLE orders MODIFY state varchar(40) NOT NULL DEFAULT 'new' COMMENT 'where it is';\nALTER TABLE orders MODIFY note varchar(40);\n",
        },
        { path: '0003_s.sql', text: "ALTER TABLE orders MODIFY state varchar(40) NULL DEFAULT NULL COMMENT 'where it is';\n" },
      ],
    },
  ],
  check: (context) => {
    if (context.program.direction === 'down') return [];
    return operationsOf(context, 'redefine column').flatMap(({ step, operation }) => check(context, step, operation));
  },
};

function check(context: RuleContext, step: Step, operation: OperationOf<'redefine column'>): Violation[] {
  const table = tableBefore(step, operation.table);
  const column = findColumn(table, operation.column);
  if (column === undefined || column.generated !== undefined || operation.specification.generated !== undefined) return [];
  const lost = lostClauses(column, operation, optionOf(table, 'collate'));
  if (lost.length === 0) return [];
  const { position, span } = operation;
  const whole = span ?? step.statement.span;
  const end = position === undefined ? whole.end : positionStart(context.text.slice(whole.start, whole.end), whole.start);
  const isAlone = step.statement.operations.length === 1 && operation.online === undefined;
  const at = span === undefined && !isAlone ? undefined : end;
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `This takes ${lost.join(', ')} from ${operation.column}: what MODIFY and CHANGE don't say is gone.`,
      help: `Write the whole definition: with ${lost.join(' ')}.`,
      fixes:
        at === undefined
          ? []
          : [
              {
                title: 'Keep the rest of the definition',
                safe: false,
                edits: [replaceSpan(context, { start: at, end: at }, ` ${lost.join(' ')}`)],
              },
            ],
    },
  ];
}

/** Before FIRST or AFTER. */
function positionStart(text: string, start: number): number {
  const match = /\s+(FIRST|AFTER\s+(`(?:[^`]|``)+`|\S+))\s*$/i.exec(text);
  return start + (match?.index ?? text.length);
}

/** In the order in which they may stand. */
function lostClauses(
  column: Column,
  { specification }: OperationOf<'redefine column'>,
  tableCollation: string | undefined,
): readonly string[] {
  const lost: string[] = [];
  const wasText = isText(columnType(column.type));
  const staysText = isText(columnType(specification.type));
  if (
    wasText &&
    staysText &&
    column.collation !== undefined &&
    column.collation !== tableCollation &&
    specification.collation === undefined &&
    specification.charset === undefined
  )
    lost.push(`CHARACTER SET ${charsetOfCollation(column.collation)} COLLATE ${column.collation}`);
  const takesNull = specification.explicitNull === true;
  if (column.notNull && !specification.notNull && !specification.primaryKey && !takesNull) lost.push('NOT NULL');
  if (
    column.default !== undefined &&
    specification.default === undefined &&
    !takesNull &&
    !specification.autoIncrement &&
    sameKind(column.type, specification.type)
  )
    lost.push(`DEFAULT ${column.default}`);
  if (column.identityKind !== undefined && !specification.autoIncrement) lost.push('AUTO_INCREMENT');
  if (column.onUpdate !== undefined && specification.onUpdate === undefined) lost.push(`ON UPDATE ${column.onUpdate}`);
  if (column.invisible && !specification.invisible) lost.push('INVISIBLE');
  if (column.comment !== undefined && column.comment !== '' && specification.comment === undefined)
    lost.push(`COMMENT ${quoteLiteral(column.comment)}`);
  return lost;
}

/** A default of another kind of value would not fit. */
function sameKind(before: string, after: string): boolean {
  const kind = (type: string) => (/char|text|enum|set/.test(type) ? 'text' : /date|time|year/.test(type) ? 'time' : 'number');
  return kind(columnType(before).base) === kind(columnType(after).base);
}
