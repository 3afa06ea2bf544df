export type EngineName = 'postgres' | 'mysql' | 'mariadb' | 'mongodb';

/** A database engine with the major version that decides its behaviour. */
export interface Engine {
  readonly name: EngineName;
  readonly major: number;
}

/** What is assumed when nothing says otherwise. */
export const defaultEngine: Engine = { name: 'postgres', major: 18 };

/** Postgres majors that Faultline's facts are proven on. */
export const supportedPostgresMajors = [12, 13, 14, 15, 16, 17, 18] as const;

const displayNames: Record<EngineName, string> = { postgres: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB', mongodb: 'MongoDB' };

/** The engine as people write it: "PostgreSQL 18". */
export function engineLabel(engine: Engine): string {
  return `${displayNames[engine.name]} ${engine.major}`;
}
