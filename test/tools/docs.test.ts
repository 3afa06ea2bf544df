import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cases, faults } from './expected';
import { root } from './tools';

const text = readFileSync(join(root, '../../docs/frameworks.md'), 'utf8');

/** The point or points that a row of a table is about. */
const pointsOfRow: Readonly<Record<string, readonly string[]>> = {
  'before 2': ['before:2'],
  'after 2': ['after:2'],
  'COMMIT of the first migration': ['commit:3'],
  'COMMIT before the index': ['commit:3'],
  'before 4': ['before:4'],
  'inside 4': ['during:4'],
  'after 4': ['after:4'],
  'after 4, unrecorded': ['after:4', 'unrecorded'],
  'in the second migration': ['before:4', 'after:4', 'unrecorded'],
  'its COMMIT': ['commit:4'],
  unrecorded: ['unrecorded'],
  unlock: ['unlock'],
};

/** The section of a tool, and the project whose cells its table tells. */
const sections: readonly (readonly [section: string, project: string])[] = [
  ['knex', 'knex, where one pending migration opts out of transactions'],
  ['TypeORM', 'TypeORM, a transaction each, and one that opts out'],
  ['Sequelize', 'Sequelize, no transaction'],
  ['umzug', 'umzug, migrations that open their own transaction'],
  ['node-pg-migrate', 'node-pg-migrate, one transaction that a migration interrupts'],
  ['db-migrate', 'db-migrate, a transaction each'],
];

describe('docs/frameworks.md', () => {
  it('names the versions that are installed', () => {
    const pins = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    const said = [...text.matchAll(/([\w-]+) (\d+\.\d+\.\d+)/g)].map(
      ([, name = '', version = '']) => [name.toLowerCase(), version] as const,
    );
    const packages: Readonly<Record<string, string>> = { drizzle: 'drizzle-orm' };
    // Sequelize's command line brings an older umzug of its own.
    const wrong = said.filter(
      ([name, version]) => (pins.dependencies[packages[name] ?? name] ?? version) !== version && version !== '2.3.0',
    );
    expect(wrong).toEqual([]);
    const named = new Set(said.map(([name]) => packages[name] ?? name));
    expect(
      ['knex', 'typeorm', 'sequelize', 'umzug', 'node-pg-migrate', 'drizzle-orm', 'db-migrate'].filter((name) => !named.has(name)),
    ).toEqual([]);
  });

  it.each(sections)('says of %s what its cells say', (section, project) => {
    const body = text.split(/^## /m).find((part) => part.startsWith(`${section} `)) ?? '';
    const rows = [...body.matchAll(/^\| ([^|]+) \|(.+)\|$/gm)].filter(([, label = '']) => label.trim() in pointsOfRow);
    expect(rows.length).toBeGreaterThan(3);
    const verdicts = cases.find(({ title }) => title === project)?.verdicts ?? {};
    for (const [, label = '', cells = ''] of rows) {
      const told = cells.split('|').map((cell) => cell.replaceAll('*', '').trim().replace(' ', '-'));
      const measured = (pointsOfRow[label.trim()] ?? []).map((point) => (verdicts[point] ?? '').split(' '));
      const joined = faults.map((_, column) =>
        [...new Set(measured.map((row) => row[column] ?? '?'))].filter((word) => word !== '-').join(' or '),
      );
      expect({ [label.trim()]: told }).toEqual({ [label.trim()]: joined });
    }
  });
});
