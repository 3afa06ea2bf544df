import { beforeAll, describe, expect, it } from 'vitest';
import { LintCache } from '../../../src/lint/cache';
import { type Configuration, defaultConfiguration } from '../../../src/lint/configuration';
import { lintFolder } from '../../../src/lint/lint';
import { loadParser } from '../../../src/parse/load';
import { analyseFolder } from '../../../src/server/analyse-folder';
import type { Analysis } from '../../../src/server/analysis';
import { completions } from '../../../src/server/completions';
import { documentSymbols } from '../../../src/server/document-symbols';
import { hoverAt } from '../../../src/server/hover';
import { inlayHints } from '../../../src/server/inlay-hints';
import { planDocument } from '../../../src/server/plan-document';
import { plainText, safePatterns } from '../../../src/server/safe-patterns';

beforeAll(loadParser);

async function analyse(text: string, name = '2_b.sql', configuration: Configuration = defaultConfiguration): Promise<Analysis> {
  const files = [
    {
      path: '1_a.sql',
      text: '-- migrate:up\nCREATE TABLE orders (id bigint PRIMARY KEY, note text);\n-- migrate:down\nDROP TABLE orders;\n',
    },
    { path: name, text },
  ];
  const folder = await analyseFolder({ folder: '/x', files, configuration, paths: [name], cache: new LintCache() });
  const analysis = folder.file(name);
  if (analysis === undefined) throw new Error('no migration');
  return analysis;
}

const whole = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };

describe('inlay hints', () => {
  it('say locks and cost behind a statement, and nothing where there is nothing to say', async () => {
    const analysis = await analyse(
      '-- migrate:up\nSELECT 1;\nALTER TABLE orders ADD COLUMN u uuid DEFAULT gen_random_uuid();\nCREATE TABLE n (a int);\n-- migrate:down\nALTER TABLE orders DROP COLUMN u;\n',
    );
    expect(inlayHints(analysis, whole).map(({ position, label }) => [position.line, position.character, label])).toEqual([
      [2, 'ALTER TABLE orders ADD COLUMN u uuid DEFAULT gen_random_uuid();'.length, 'ACCESS EXCLUSIVE, writes every row again'],
      [5, 'ALTER TABLE orders DROP COLUMN u;'.length, 'ACCESS EXCLUSIVE on orders'],
    ]);
    expect(inlayHints(analysis, { start: { line: 5, character: 0 }, end: { line: 6, character: 0 } })).toHaveLength(1);
  });

  it('leave out the locks on what the migration makes itself: nobody waits for them', async () => {
    const made = 'CREATE TABLE notes (id int PRIMARY KEY, order_id int, title text);';
    const index = 'CREATE INDEX notes_title ON notes (title);';
    const onPostgres = await analyse(
      [
        `-- migrate:up\n${made}`,
        index,
        'ALTER TABLE notes ADD COLUMN a int;',
        'ALTER TABLE notes ADD CONSTRAINT fk FOREIGN KEY (order_id) REFERENCES orders (id);',
        'ALTER TABLE notes RENAME TO remarks;',
        'ALTER TABLE remarks ADD COLUMN b int;',
        'DROP TABLE remarks;',
        'ALTER TABLE remarks ADD COLUMN c int;',
      ].join('\n'),
    );
    expect(inlayHints(onPostgres, whole).map(({ position, label }) => [position.line, label])).toEqual([
      [4, 'SHARE ROW EXCLUSIVE on orders'],
      [7, 'ACCESS EXCLUSIVE on orders'],
      [8, 'ACCESS EXCLUSIVE on remarks'],
    ]);
    expect(hoverAt(onPostgres, { line: 4, character: 3 })?.contents).toHaveProperty(
      'value',
      expect.stringContaining('SHARE ROW EXCLUSIVE on `notes` (new), SHARE ROW EXCLUSIVE on `orders`'),
    );
    const onMysql = await analyse(`-- migrate:up\n${made}\n${index}\nCREATE INDEX a ON orders (a);\n`, '2_b.sql', {
      ...defaultConfiguration,
      engine: 'mysql',
    });
    expect(inlayHints(onMysql, whole).map(({ position, label }) => [position.line, label])).toEqual([
      [3, 'INPLACE: indexes orders, writes go on'],
    ]);
  });

  it('are as long as VS Code shows them: it would cut the cost off', async () => {
    const analysis = await analyse(
      [
        '-- migrate:up transaction:false',
        'ALTER TABLE orders ALTER COLUMN total SET NOT NULL;',
        'ALTER TABLE order_lines ALTER COLUMN total SET NOT NULL;',
        'ALTER TABLE order_lines ADD CONSTRAINT fk FOREIGN KEY (order_id) REFERENCES orders (id);',
        'CREATE INDEX CONCURRENTLY order_lines_idx ON order_lines (order_id);',
        '',
      ].join('\n'),
    );
    const labels = inlayHints(analysis, whole).map(({ label }) => label);
    expect(labels).toEqual([
      'ACCESS EXCLUSIVE on orders, reads every row',
      'ACCESS EXCLUSIVE, reads every row',
      'SHARE ROW EXCLUSIVE, reads every row',
      'SHARE UPDATE EXCLUSIVE, builds an index',
    ]);
    const onMysql = await analyse(
      '-- migrate:up\nCREATE INDEX by_name ON customers (name);\nCREATE INDEX by_name ON customer_addresses (name);\n',
      '2_b.sql',
      { ...defaultConfiguration, engine: 'mysql' },
    );
    expect(inlayHints(onMysql, whole).map(({ label }) => label)).toEqual([
      'INPLACE: indexes customers, writes go on',
      'INPLACE: indexes it, writes go on',
    ]);
  });
});

