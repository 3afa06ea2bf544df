import { driversOf } from '../frameworks/code/drivers';
import { otherEngineOfFiles } from '../frameworks/engine-of-files';
import type { Framework, SourceFile } from '../model/run-protocol';

/**
 * Why migrations are not read. Of code: the nearest package.json with drivers has some, and none for a database that Faultline knows; of SQL:
 * the tool's own file names another database. Undefined when they may be: nothing is known, or such a driver is among them. What is configured
 * stands above this.
 */
export function otherEngine(framework: Framework, files: readonly SourceFile[]): string | undefined {
  if (framework.engine !== undefined) return undefined;
  // A tool of plain SQL is not of the JavaScript world: the package.json beside it may be that of anything.
  if (framework.rawCall === undefined) return otherEngineInSql(framework, files);
  const [nearest] = driversOf(files);
  if (nearest === undefined || nearest.engines.length > 0) return undefined;
  const { path, packages, others } = nearest;
  return `${path} depends on ${packages.join(' and ')} and on no driver for PostgreSQL, MySQL or MariaDB, so these migrations are taken for ${others.join(' or ')} and not linted. If they are for one of those, say so: "engine": "postgres" in faultline.json.`;
}

function otherEngineInSql({ name: framework }: Framework, files: readonly SourceFile[]): string | undefined {
  const other = framework === 'sql' ? undefined : otherEngineOfFiles(files);
  if (other === undefined) return undefined;
  const path = other.path.replace(/#.*$/, '');
  return `${path} names ${other.name} as the database, so these migrations are not linted. If they are for PostgreSQL, MySQL or MariaDB all the same, say so: "engine": "postgres" in faultline.json.`;
}
