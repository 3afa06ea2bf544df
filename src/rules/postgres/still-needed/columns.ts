import type { Table } from '../../../model/catalog';
import { namesIn } from '../../../schema/definitions';
import { findColumn, findTable } from '../../../schema/lookup';
import type { OperationOf, RuleContext, Step } from '../../context';
import type { Examples } from '../../rule';
import { columnUsers } from './column-users';
import { foreignKeyOn } from './keys';
import { madeAgain } from './made-again';
import type { Need } from './need';

/** A column that goes. */
export function neededColumn(context: RuleContext, step: Step, { table: name, column }: OperationOf<'drop column'>): Need | undefined {
  const table = findTable(step.before, name);
  if (table === undefined || findColumn(table, column) === undefined) return undefined;
  const goes = (other: string) =>
    step.statement.operations.some((operation) => operation.kind === 'drop column' && operation.column === other);
  const structural = partOfStructure(table, column);
  if (structural !== undefined) return structural;
  const [user] = columnUsers(step.before, table, column);
  if (user !== undefined) return { what: `${table.name}.${column}`, by: user.words, code: '2BP01' };
  const generated = generatedFrom(table, column);
  // Before 15 it goes with the column, unsaid.
  if (generated !== undefined && !goes(generated) && context.engine.major >= 15) {
    return { what: `${table.name}.${column}`, by: `the generated column ${generated}`, code: '2BP01' };
  }
  const keys = table.constraints.filter(({ kind, columns }) => (kind === 'primary key' || kind === 'unique') && columns.includes(column));
  for (const key of keys) {
    const need = foreignKeyOn(step, table, key.columns, key.kind === 'primary key');
    if (need !== undefined) return { ...need, what: `${table.name}.${column}` };
  }
  return undefined;
}

/** A column whose type changes: refused even where the type stays as it is. */
export function retypedColumn(context: RuleContext, step: Step, operation: OperationOf<'alter column type'>): Need | undefined {
  const { column } = operation;
  const table = findTable(step.before, operation.table);
  if (table === undefined || findColumn(table, column) === undefined) return undefined;
  const structural = partOfStructure(table, column);
  if (structural !== undefined) return structural;
  const what = `${table.name}.${column} as it is`;
  const users = columnUsers(step.before, table, column);
  const [user] = users;
  const generated = generatedFrom(table, column);
  if (user !== undefined) {
    const fix = generated === undefined ? madeAgain(context, step, users) : undefined;
    return { what, by: user.words, code: '0A000', help: behindHelp, ...(fix !== undefined && { fix }) };
  }
  if (generated === undefined) return undefined;
  return { what, by: `the generated column ${generated}`, code: context.engine.major >= 15 ? '0A000' : '42601', help: behindHelp };
}

const behindHelp =
  'Drop it before, and create it again behind the change, in the same transaction: nobody then sees the database without it.';

/** The name of a column that a parent gave can't be changed either. */
export function renamedColumn(step: Step, { table: name, column }: OperationOf<'rename column'>): Need | undefined {
  const table = findTable(step.before, name);
  return table === undefined || findColumn(table, column) === undefined ? undefined : inheritedColumn(table, column);
}

function partOfStructure(table: Table, column: string): Need | undefined {
  if (table.partitionKey !== undefined && namesIn(table.partitionKey, [column]).length > 0) {
    return {
      what: `${table.name}.${column} as it is`,
      by: 'the partition key',
      code: '42P16',
      help: 'A partition key stays. Make a new table with the column as it should be, and move the rows over, partition by partition.',
    };
  }
  return inheritedColumn(table, column);
}

function inheritedColumn(table: Table, column: string): Need | undefined {
  const parent = table.partitionOf?.parent ?? (findColumn(table, column)?.inherited === true ? table.inherits?.[0] : undefined);
  if (parent === undefined || findColumn(table, column) === undefined) return undefined;
  return {
    what: `${table.name}.${column} as it is`,
    by: `the parent ${parent}`,
    code: '42P16',
    help: 'Change the column of the parent: its children follow.',
  };
}