describe('the plan as a document', () => {
  const change = 'ALTER TABLE orders ADD COLUMN a int;\nALTER TABLE orders ALTER COLUMN note SET NOT NULL;\n';

  it('says once what holds for all statements', async () => {
    const text = planDocument(await analyse(`-- migrate:up\n${change}-- migrate:down\nSELECT 1;\n`));
    expect(text.slice(text.indexOf('## Up'), text.indexOf('## Down'))).toBe(
      [
        '## Up',
        '2 statements, one transaction: a failure leaves nothing behind. dbmate runs the block in one transaction, together with its history row.',
        '### 1',
        '```sql\nALTER TABLE orders ADD COLUMN a int\n```',
        '- **Locks** ACCESS EXCLUSIVE on `orders`\n- **Cost** changes the catalog only. Existing rows read the new column as NULL',
        '### 2',
        '```sql\nALTER TABLE orders ALTER COLUMN note SET NOT NULL\n```',
        '- **Locks** ACCESS EXCLUSIVE on `orders`\n- **Cost** reads the whole table. Every row is checked for NULL in note, while nobody can use the table',
        '',
      ].join('\n\n'),
    );
  });

  it('gives a reason once', async () => {
    const index = (name: string) => `CREATE INDEX ${name} ON orders (${name});`;
    const text = planDocument(await analyse(`-- migrate:up\n${index('a')}\n${index('b')}\n`));
    expect(text.match(/The whole table is read/g)).toHaveLength(1);
    expect(text).toContain('- **Cost** builds an index over the whole table (see 1)');
  });

  it('says of each statement in which transaction it is, where there are several or none', async () => {
    const text = planDocument(await analyse(change, '2_b.sql', { ...defaultConfiguration, framework: 'sql' }));
    expect(text.match(/- \*\*Transaction\*\* none: it commits by itself/g)).toHaveLength(2);
  });
});

describe('a file that is no migration because another has its version', () => {
  it('is told why it can’t run, also when only the other is open', async () => {
    const sql = 'CREATE TABLE a (id bigint PRIMARY KEY);\n';
    const files = ['V1__a.sql', 'V2__b.sql', 'V2__c.sql'].map((path, index) => ({ path, text: sql.replace(' a ', ` t${index} `) }));
    const paths = ['V2__c.sql'];
    const beside = await analyseFolder({
      folder: '/x',
      files,
      configuration: defaultConfiguration,
      paths: ['V2__b.sql'],
      cache: new LintCache(),
    });
    expect(beside.report('V2__c.sql')).toBeUndefined();
    expect(beside.elsewhere).toMatchObject([{ path: 'V2__c.sql', findings: [{ rule: 'unusable-file' }] }]);
    const accepted = files.map((file) => ({
      ...file,
      text: `-- faultline-ignore-file unusable-file: renamed by the release\n${file.text}`,
    }));
    const quiet = await analyseFolder({
      folder: '/x',
      files: accepted,
      configuration: defaultConfiguration,
      paths: ['V2__b.sql'],
      cache: new LintCache(),
    });
    expect(quiet.elsewhere).toEqual([]);
    const folder = await analyseFolder({ folder: '/x', files, configuration: defaultConfiguration, paths, cache: new LintCache() });
    expect(folder.file('V2__c.sql')).toBeUndefined();
    expect(folder.report('V2__c.sql')?.findings).toMatchObject([{ rule: 'unusable-file', severity: 'error' }]);
  });
});

