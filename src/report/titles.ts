import type { Simulation } from '../model/simulation';

const engineNames: Readonly<Record<string, string>> = { postgres: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB', mongodb: 'MongoDB' };

/** "PostgreSQL 18". Reports carry the engine's name as it stands in JSON. */
export function engineTitle(of: { readonly engine: string; readonly engineVersion: string }): string {
  return `${engineNames[of.engine] ?? of.engine} ${of.engineVersion}`;
}

/** What was simulated: a file, or the command that runs it. */
export function nameOf({ migration }: Pick<Simulation, 'migration'>): string {
  return migration.path ?? migration.command ?? migration.id;
}
