import { relationKey, type Sequence, type Table } from '../../../model/catalog';
import { all, as } from '../../../parse/postgres/operations/nodes';
import { statementTree } from '../../../parse/postgres/read';
import { defaultSchema, findNamed, findTable } from '../../../schema/lookup';
import { headRange, isInUse, type RuleContext, type Step } from '../../context';
import type { Examples, Violation } from '../../rule';
import { isEmptiedBefore } from '../repeatable';
import { uniqueKeys } from '../unique-keys';
import { isMoved, moveFix, moveStatement } from './move';

/** What a RESTART is about: the column of a table that the sequence numbers, and the number that it goes back to; none: to its first. */
interface Restart {
  readonly step: Step;
  readonly table: Table;
  readonly column: string;
  readonly sequence: Sequence | undefined;
  readonly to: number | undefined;
}

/** ALTER SEQUENCE ... RESTART, and that of an identity, to the first number of a table that has rows: they are numbered from there on. */
export function checkRestarts(context: RuleContext): Violation[] {
  const numbered = numberedColumns(context);
  return [...context.steps, ...context.nested].flatMap((step) => {
    const restart = restartOf(step, numbered);
    if (restart === undefined || !meetsRows(context, restart)) return [];
    const { table, column } = restart;
    const move = moveStatement(table.schema === defaultSchema ? { name: table.name } : table, column);
    return [
      {
        range: headRange(context, step.statement),
        message: `RESTART takes the sequence of ${table.name}.${column} back to ${restart.to ?? 'its first number'}, whatever numbers the rows have: where one has it already, the next insert fails with a duplicate key (23505).`,
        help: `Leave it out, or move the sequence behind the rows: ${move.replace(/;$/, '')}.`,
        fixes: restart.sequence?.ownedBy === undefined ? [] : [moveFix(context, step, column, move)],
      },
    ];
  });
}

function restartOf(step: Step, numbered: (sequence: Sequence) => Numbered | undefined): Restart | undefined {
  const [operation] = step.statement.operations;
  if (operation?.kind === 'alter column') {
    const [word, to] = /\brestart\b(?:\s+(?:with\s+)?(-?\d+))?/i.exec(operation.detail) ?? [];
    const table = word === undefined ? undefined : findTable(step.before, operation.table);
    if (table === undefined) return undefined;
    const key = relationKey(table);
    const sequence = step.before.sequences.find(({ ownedBy }) => ownedBy?.table === key && ownedBy.column === operation.column);
    return { step, table, column: operation.column, sequence, to: to === undefined ? undefined : Number(to) };
  }
  if (operation?.kind !== 'other' || operation.node !== 'AlterSeqStmt') return undefined;
  const statement = as(statementTree(step.statement.sent), 'AlterSeqStmt');
  const option = all(statement?.options, 'DefElem').find(({ defname }) => defname === 'restart');
  const { schemaname, relname } = statement?.sequence ?? {};
  if (option === undefined || relname === undefined) return undefined;
  const name = schemaname === undefined ? { name: relname } : { schema: schemaname, name: relname };
  const sequence = findNamed(step.before.sequences, name, step.before.searchPath);
  const user = sequence === undefined ? undefined : numbered(sequence);
  const table = user === undefined ? undefined : findTable(step.before, user.table);
  const to = option.arg === undefined ? undefined : Number(as(option.arg, 'Float')?.fval ?? as(option.arg, 'Integer')?.ival ?? 0);
  return table === undefined || user === undefined ? undefined : { step, table, column: user.column, sequence, to };
}

interface Numbered {
  readonly table: Table;
  readonly column: string;
}

/** The column that a sequence belongs to, or the one whose default draws from it. Looked up once, and only where a RESTART asks. */
function numberedColumns({ before }: RuleContext): (sequence: Sequence) => Numbered | undefined {
  let tables: Map<string, Table> | undefined;
  let drawing: Map<string, Numbered> | undefined;
  return ({ name, ownedBy }) => {
    tables ??= new Map(before.tables.map((table) => [relationKey(table), table]));
    drawing ??= drawingColumns(before.tables);
    if (ownedBy === undefined) return drawing.get(name);
    const table = tables.get(ownedBy.table);
    return table === undefined ? undefined : { table, column: ownedBy.column };
  };
}

