import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Engine, type EngineName, engineOf } from '../../../../src/model/engine';
import type { Statement } from '../../../../src/model/migration';
import { readStatements } from '../../../../src/parse/mysql/read';

const root = join(__dirname, '../../../fixtures/mysql-statements');

/** The engine of this name; fails on a version that is not known. */
export function engine(name: EngineName, version?: string): Engine {
  const found = engineOf(name, version);
  if (found === undefined) throw new Error(`No such engine: ${name} ${version ?? ''}`);
  return found;
}

/** All statements of a text. */
export function read(text: string, of: Engine = engine('mysql')): Statement[] {
  return readStatements(text, { start: 0, end: text.length }, {}, of);
}

/** The texts below a folder of fixtures: `common`, `mysql`, `mariadb`, `captured/knex`; or one file. */
export function fixtureTexts(name: string): readonly { readonly path: string; readonly text: string }[] {
  const path = join(root, name);
  if (!existsSync(path)) throw new Error(`No such fixtures: ${path}`);
  const names = path.endsWith('.sql') ? [''] : readdirSync(path);
  return names.sort().map((file) => ({ path: join(name, file), text: readFileSync(join(path, file), 'utf8') }));
}

/** The statements of a folder or file of fixtures. */
export function fixtureStatements(name: string, of: Engine): readonly { readonly where: string; readonly statement: Statement }[] {
  return fixtureTexts(name).flatMap(({ path, text }) =>
    read(text, of).map((statement) => ({ where: `${path}:${statement.range.start.line + 1}`, statement })),
  );
}
