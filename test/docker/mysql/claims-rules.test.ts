import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import mysql, { type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { applyEdits } from '../../../src/lint/fixes';
import { type LintedFolder, lintFolder } from '../../../src/lint/lint';
import { engineVersionText } from '../../../src/model/engine';
import type { FrameworkName } from '../../../src/model/migration';
import type { SourceFile } from '../../../src/model/run-protocol';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { allRules } from '../../../src/rules/registry';
import type { Rule, RuleExample } from '../../../src/rules/rule';
import { readMigrationSource } from '../../../src/workspace/read-folder';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { servers, startServer } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());
beforeAll(loadParser);

/** Rules that say of a statement that it always fails, and with which error. */
const refusing: ReadonlySet<string> = new Set(['mysql-still-needed', 'mysql-name-taken', 'mysql-not-there', 'mysql-refused-change']);
/** Rules whose bad examples hold what the server can't read: that is what they say. */
const unreadable: ReadonlySet<string> = new Set(['guard-not-supported', 'delimiter-sent', 'algorithm-refused']);

describe.skipIf(skip).each(servers)('rules on $label', (server) => {
  const { engine, name } = server;
  let sandbox: Sandbox;
  let connection: Connection;
  beforeAll(async () => {
    sandbox = await startServer(server);
    await sandbox.createDatabase('rules');
    connection = await mysql.createConnection({
      ...sandbox.address('rules'),
      charset: 'utf8mb4',
      infileStreamFactory: () => process.stdin,
    });
  });
  afterAll(async () => {
    await connection?.end();
    await sandbox?.dispose();
  });

  const lint = (files: readonly SourceFile[], framework: FrameworkName): LintedFolder =>
    lintFolder({ files, configuration: { ...defaultConfiguration, engine: name, engineVersion: engineVersionText(engine), framework } });

  /** The errors of all statements of a folder, each migration's up in order, in an empty database and a session of its own settings. */
  async function run(folder: LintedFolder): Promise<readonly { readonly code: number; readonly text: string }[]> {
    const errors: { code: number; text: string }[] = [];
    await connection.query('DROP DATABASE IF EXISTS rules');
    await connection.query('CREATE DATABASE rules');
    // Settings and temporary tables of the session go too.
    await connection.changeUser({ database: 'rules' });
    for (const { migration } of folder.migrations) {
      for (const { sent } of migration.up.statements) {
        if (/^(LOAD DATA|SET GLOBAL|SET sql_log_bin)/i.test(sent)) continue;
        await connection.query(sent).catch((error: { errno?: number; message: string }) => {
          errors.push({ code: error.errno ?? 0, text: `${sent}: ${error.message}` });
        });
      }
    }
    return errors;
  }

  const isOurs = (rule: Rule, example: RuleExample) =>
    rule.engines?.includes(name) === true &&
    !rule.engines.includes('postgres') &&
    (example.engines === undefined || example.engines.some((text) => text === `${name} ${engineVersionText(engine)}`));
  const ours = allRules.flatMap((rule) => [
    ...rule.good.filter((example) => isOurs(rule, example)).map((example) => ({ rule, example, bad: false })),
    ...rule.bad.filter((example) => isOurs(rule, example)).map((example) => ({ rule, example, bad: true })),
  ]);

  it.each(ours.map((one) => [`${one.rule.id}: ${one.example.title}`, one] as const))(
    'reads the example %s, and its fixes',
    async (_, { rule, example, bad }) => {
      const folder = lint(example.files, example.framework);
      const unread = (errors: Awaited<ReturnType<typeof run>>) =>
        errors.filter(({ code }) => code === 1064 || code === 1221).map(({ text }) => text);
      if (!bad || !unreadable.has(rule.id)) expect(unread(await run(folder))).toEqual([]);
      const path = example.path ?? example.files.at(-1)?.path ?? '';
      const findings = folder.reports.find((report) => report.path === path)?.findings.filter((finding) => finding.rule === rule.id) ?? [];
      for (const fix of findings.length === 1 ? findings.flatMap(({ fixes }) => fixes) : []) {
        const fixed = applyEdits(
          example.files,
          fix.edits.map((edit) => ({ path, ...edit })),
        );
        expect(unread(await run(lint(fixed, example.framework))), fix.title).toEqual([]);
      }
    },
  );

  const told = ours.filter(({ rule, example }) => refusing.has(rule.id) && example.framework === 'sql');
  it.each(told.map((one) => [`${one.rule.id}: ${one.example.title}`, one] as const))(
    'refuses what is told of %s with the errors that are told, and nothing else',
    async (_, { rule, example }) => {
      const folder = lint(example.files, example.framework);
      const findings = folder.reports.flatMap((report) => report.findings.filter((finding) => finding.rule === rule.id));
      const codes = findings.map(({ message }) => Number(/\((\d{4})\b/.exec(message)?.[1] ?? 0));
      const errors = await run(folder);
      expect(
        errors.map(({ code }) => code),
        errors.map(({ text }) => text).join('\n'),
      ).toEqual(codes);
    },
  );

  const root = fileURLToPath(new URL('../../fixtures/mysql/safe/', import.meta.url));
  it.each(readdirSync(root))('carries out the safe migrations of %s', async (folderName) => {
    const hasOwnFolder = readdirSync(root + folderName).includes('migrations');
    const source = await readMigrationSource(hasOwnFolder ? `${root}${folderName}/migrations` : root + folderName);
    if (!source.ok) throw new Error(source.error.message);
    const { files } = source.value;
    const [, framework = 'sql', engines = ''] =
      files.map(({ text }) => /^-- safe: ([\w-]+), (.+)$/m.exec(text)).find((match) => match !== null) ?? [];
    if (!engines.includes(name)) return;
    expect(await run(lint(files, framework as FrameworkName))).toEqual([]);
  });

  /** What messages say of error numbers: a statement, in a database with these tables, and its code. */
  const codes: readonly (readonly [string, string, number, ('mysql' | 'mariadb')?])[] = [
    ['CREATE TABLE t (id bigint PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1), (2, 1)', 'ALTER TABLE t ADD UNIQUE KEY u (a)', 1062],
    ['CREATE TABLE t (id bigint PRIMARY KEY); INSERT INTO t VALUES (1)', 'ALTER TABLE t ADD COLUMN d date NOT NULL', 1292, 'mysql'],
    ['CREATE TABLE t (id bigint PRIMARY KEY); INSERT INTO t VALUES (1)', 'ALTER TABLE t ADD COLUMN d point NOT NULL', 1138, 'mysql'],
    ['CREATE TABLE t (id bigint PRIMARY KEY); INSERT INTO t VALUES (1)', 'ALTER TABLE t ADD COLUMN d point NOT NULL', 0, 'mariadb'],
    ['CREATE TABLE t (id bigint PRIMARY KEY); ALTER TABLE t ADD COLUMN a int NOT NULL', 'INSERT INTO t (id) VALUES (1)', 1364],
    ['CREATE TABLE t (id bigint PRIMARY KEY)', 'ALTER TABLE t ADD COLUMN u char(36) NOT NULL DEFAULT (uuid())', 1674, 'mysql'],
    ['SELECT 1', "CREATE TABLE t (d date NOT NULL DEFAULT '0000-00-00')", 1067, 'mysql'],
    ['CREATE PROCEDURE p() SELECT 1', 'CREATE PROCEDURE p() SELECT 1', 1304],
    ['CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT * FROM t; ALTER TABLE t DROP COLUMN b', 'SELECT * FROM v', 1356],
    ['CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a FROM t; ALTER TABLE t DROP COLUMN b', 'SELECT * FROM v', 0],
    ['CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; RENAME TABLE t TO u', 'SELECT * FROM v', 1356],
    ['CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; CREATE TABLE u LIKE t; RENAME TABLE t TO w, u TO t', 'SELECT * FROM v', 0],
    [
      'CREATE TABLE t (a int, b int); CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 1; ALTER TABLE t RENAME COLUMN b TO c',
      'INSERT INTO t (a) VALUES (1)',
      1054,
    ],
    [
      'CREATE TABLE t (a int, b int); CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1; RENAME TABLE t TO u',
      'INSERT INTO u (a) VALUES (1)',
      0,
    ],
    ['CREATE TABLE t (a int); INSERT INTO t VALUES (NULL)', 'ALTER TABLE t MODIFY a int NOT NULL DEFAULT 1', 1138, 'mysql'],
    ['CREATE TABLE t (a int); INSERT INTO t VALUES (NULL)', 'ALTER TABLE t MODIFY a int NOT NULL DEFAULT 1', 1265, 'mariadb'],
    ['CREATE TABLE t (a int); INSERT INTO t VALUES (NULL)', 'ALTER TABLE t ADD PRIMARY KEY (a)', 1138, 'mysql'],
    ['CREATE TABLE t (a int); INSERT INTO t VALUES (NULL)', 'ALTER TABLE t ADD PRIMARY KEY (a)', 1265, 'mariadb'],
    ['CREATE TABLE t (a timestamp NULL); INSERT INTO t VALUES (NULL)', 'ALTER TABLE t MODIFY a timestamp NOT NULL', 0, 'mariadb'],
    ['CREATE TABLE t (a int); INSERT INTO t VALUES (0)', 'ALTER TABLE t ADD CONSTRAINT t_a CHECK (a > 0)', 3819, 'mysql'],
    ['CREATE TABLE t (a int); INSERT INTO t VALUES (0)', 'ALTER TABLE t ADD CONSTRAINT t_a CHECK (a > 0)', 4025, 'mariadb'],
    ['CREATE TABLE t (a int); INSERT INTO t VALUES (0)', 'ALTER TABLE t ADD CONSTRAINT t_a CHECK (a > 0) NOT ENFORCED', 0, 'mysql'],
    [
      'CREATE TABLE t (id bigint PRIMARY KEY); CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1',
      'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1',
      1359,
    ],
    ['CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SET @a = 1', 'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SET @a = 1', 1537],
    [
      'CREATE TABLE u (id bigint PRIMARY KEY); CREATE TABLE c (id bigint PRIMARY KEY, u_id bigint, CONSTRAINT k FOREIGN KEY (u_id) REFERENCES u (id)); RENAME TABLE u TO u_old',
      'DROP TABLE u_old',
      3730,
      'mysql',
    ],
    ['CREATE TABLE t (id bigint PRIMARY KEY, name varchar(20) CHARACTER SET latin1)', "INSERT INTO t VALUES (1, '😀')", 1366],
  ];
  const asked = codes
    .filter(([, , , only]) => only === undefined || only === name)
    .map(([setup, statement, code]) => ({ setup, statement, code }));
  it.each(asked)('$setup; $statement gives $code', async ({ setup, statement, code }) => {
    const folder = (text: string) => lint([{ path: '0001_t.sql', text }], 'sql');
    expect(await run(folder(`${setup};`))).toEqual([]);
    const given = await connection.query(statement).then(
      () => 0,
      (error: { errno?: number }) => error.errno ?? 0,
    );
    expect(given).toBe(code);
  });

  it('forgets what MODIFY does not say, and fills NOT NULL columns silently', async () => {
    await run(
      lint(
        [
          {
            path: '0001_t.sql',
            text: "CREATE TABLE t (id bigint PRIMARY KEY, a varchar(20) NOT NULL DEFAULT 'x' COMMENT 'c'); INSERT INTO t (id) VALUES (1); ALTER TABLE t MODIFY a varchar(40); ALTER TABLE t ADD COLUMN n int NOT NULL;",
          },
        ],
        'sql',
      ),
    );
    const [columns] = await connection.query(
      "SELECT IS_NULLABLE AS nullable, COLUMN_COMMENT AS said FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'rules' AND TABLE_NAME = 't' AND COLUMN_NAME = 'a'",
    );
    expect(columns).toEqual([{ nullable: 'YES', said: '' }]);
    const [rows] = await connection.query('SELECT n FROM t');
    expect(rows).toEqual([{ n: 0 }]);
  });

  it('follows a renamed table with the foreign keys of others', async () => {
    await run(
      lint(
        [
          {
            path: '0001_t.sql',
            text: 'CREATE TABLE u (id bigint PRIMARY KEY); CREATE TABLE u_new (id bigint PRIMARY KEY); CREATE TABLE c (id bigint PRIMARY KEY, u_id bigint, CONSTRAINT k FOREIGN KEY (u_id) REFERENCES u (id)); RENAME TABLE u TO u_old, u_new TO u;',
          },
        ],
        'sql',
      ),
    );
    const [rows] = await connection.query(
      "SELECT REFERENCED_TABLE_NAME AS target FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = 'rules'",
    );
    expect(rows).toEqual([{ target: 'u_old' }]);
  });

  it('adds a foreign key over orphans when checks are off', async () => {
    const setup =
      'CREATE TABLE u (id bigint PRIMARY KEY); CREATE TABLE c (id bigint PRIMARY KEY, u_id bigint); INSERT INTO c VALUES (1, 7); SET foreign_key_checks = 0; ALTER TABLE c ADD CONSTRAINT k FOREIGN KEY (u_id) REFERENCES u (id);';
    const errors = await run(lint([{ path: '0001_t.sql', text: setup }], 'sql'));
    expect(errors.map(({ text }) => text)).toEqual([]);
  });

  it('waits as long for metadata locks as the rule says', async () => {
    const [rows] = await connection.query('SELECT @@GLOBAL.lock_wait_timeout AS seconds');
    expect(rows).toEqual([{ seconds: name === 'mysql' ? 31_536_000 : 86_400 }]);
  });
});
