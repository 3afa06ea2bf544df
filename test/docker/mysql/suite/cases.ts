import type { MysqlCase } from './case';

/** Every file of `cases`, by its name. */
export const cases: Readonly<Record<string, MysqlCase>> = Object.fromEntries(
  Object.entries(import.meta.glob<MysqlCase>('./cases/*.ts', { eager: true, import: 'default' })).map(([path, suiteCase]) => [
    path.replace(/^.*\/|\.ts$/g, ''),
    suiteCase,
  ]),
);

/** The case as it is on this engine; undefined where that has no such statement. */
export function caseOn(engine: 'mysql' | 'mariadb', suiteCase: MysqlCase): MysqlCase | undefined {
  if (suiteCase.only !== undefined && suiteCase.only !== engine) return undefined;
  return engine === 'mariadb' ? { ...suiteCase, ...suiteCase.mariadb } : suiteCase;
}
