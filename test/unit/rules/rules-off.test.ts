import { beforeAll, expect, it } from 'vitest';
import { lintFolder } from '../../../src/lint/lint';
import { loadParser } from '../../../src/parse/load';
import { missingLockTimeout } from '../../../src/rules/postgres/missing-lock-timeout';
import { missingStatementTimeout } from '../../../src/rules/postgres/missing-statement-timeout';

beforeAll(loadParser);

const files = [
  { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\n' },
  { path: 'V2__i.sql', text: 'CREATE INDEX users_a ON users (a);\n' },
];

function found(rules: Readonly<Record<string, 'off'>>): readonly string[] {
  const configuration = { engineVersion: 18, framework: 'flyway' as const, rules, images: {}, simulate: {}, placeholders: {} };
  const report = lintFolder({ files, configuration }).reports.find(({ path }) => path === 'V2__i.sql');
  const timeouts = [missingLockTimeout.id, missingStatementTimeout.id];
  return (report?.findings ?? []).map(({ rule }) => rule).filter((rule) => timeouts.includes(rule));
}

it('leaves the statement_timeout to the rule that asks for both', () => {
  expect(found({})).toEqual([missingLockTimeout.id]);
});

it('but asks for it by itself where that rule is off', () => {
  expect(found({ [missingLockTimeout.id]: 'off' })).toEqual([missingStatementTimeout.id]);
});
