import { beforeAll, describe, expect, it } from 'vitest';
import { courseOf } from '../../../src/faults/course';
import { enumerateCells } from '../../../src/faults/enumerate';
import type { EngineName } from '../../../src/model/engine';
import type { PlannedCell } from '../../../src/model/fault';
import type { Migration } from '../../../src/model/migration';
import type { ExecutionPlan } from '../../../src/model/plan';
import { loadParser } from '../../../src/parse/load';
import { readText } from '../../../src/parse/read';
import { planProgram } from '../../../src/plan/plan';

beforeAll(() => loadParser());

const made = 'CREATE TABLE hits (id int PRIMARY KEY, n int) ENGINE=MyISAM;';

function planned(text: string, name: EngineName): { readonly plan: ExecutionPlan; readonly cells: readonly PlannedCell[] } {
  const engine = { name, major: name === 'mysql' ? 9 : 11 };
  const statements = readText(text, engine);
  const migration: Migration = {
    id: '1',
    title: 'sample',
    framework: 'sql',
    engine,
    up: {
      direction: 'up',
      path: 'sample.sql',
      span: { start: 0, end: text.length },
      statements,
      execution: { requests: 'per-statement', wrapped: false, because: 'the test says so' },
    },
  };
  const plan = planProgram(migration, 'up');
  const course = courseOf(migration.up, plan, []);
  return { plan, cells: enumerateCells(course, { faults: 'all', points: 'all', collapse: true }) };
}

const cellOf = (text: string, id: string, name: EngineName = 'mysql') => planned(text, name).cells.find((cell) => cell.id === id);

describe('rows of a table without transactions', () => {
  it.each(['kill-session', 'crash'])('%s in the middle of the statement is not said to undo it', (fault) => {
    const cell = cellOf(`${made}\nUPDATE hits SET n = n + 1;`, `${fault}@during:2`);
    expect(cell?.sameAs).toBeUndefined();
    expect(cell?.impossible).toMatch(/MyISAM, which knows no transactions/);
  });

  it('a timeout in the middle of it is none that undoes it either', () => {
    expect(cellOf(`${made}\nDELETE FROM hits;`, 'statement-timeout@during:2', 'mariadb')?.impossible).toMatch(/knows no transactions/);
  });

  it('stay when the transaction around them is undone', () => {
    const text = `${made}\nSTART TRANSACTION;\nUPDATE hits SET n = n + 1;\nINSERT INTO hits VALUES (9, 9);\nCOMMIT;`;
    expect(cellOf(text, 'kill-session@after:3')?.sameAs).not.toBe(cellOf(text, 'kill-session@after:2')?.sameAs ?? 'kill-session@after:2');
    expect(cellOf(text, 'kill-session@after:4')?.sameAs).toBeUndefined();
  });

  it.each([
    ['of an InnoDB table', 'CREATE TABLE t (id int PRIMARY KEY);\nUPDATE t SET id = id + 1;'],
    ['of one that is of InnoDB by then', `${made}\nALTER TABLE hits ENGINE=InnoDB;\nUPDATE hits SET n = 1;`],
  ])('are no matter %s', (_, text) => {
    const { plan } = planned(text, 'mysql');
    expect(plan.statements.map(({ keepsRows }) => keepsRows)).toEqual(plan.statements.map(() => undefined));
  });

  it('are told in the summary of the plan', () => {
    const { plan } = planned(`${made}\nUPDATE hits SET n = n + 1;`, 'mysql');
    expect(plan.atomic).toBe(false);
    expect(plan.summary).toMatch(/of a MyISAM table each row that was written$/);
  });
});