describe('the outline', () => {
  it('has up and down with their statements', async () => {
    const analysis = await analyse('-- migrate:up\nCREATE TABLE n\n  (a int);\n-- migrate:down\nDROP TABLE n;\n');
    expect(documentSymbols(analysis)).toMatchObject([
      { name: 'Up', detail: '1 statement', children: [{ name: 'CREATE TABLE n (a int)' }] },
      { name: 'Down', children: [{ name: 'DROP TABLE n', range: { start: { line: 4, character: 0 } } }] },
    ]);
  });
});

describe('completions', () => {
  const at = async (text: string, name?: string) => {
    const lines = text.split('\n');
    const line = lines.findIndex((candidate) => candidate.includes('|'));
    const character = lines[line]?.indexOf('|') ?? 0;
    return completions(await analyse(text.replace('|', ''), name), { line, character });
  };

  it('are offered where a statement begins, and replace what was typed of it', async () => {
    const beside = await at('-- migrate:up\nSELECT 1;\n|\n-- migrate:down\n');
    expect(beside.map(({ label }) => label)).toContain('New column, expand and contract');
    const [typed] = await at('-- migrate:up\ncreate ind|\n-- migrate:down\n');
    expect(typed?.textEdit).toMatchObject({ range: { start: { line: 1, character: 0 }, end: { line: 1, character: 10 } } });
  });

  it('that can’t run in a transaction bring the mark with them, and stand alone', async () => {
    const outside = (items: Awaited<ReturnType<typeof at>>) =>
      items
        .filter(({ detail }) => detail?.includes('outside') === true)
        .map(({ label, additionalTextEdits }) => [label, additionalTextEdits?.map(({ newText }) => newText)]);
    // dbmate sends the block as one request, in which nothing can be built concurrently behind another statement.
    expect(outside(await at('-- migrate:up\n|\n-- migrate:down\n'))).toEqual([['Backfill in batches', [' transaction:false']]]);
    expect(outside(await at('-- migrate:up\nSELECT 1;\n|\n-- migrate:down\n'))).toEqual([]);
    const mark = ['-- +goose NO TRANSACTION\n'];
    expect(outside(await at('-- +goose Up\n|\n-- +goose Down\n', '00002_b.sql'))).toEqual([
      ['Concurrent index, guarded', mark],
      ['Backfill in batches', mark],
    ]);
    expect(outside(await at('-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;\n|\n-- +goose Down\n', '00002_b.sql'))).toEqual([
      ['Concurrent index, guarded', undefined],
      ['Backfill in batches', undefined],
    ]);
  });

  it('hold marks where the tool would cut a block at its semicolons', async () => {
    const items = await at('-- +goose Up\n|\n-- +goose Down\n', '00002_b.sql');
    const backfill = items.find(({ label }) => label === 'Backfill in batches')?.textEdit?.newText ?? '';
    expect(backfill).toMatch(/^-- \+goose StatementBegin\nDO [\s\S]*\\\$\\\$;\n-- \+goose StatementEnd\$0$/);
  });

  it.each([
    ['mysql', '8.0'],
    ['mysql', '8.4'],
    ['mysql', '9'],
    ['mariadb', '10.6'],
    ['mariadb', '11'],
  ] as const)('are of the database’s own SQL, and hold nothing that a rule would find (%s %s)', (name, engineVersion) => {
    const engine = { name, major: Number.parseInt(engineVersion, 10) };
    const patterns = safePatterns(engine, { inTransaction: false, inOneRequest: false });
    expect(patterns.length).toBeGreaterThan(3);
    for (const pattern of patterns) {
      const files = [
        {
          path: '1_a.sql',
          text: 'CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, customer_id bigint NOT NULL, currency varchar(3)) ENGINE=InnoDB;\n',
        },
        { path: '2_b.sql', text: `${plainText(pattern)}\n` },
      ];
      const { reports } = lintFolder({
        files,
        paths: ['2_b.sql'],
        configuration: { ...defaultConfiguration, engine: name, engineVersion, framework: 'sql', rules: { 'missing-rollback': 'off' } },
      });
      const said = reports.flatMap(({ findings, errors }) => [
        ...findings.map(({ rule, message }) => `${rule}: ${message}`),
        ...errors.map(({ message }) => message),
      ]);
      expect(said, `${pattern.label}: ${plainText(pattern)}`).toEqual([]);
    }
  });

  it('set a timeout that holds outside of a transaction too', () => {
    const engine = { name: 'postgres', major: 18 } as const;
    const rulesFor = (inTransaction: boolean) =>
      safePatterns(engine, { inTransaction, inOneRequest: false })
        .filter(({ snippet }) => snippet.includes('lock_timeout'))
        .map((pattern) => {
          const { reports } = lintFolder({
            files: [
              {
                path: '00001_a.sql',
                text: '-- +goose Up\nCREATE TABLE orders (id bigint, number text);\n-- +goose Down\nDROP TABLE orders;\n',
              },
              {
                path: '00002_b.sql',
                text: `-- +goose NO TRANSACTION\n-- +goose Up\n${plainText(pattern)}\n-- +goose Down\n-- It can't be undone.\nSELECT 1;\n`,
              },
            ],
            paths: ['00002_b.sql'],
            configuration: { ...defaultConfiguration, framework: 'goose' },
          });
          return reports.flatMap(({ findings }) => findings.map(({ rule }) => rule)).includes('missing-lock-timeout');
        });
    expect(rulesFor(false)).toEqual([false, false, false, false]);
    expect(rulesFor(true)).toEqual([true, true, true, true]);
  });

  it('are none in the middle of a statement, in a comment and in a string', async () => {
    for (const text of [
      'SELECT a, b FROM orders WHERE |',
      '-- a word |',
      "INSERT INTO orders VALUES ('|",
      'ALTER TABLE orders ADD COLUMN x int, |',
    ]) {
      expect(await at(`-- migrate:up\n${text}\n-- migrate:down\n`), text).toEqual([]);
    }
  });

  it.each([12, 17, 18])('hold nothing that a rule would find (PostgreSQL %i)', (major) => {
    const engine = { name: 'postgres', major } as const;
    const before =
      'CREATE TABLE customers (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, currency text, number text);\nCREATE UNIQUE INDEX orders_number_idx ON orders (number);\n';
    for (const pattern of safePatterns(engine, { inTransaction: true, inOneRequest: false })) {
      const isAlone = pattern.where === 'outside a transaction';
      const marker = isAlone ? '-- +goose NO TRANSACTION\n' : '';
      const statement = plainText(pattern);
      // What is validated must be there; the patterns that add it find its name free.
      const added = statement.startsWith('ALTER TABLE orders VALIDATE')
        ? 'ALTER TABLE orders ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;\n'
        : '';
      const body = statement.startsWith('DO') ? `-- +goose StatementBegin\n${statement}\n-- +goose StatementEnd` : statement;
      const files = [
        { path: '00001_a.sql', text: `-- +goose Up\n${before}${added}-- +goose Down\nDROP TABLE orders;\nDROP TABLE customers;\n` },
        { path: '00002_b.sql', text: `${marker}-- +goose Up\n${body}\n-- +goose Down\n-- It can't be undone.\nSELECT 1;\n` },
      ];
      const { reports, problems } = lintFolder({
        files,
        paths: ['00002_b.sql'],
        configuration: { ...defaultConfiguration, engineVersion: major, framework: 'goose' },
      });
      const said = reports.flatMap(({ findings, errors }) => [
        ...findings.map(({ rule }) => rule),
        ...errors.map(({ message }) => message),
      ]);
      expect([...said, ...problems], `${pattern.label}: ${statement}`).toEqual([]);
    }
  });
});
