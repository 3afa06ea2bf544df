import { describe, expect, it } from 'vitest';
import { LintCache } from '../../../src/lint/cache';
import { type Configuration, defaultConfiguration } from '../../../src/lint/configuration';
import { analyseFolder } from '../../../src/server/analyse-folder';
import { completions } from '../../../src/server/completions';

/** The completions at the bar in a text. */
async function at(text: string, name: string, configuration: Partial<Configuration>) {
  const lines = text.split('\n');
  const line = lines.findIndex((candidate) => candidate.includes('|'));
  const position = { line, character: lines[line]?.indexOf('|') ?? 0 };
  const folder = await analyseFolder({
    folder: '/x',
    files: [{ path: name, text: text.replace('|', '') }],
    configuration: { ...defaultConfiguration, ...configuration },
    paths: [name],
    cache: new LintCache(),
  });
  const analysis = folder.file(name);
  if (analysis === undefined) throw new Error('no migration');
  return completions(analysis, position);
}

const knex = (text: string) => at(text, '20260101000000_a.js', { framework: 'knex' });
const typeorm = (body: string) =>
  at(
    `import { MigrationInterface, QueryRunner } from 'typeorm';\n\nexport class A1767225600000 implements MigrationInterface {\n  public async up(queryRunner: QueryRunner): Promise<void> {\n    ${body}\n  }\n\n  public async down(queryRunner: QueryRunner): Promise<void> {}\n}\n`,
    '1767225600000-A.ts',
    { framework: 'typeorm' },
  );

describe('completions in code', () => {
  it('are calls of the tool, with places to fill in', async () => {
    const items = await knex('exports.up = async (knex) => {\n  |\n};\nexports.down = async (knex) => {};\n');
    const guarded = items.find(({ label }) => label === 'Concurrent index, guarded');
    expect(guarded?.textEdit?.newText).toBe(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a snippet of the editor.
      "await knex.raw('DROP INDEX CONCURRENTLY IF EXISTS ${1:orders_customer_id_idx}');\nawait knex.raw('CREATE INDEX CONCURRENTLY ${1:orders_customer_id_idx} ON ${2:orders} (${3:customer_id})');$0",
    );
    expect(guarded?.additionalTextEdits?.map(({ newText }) => newText)).toEqual(['exports.config = { transaction: false };\n\n']);
  });

  it('escape what a snippet and a template literal would read for their own', async () => {
    const items = await typeorm('backf|');
    const backfill = items.find(({ label }) => label === 'Backfill in batches');
    expect(backfill?.textEdit).toMatchObject({ range: { start: { line: 4, character: 4 }, end: { line: 4, character: 9 } } });
    expect(backfill?.textEdit?.newText).toMatch(
      /^await queryRunner\.query\(`DO \\\$\\\$\nBEGIN\n[\s\S]*SET \$\{2:currency\} = \$\{3:'EUR'\}\n/,
    );
    expect(backfill?.textEdit?.newText).toMatch(/END\n\\\$\\\$`\);\$0$/);
    expect(backfill?.additionalTextEdits?.[0]?.newText).toContain('transaction = false as const;');
  });

  it.each([
    ['node-pg-migrate', '1700000000000_a.js', 'exports.up = (pgm) => {\n  |\n};\nexports.down = () => {};\n', 'pgm.sql('],
    [
      'db-migrate',
      '20260101000000-a.js',
      'exports.up = async function (db) {\n  |\n};\nexports.down = async function (db) {};\n',
      'await db.runSql(',
    ],
    [
      'mikro-orm',
      'Migration20260101000000.ts',
      "import { Migration } from '@mikro-orm/migrations';\nexport class Migration20260101000000 extends Migration {\n  override async up(): Promise<void> {\n    |\n  }\n}\n",
      'this.addSql(',
    ],
    [
      'sequelize',
      '20260101000000-a.js',
      'module.exports = {\n  async up(queryInterface) {\n    |\n  },\n  async down(queryInterface) {},\n};\n',
      'await queryInterface.sequelize.query(',
    ],
  ] as const)('are written as %s sends SQL', async (framework, name, text, call) => {
    const items = await at(text, name, { framework });
    const validate = items.find(({ label }) => label === 'Validate a constraint');
    expect(validate?.textEdit?.newText.startsWith(call), validate?.textEdit?.newText).toBe(true);
  });

  it('set nothing for the next call where that may take another connection', async () => {
    const items = await at(
      'module.exports = {\n  async up(queryInterface) {\n    |\n  },\n  async down(queryInterface) {},\n};\n',
      '20260101000000-a.js',
      { framework: 'sequelize' },
    );
    expect(items.length).toBeGreaterThan(1);
    expect(items.filter(({ textEdit }) => textEdit?.newText.includes('lock_timeout'))).toEqual([]);
  });

  it.each([
    ['in a string', 'exports.up = async (knex) => {\n  await knex.raw(`\n    |\n  `);\n};\n'],
    ['in a comment', 'exports.up = async (knex) => {\n  /*\n  |\n  */\n};\n'],
    ['in an expression', 'exports.up = async (knex) => {\n  await knex.raw(\n    a|\n  );\n};\n'],
    ['in another function', 'exports.up = async (knex) => {\n  await knex.transaction(async (trx) => {\n    |\n  });\n};\n'],
    ['where nothing can be waited for', 'exports.up = (knex) => {\n  |\n};\n'],
    ['outside of up and down', '|\nexports.up = async (knex) => {};\n'],
  ])('are none %s', async (_, text) => {
    expect(await knex(`${text}exports.down = async (knex) => {};\n`)).toEqual([]);
  });

  it('take no transaction from what is there already', async () => {
    const items = await knex(
      "exports.up = async (knex) => {\n  await knex.raw('SELECT 1');\n  |\n};\nexports.down = async (knex) => {};\n",
    );
    expect(items.map(({ label }) => label)).toContain('Validate a constraint');
    expect(items.map(({ label }) => label)).not.toContain('Backfill in batches');
  });
});