function drawingColumns(tables: readonly Table[]): Map<string, Numbered> {
  const found = new Map<string, Numbered>();
  for (const table of tables) {
    for (const column of table.columns) {
      const [, name] = /nextval\s*\(\s*'(?:[^']*[."])?([^'."]+)"?'/i.exec(column.default ?? '') ?? [];
      if (name !== undefined) found.set(name, { table, column: column.name });
    }
  }
  return found;
}

function meetsRows(context: RuleContext, { step, table, column, sequence, to }: Restart): boolean {
  const isKey = uniqueKeys(table).some(({ columns }) => columns?.length === 1 && columns[0] === column);
  const counts = sequence === undefined || (!sequence.cycle && Number(sequence.increment) > 0);
  if (!isKey || !counts || (to !== undefined && to > Number(sequence?.start ?? 1))) return false;
  const mayEmpty = context.operations.has('truncate') || context.operations.has('delete');
  if (!isInUse(context, step, table) || (mayEmpty && isEmptiedBefore(context, step, table))) return false;
  return !isMoved(context, step, table);
}

export const restartExamples: Examples = {
  bad: [
    {
      title: 'A sequence that starts again under the rows it has numbered',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE plans (id bigserial PRIMARY KEY, name text);\n' },
        { path: 'V2__s.sql', text: 'ALTER SEQUENCE plans_id_seq RESTART WITH 1;\n' },
      ],
      findings: [{ at: 'ALTER SEQUENCE plans_id_seq RESTART WITH 1', says: 'back to 1' }],
      fixed: [
        {
          path: 'V2__s.sql',
          text: "ALTER SEQUENCE plans_id_seq RESTART WITH 1;\nSELECT setval(pg_get_serial_sequence('plans', 'id'), coalesce(max(id), 1), max(id) IS NOT NULL) FROM plans;\n",
        },
      ],
    },
    {
      title: 'That of an identity, and one that a default draws from',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE plans (id int GENERATED BY DEFAULT AS IDENTITY (START WITH 100) PRIMARY KEY);\nCREATE SEQUENCE ticket_no START 1000;\nCREATE TABLE tickets (no bigint PRIMARY KEY DEFAULT nextval('ticket_no'));\n",
        },
        { path: 'V2__s.sql', text: 'ALTER TABLE plans ALTER COLUMN id RESTART;\nALTER SEQUENCE ticket_no RESTART WITH 1000;\n' },
      ],
      findings: [
        { at: 'ALTER TABLE plans ALTER COLUMN id RESTART', says: 'plans.id back to its first number' },
        { at: 'ALTER SEQUENCE ticket_no RESTART WITH 1000', says: '23505' },
      ],
    },
    {
      title: 'The sequence that is moved is that of another table, whose name begins alike',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE plans (id bigserial PRIMARY KEY);\nCREATE TABLE plans_old (id bigserial PRIMARY KEY);\n',
        },
        { path: 'V2__s.sql', text: "INSERT INTO plans VALUES (500);\nSELECT setval('plans_old_id_seq', 900);\n" },
      ],
      findings: [{ at: 'INSERT INTO plans VALUES (500)', says: 'plans.id' }],
    },
  ],
  good: [
    {
      title: 'A sequence that starts again far ahead, of a table that was emptied, moved behind, or of no key',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE plans (id bigserial PRIMARY KEY, n serial);\nCREATE TABLE old (id bigserial PRIMARY KEY);\nCREATE TABLE kept (id bigserial PRIMARY KEY);\nCREATE SEQUENCE free;\n',
        },
        {
          path: 'V2__s.sql',
          text: "ALTER SEQUENCE plans_id_seq RESTART WITH 100000;\nALTER SEQUENCE plans_n_seq RESTART;\nALTER SEQUENCE free RESTART;\nTRUNCATE old;\nALTER SEQUENCE old_id_seq RESTART WITH 1;\nALTER SEQUENCE kept_id_seq RESTART;\nSELECT setval('kept_id_seq', (SELECT max(id) FROM kept));\nCREATE TABLE new (id bigserial PRIMARY KEY);\nALTER SEQUENCE new_id_seq RESTART;\n",
        },
      ],
    },
  ],
};
