import { beforeAll, expect, it } from 'vitest';
import { loadParser } from '../../../src/parse/load';
import { lintExample } from './linting';

beforeAll(loadParser);

/** Names that every object of JavaScript has: a table that is looked up by them without care finds what is no entry of it. */
const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'];

const migrations = (name: string) => [
  `CREATE TYPE "${name}" AS ENUM ('a', 'b');
CREATE TABLE "t_${name}" (id "${name}" PRIMARY KEY, "${name}" "${name}" NOT NULL DEFAULT 'a', n int);
CREATE TABLE "c_${name}" (t_id "${name}" REFERENCES "t_${name}", "${name}" text);
CREATE INDEX ON "c_${name}" ("${name}");
`,
  `ALTER TABLE "t_${name}" ADD COLUMN second "${name}"[];
ALTER TABLE "t_${name}" ALTER COLUMN n TYPE "${name}" USING 'a';
ALTER TABLE "c_${name}" ALTER COLUMN "${name}" TYPE "${name}" USING "${name}"::text::"${name}";
CREATE TABLE IF NOT EXISTS "t_${name}" (id "${name}" PRIMARY KEY);
ALTER TABLE "c_${name}" DROP COLUMN "${name}";
`,
];

it.each(names)('types, tables and columns called %s are names like others', (name) => {
  const said = (called: string) => {
    const files = migrations(called).map((text, place) => ({ path: `V${place + 1}__m.sql`, text }));
    const { reports } = lintExample({ title: '', framework: 'flyway', files }, 'postgres 16');
    return reports.flatMap(({ findings }) =>
      findings.map(
        ({ rule, range, message }) => `${rule} ${range.start.line}: ${message.replaceAll(called, 'NAME').replaceAll('"NAME"', 'NAME')}`,
      ),
    );
  };
  // A quoted name of the same kind, which no object has.
  expect(said(name)).toEqual(said('Ordinary'));
});
