import { beforeAll, describe, expect, it } from 'vitest';
import { type Catalog, emptyCatalog } from '../../../src/model/catalog';
import type { Engine } from '../../../src/model/engine';
import { loadParser } from '../../../src/parse/load';
import { readText } from '../../../src/parse/read';
import { allRules } from '../../../src/rules/registry';
import { replaySteps } from '../../../src/schema/virtual-schema';

beforeAll(loadParser);

/** Programs of all kinds: what the examples of the rules have in their files of SQL. */
function programs(name: Engine['name']): readonly string[] {
  const examples = allRules.filter(({ engines }) => engines?.includes(name) ?? true).flatMap(({ bad, good }) => [...bad, ...good]);
  const texts = examples.map(({ files }) => files.flatMap(({ path, text }) => (path.endsWith('.sql') ? text : [])).join('\n'));
  return [...new Set(texts)]
    .sort((left, right) => right.length - left.length)
    .slice(0, 40)
    .concat(withSettings);
}

/** What one statement sets for those behind it. */
const withSettings = [
  'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int, FOREIGN KEY (id) REFERENCES p (id)); SET foreign_key_checks = 0; CREATE TABLE d (x int); DROP TABLE p; CREATE TABLE e (x int);',
  'CREATE SCHEMA s; SET search_path = s; CREATE TABLE a (x int); BEGIN; SET LOCAL search_path = public; CREATE TABLE b (x int); COMMIT; CREATE TABLE c (x int);',
];

/** Of a catalog that was never replayed on, nothing is remembered. */
const unknown = (): Catalog => ({ ...emptyCatalog });

describe.each([
  { name: 'postgres', major: 18 },
  { name: 'mysql', major: 9 },
] as const)('replaying a changed program of $name', (engine) => {
  it('gives what replaying it from the start gives, whichever statement is taken out or changed', () => {
    let taken = 0;
    for (const text of programs(engine.name)) {
      const statements = readText(text, engine);
      const before = unknown();
      replaySteps(before, statements, engine);
      for (const position of statements.keys()) {
        const fewer = statements.filter((_, other) => other !== position);
        const changed = statements.map((statement, other) => (other === position ? { ...statement, operations: [] } : statement));
        for (const edited of [fewer, changed, [...changed], [...statements]]) {
          const steps = replaySteps(before, edited, engine);
          const fresh = replaySteps(unknown(), [...edited], engine);
          expect(steps, text).toEqual(fresh);
          taken++;
        }
      }
    }
    expect(taken).toBeGreaterThan(1000);
  });

  it('takes it up where it changed, from the second change on', () => {
    const statements = readText('CREATE TABLE a (x int); CREATE TABLE b (x int); CREATE TABLE c (x int); DROP TABLE a;', engine);
    const before = unknown();
    const typed = () => [...statements.slice(0, 2), ...readText(`CREATE TABLE d (x int);`, engine), ...statements.slice(3)];
    replaySteps(before, statements, engine);
    const once = replaySteps(before, typed(), engine);
    const twice = replaySteps(before, typed(), engine);
    expect(twice.slice(0, 3).map((catalog, position) => catalog === once[position])).toEqual([true, true, true]);
    expect(twice.map(({ tables }) => tables.map((table) => table.name))).toEqual([[], ['a'], ['a', 'b'], ['a', 'b', 'd'], ['b', 'd']]);
  });
});

it('is not taken up within what a ROLLBACK may take back', () => {
  const engine: Engine = { name: 'postgres', major: 18 };
  const text = 'CREATE TABLE a (x int); BEGIN; CREATE TABLE b (x int); CREATE TABLE c (x int); ROLLBACK; CREATE TABLE d (x int);';
  const statements = readText(text, engine);
  const before = unknown();
  const half = statements.slice(0, 4);
  const typed = [...statements.slice(0, 3), ...statements.slice(5)];
  for (const edited of [half, typed, statements, half, typed, [...statements]]) {
    expect(replaySteps(before, edited, engine)).toEqual(replaySteps(unknown(), [...edited], engine));
  }
});
