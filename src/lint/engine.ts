import { driversOf } from '../frameworks/code/drivers';
import type { Framework, SourceFile } from '../model/run-protocol';

/**
 * Why migrations in code are not read: the nearest package.json with drivers has some, and none for a database that Faultline knows. Undefined
 * when they may be: nothing is known, or such a driver is among them. What is configured stands above this.
 */
export function otherEngine(framework: Framework, files: readonly SourceFile[]): string | undefined {
  // A tool of plain SQL is not of the JavaScript world: the package.json beside it may be that of anything.
  if (framework.rawCall === undefined || framework.engine !== undefined) return undefined;
  const [nearest] = driversOf(files);
  if (nearest === undefined || nearest.engines.length > 0) return undefined;
  const { path, packages, others } = nearest;
  return `${path} depends on ${packages.join(' and ')} and on no driver for PostgreSQL, MySQL or MariaDB, so these migrations are taken for ${others.join(' or ')} and not linted. If they are for one of those, say so: "engine": "postgres" in faultline.json.`;
}
