import { describe, expect, it } from 'vitest';
import { simulateFiles, verdictsOf } from '../runner/simulating';

const dump = `CREATE TABLE towns (id integer PRIMARY KEY, name text);
COPY towns (id, name) FROM stdin;
1\tZürich
2\t\\N
\\.
SELECT 1;
`;

describe('COPY ... FROM stdin in a file of psql', () => {
  it('gets the rows that follow it', async () => {
    const simulation = await simulateFiles(
      { '001_towns.sql': dump, '002_check.sql': 'ALTER TABLE towns ADD CHECK (id > 0);' },
      '001_towns.sql',
    );
    expect(simulation.failsByItself).toBeUndefined();
    // Rows that were written: a SELECT writes none.
    expect(simulation.statements.map(({ rows }) => rows)).toEqual([0, 2, 0]);
    expect(verdictsOf(simulation)).toMatchObject({ 'crash@after:1': 'broken', 'crash@after:3': 'complete' });
    const atCopy = simulation.cells.find(({ id }) => id === 'error@before:2');
    expect(atCopy?.recovery?.back.verified).toBe(true);
  });

  it('gets them from Flyway too', async () => {
    const simulation = await simulateFiles({ 'V1__towns.sql': dump }, 'V1__towns.sql', { points: ['after:2', 'unrecorded'] });
    expect(simulation.failsByItself).toBeUndefined();
    expect(verdictsOf(simulation)).toMatchObject({ 'crash@after:2': 'rolled-back', 'crash@unrecorded': 'unrecorded' });
  });

  it('refuses rows that do not fit, as psql would', async () => {
    const wrong = dump.replace('1\tZürich', 'one\tZürich');
    const simulation = await simulateFiles({ '001_towns.sql': wrong }, '001_towns.sql');
    expect(simulation.failsByItself).toMatchObject({ statement: 2, code: '22P02' });
  });
});
