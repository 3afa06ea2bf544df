import type { ConstraintSpecification } from '../../../model/operation';
import { tokenize } from '../../../parse/postgres/lexer';
import { identifierOf } from '../../../schema/definitions';
import { findColumn, findTable } from '../../../schema/lookup';
import type { OperationOf, RuleContext, Step } from '../../context';
import { insertStatement } from '../../edits';
import { onceForFolder } from '../../once';
import type { Examples } from '../../rule';
import { splitTopLevel } from '../row-filter';
import type { Refusal } from './refusal';

const knowsExtension = onceForFolder((files) => files.some(({ text }) => /\bbtree_gist\b/i.test(text)));

/** Types that GiST has no operator class for by itself, and the extension has one (manual, GiST, "Built-in Operator Classes"; btree_gist). */
const scalar = /^(?:smallint|integer|bigint|real|double precision|numeric|text|character|date|time|timestamp|interval|uuid)\b(?!.*\[\])/;

/** EXCLUDE USING gist and WITHOUT OVERLAPS over a plain number or text, which need the extension btree_gist. */
export function refusedByGist(
  context: RuleContext,
  step: Step,
  operation: OperationOf<'create table' | 'add constraint'>,
): Refusal | undefined {
  const constraints = operation.kind === 'create table' ? operation.constraints : [operation.constraint];
  const columns = constraints.flatMap((constraint) => comparedColumns(constraint, context.engine.major));
  if (columns.length === 0 || knowsExtension(context)) return undefined;
  const table = findTable(step.after, operation.table);
  const column = columns.map((name) => findColumn(table, name)).find((found) => scalar.test(found?.type ?? ''));
  if (column === undefined) return undefined;
  const create = 'CREATE EXTENSION IF NOT EXISTS btree_gist';
  return {
    why: `${column.name} is ${column.type}, which GiST compares only with the extension btree_gist, and no migration creates that`,
    code: '42704',
    help: `Say ${create} before: where it is there already, that does nothing.`,
    fix: { title: 'Create the extension first', safe: false, edits: [insertStatement(context, step.statement.span.start, `${create};`)] },
  };
}

/** Columns that stand in such a constraint without an operator class of their own. */
function comparedColumns(constraint: ConstraintSpecification, major: number): readonly string[] {
  const { definition = '' } = constraint;
  if (constraint.kind === 'exclude') return /^exclude\s+using\s+gist\b/i.test(definition) ? elements(definition, 'with') : [];
  const isKey = constraint.kind === 'primary key' || constraint.kind === 'unique';
  // Older servers have no such keys, which is another rule's word.
  return isKey && major >= 18 && /\bwithout\s+overlaps\b/i.test(definition) ? elements(definition) : [];
}

/** Columns that stand between the first brackets of an index without an operator class, whatever their order. */
export function elementsAlone(definition: string): readonly string[] {
  return [undefined, 'asc', 'desc', 'nulls'].flatMap((next) => elements(definition, next));
}

/** Those elements between the first brackets that are a name alone, and the word behind it. */
function elements(definition: string, next?: string): readonly string[] {
  const inside = definition.slice(definition.indexOf('('), closing(definition));
  return splitTopLevel(tokenize(inside), ',').flatMap(([name, following]) => {
    const column = name === undefined ? undefined : identifierOf(inside, name);
    return column === undefined || following?.word !== next ? [] : [column];
  });
}

function closing(definition: string): number {
  let depth = 0;
  for (const { word, end } of tokenize(definition)) {
    if (word === '(') depth++;
    if (word === ')' && --depth === 0) return end;
  }
  return definition.length;
}

export const gistExamples: Examples = {
  bad: [
    {
      title: 'An EXCLUDE over a plain column without the extension that compares it',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE stays (room int, guest varchar(20), during tstzrange);\n' },
        { path: 'V2__e.sql', text: 'ALTER TABLE stays ADD CONSTRAINT free EXCLUDE USING gist (room WITH =, during WITH &&);\n' },
      ],
      findings: [
        {
          at: 'ALTER TABLE stays ADD CONSTRAINT free EXCLUDE USING gist (room WITH =, during WITH &&)',
          says: 'room is integer, which GiST compares only with the extension btree_gist',
        },
      ],
      fixed: [
        {
          path: 'V2__e.sql',
          text: 'CREATE EXTENSION IF NOT EXISTS btree_gist;\nALTER TABLE stays ADD CONSTRAINT free EXCLUDE USING gist (room WITH =, during WITH &&);\n',
        },
      ],
    },
    {
      title: 'A key WITHOUT OVERLAPS, and an EXCLUDE of a new table',
      framework: 'flyway',
      majors: [18, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE unrelated (a int);\n' },
        {
          path: 'V2__e.sql',
          text: 'CREATE TABLE stays (room int, during tstzrange, PRIMARY KEY (room, during WITHOUT OVERLAPS));\nCREATE TABLE shifts (worker uuid, during tstzrange, EXCLUDE USING gist (worker WITH =, during WITH &&));\n',
        },
      ],
      findings: [
        { at: 'CREATE TABLE stays (room int, during tstzrange, PRIMARY KEY (room, during WITHOUT OVERLAPS))', says: '42704' },
        {
          at: 'CREATE TABLE shifts (worker uuid, during tstzrange, EXCLUDE USING gist (worker WITH =, during WITH &&))',
          says: 'worker is uuid',
        },
      ],
    },
  ],
  good: [
    {
      title: 'Ranges and boxes, another kind of index, an operator class of the type itself',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE stays (room int, at box, during tstzrange, starts timestamptz, ends timestamptz, host inet);\n',
        },
        {
          path: 'V2__e.sql',
          text: 'ALTER TABLE stays ADD EXCLUDE USING gist (at WITH &&, during WITH &&);\nALTER TABLE stays ADD EXCLUDE (room WITH =);\nALTER TABLE stays ADD EXCLUDE USING gist (tstzrange(starts, ends) WITH &&, host inet_ops WITH =);\n',
        },
      ],
    },
    {
      title: 'Behind the extension',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE EXTENSION btree_gist;\nCREATE TABLE stays (room int, during tstzrange);\n' },
        { path: 'V2__e.sql', text: 'ALTER TABLE stays ADD EXCLUDE USING gist (room WITH =, during WITH &&);\n' },
      ],
    },
  ],
};