function generatedFrom(table: Table, column: string): string | undefined {
  return table.columns.find(
    ({ name, generated }) => name !== column && generated !== undefined && namesIn(generated.expression, [column]).length > 0,
  )?.name;
}

/** A column of the primary key that is to lose its NOT NULL. */
export function keyColumn(step: Step, { table: name, column }: OperationOf<'drop not null'>): Need | undefined {
  const table = findTable(step.before, name);
  if (table === undefined) return undefined;
  const key = table.constraints.find(({ kind, columns }) => kind === 'primary key' && columns.includes(column));
  const goes = step.statement.operations.some((operation) => operation.kind === 'drop constraint' && operation.constraint === key?.name);
  if (key !== undefined && !goes) {
    return {
      what: `NOT NULL of ${column}`,
      by: 'the primary key',
      code: '42P16',
      help: 'Drop the primary key first, or leave the column as it is.',
    };
  }
  return undefined;
}

export const columnExamples: Examples = {
  bad: [
    {
      title: 'A column of views, a policy, a trigger, a rule',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: `CREATE TABLE t (id bigint PRIMARY KEY, a int, b int, c int, d int, e int);
CREATE TABLE o (id bigint PRIMARY KEY, t_id bigint, f int);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE VIEW v AS SELECT * FROM t;
CREATE VIEW w AS SELECT t.id, f FROM t JOIN o ON o.t_id = t.id;
CREATE POLICY p ON o USING (EXISTS (SELECT 1 FROM t WHERE t.id = o.t_id AND b > 0));
ALTER TABLE t ADD COLUMN g int, ADD COLUMN h int, ADD COLUMN i int;
CREATE TRIGGER touched BEFORE UPDATE OF g ON t FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER checked BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.h > OLD.h) EXECUTE FUNCTION touch();
CREATE RULE r AS ON UPDATE TO t WHERE NEW.i > 1 DO ALSO INSERT INTO o VALUES (1, 1, 1);
`,
        },
        {
          path: 'V2__d.sql',
          text: `ALTER TABLE t ALTER COLUMN a TYPE bigint;
ALTER TABLE o ALTER COLUMN f TYPE int;
DROP VIEW v;
ALTER TABLE t DROP COLUMN b;
ALTER TABLE t ALTER COLUMN g TYPE bigint;
ALTER TABLE t DROP COLUMN h;
ALTER TABLE t DROP COLUMN i;
`,
        },
      ],
      findings: [
        { at: 'ALTER TABLE t ALTER COLUMN a TYPE bigint', says: 'The view v needs t.a as it is: the server refuses this (0A000)' },
        { at: 'ALTER TABLE o ALTER COLUMN f TYPE int', says: 'view w' },
        { at: 'ALTER TABLE t DROP COLUMN b', says: 'policy p of o' },
        { at: 'ALTER TABLE t ALTER COLUMN g TYPE bigint', says: 'trigger touched of t' },
        { at: 'ALTER TABLE t DROP COLUMN h', says: 'trigger checked of t' },
        { at: 'ALTER TABLE t DROP COLUMN i', says: 'rule r' },
      ],
    },
    {
      title: 'The columns and rows of a publication, and a function whose body the server reads',
      framework: 'flyway',
      majors: [15, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id bigint PRIMARY KEY, a int, b int, c int);\nCREATE PUBLICATION p FOR TABLE t (id, a) WHERE (id > 10);\nCREATE FUNCTION total() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT sum(c) FROM t; END;\n',
        },
        {
          path: 'V2__d.sql',
          text: 'ALTER TABLE t ALTER COLUMN a TYPE bigint;\nALTER TABLE t ALTER COLUMN id TYPE numeric;\nALTER TABLE t DROP COLUMN c;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE t ALTER COLUMN a TYPE bigint', says: 'publication p' },
        { at: 'ALTER TABLE t ALTER COLUMN id TYPE numeric', says: '0A000' },
        { at: 'ALTER TABLE t DROP COLUMN c', says: 'function total' },
      ],
    },
    {
      title: 'A partition key, a column of the parent, a table that another refers to',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE p (a int, b int, c int) PARTITION BY RANGE (a);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);\nCREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users);\n',
        },
        {
          path: 'V2__d.sql',
          text: 'ALTER TABLE p ALTER COLUMN a TYPE bigint;\nALTER TABLE p DROP COLUMN a;\nALTER TABLE p1 ALTER COLUMN b TYPE bigint;\nALTER TABLE p1 DROP COLUMN b;\nALTER TABLE p1 RENAME COLUMN c TO d;\nTRUNCATE users;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE p ALTER COLUMN a TYPE bigint', says: '42P16' },
        { at: 'ALTER TABLE p DROP COLUMN a', says: 'partition key' },
        { at: 'ALTER TABLE p1 ALTER COLUMN b TYPE bigint', says: 'parent public.p' },
        { at: 'ALTER TABLE p1 DROP COLUMN b', says: '42P16' },
        { at: 'ALTER TABLE p1 RENAME COLUMN c TO d', says: '42P16' },
        { at: 'TRUNCATE users', says: 'foreign key orders_user_id_fkey of orders' },
      ],
    },
    {
      title: 'A view that others read, dropped and created again with what they have',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE t (id bigint PRIMARY KEY, a int);\nCREATE VIEW v AS SELECT id, a FROM t;\nCREATE MATERIALIZED VIEW m AS SELECT id FROM v;\nCREATE UNIQUE INDEX m_id ON m (id);\nCOMMENT ON VIEW v IS 'All';\nGRANT SELECT ON v TO PUBLIC;\n",
        },
        { path: 'V2__d.sql', text: 'ALTER TABLE t ALTER COLUMN a TYPE bigint;\n' },
      ],
      findings: [{ at: 'ALTER TABLE t ALTER COLUMN a TYPE bigint', says: 'same transaction' }],
      fixed: [
        {
          path: 'V2__d.sql',
          text: "DROP MATERIALIZED VIEW m;\nDROP VIEW v;\nALTER TABLE t ALTER COLUMN a TYPE bigint;\nCREATE VIEW v AS SELECT id, a FROM t;\nCREATE MATERIALIZED VIEW m AS SELECT id FROM v;\nCREATE UNIQUE INDEX m_id ON m (id);\nCOMMENT ON VIEW v IS 'All';\nGRANT SELECT ON TABLE v TO PUBLIC;\n",
        },
      ],
    },
  ],
  good: [
    {
      title: 'Columns that came after the view, of another table, and those that nothing reads',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: `CREATE TABLE t (id bigint PRIMARY KEY, a int, b int, c int);
CREATE TABLE o (id bigint PRIMARY KEY, a int);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.c := 1; RETURN NEW; END $$;
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql AS 'SELECT sum(c) FROM t';
CREATE VIEW v AS SELECT t.id, o.a, count(*) FROM t JOIN o USING (id) GROUP BY t.id, o.a;
CREATE VIEW w AS SELECT * FROM o;
CREATE POLICY p ON o USING (EXISTS (SELECT 1 FROM t WHERE t.id = o.id AND o.a > 0));
CREATE TRIGGER touched BEFORE UPDATE ON t FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();
CREATE PUBLICATION cdc FOR TABLE t;
ALTER TABLE o ADD COLUMN z int;
`,
        },
        {
          path: 'V2__d.sql',
          text: `ALTER TABLE t ALTER COLUMN a TYPE bigint;
ALTER TABLE t DROP COLUMN b;
ALTER TABLE t ALTER COLUMN c TYPE bigint;
ALTER TABLE o ALTER COLUMN z TYPE bigint;
ALTER TABLE o DROP COLUMN z;
TRUNCATE t, o;
`,
        },
      ],
    },
  ],
};
