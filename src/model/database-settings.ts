import type { EngineName } from './engine';

/** Where tools of code write down which database they talk to: knexfile, data source, Sequelize's and db-migrate's configuration. */
const names =
  /^(?:knexfile|ormconfig|(?:orm|typeorm|sequelize|mikro-orm)\.config|[\w.-]*data-?source[\w.-]*|database|config)\.(?:[cm]?[jt]s|json)$/i;

/** Set behind the name of a file of which only this is taken: addresses and passwords can stand in the rest. */
const cutMark = '#database';

/** Can a file of this name say which database a project talks to? `config.json` does in a folder `config` alone. */
export function isDatabaseSettings(path: string): boolean {
  const name = (path.endsWith(cutMark) ? path.slice(0, -cutMark.length) : path).split('/').at(-1) ?? '';
  return names.test(name) && (!/^config\./i.test(name) || /(?:^|\/)config\/[^/]*$/.test(path));
}

/** What such a file says of the database, and nothing else of it; undefined where that is nothing. */
export function cutToDatabase(path: string, text: string): { readonly path: string; readonly text: string } | undefined {
  const said = [...new Set(namesIn(text))].map((name) => `database: '${name}'\n`);
  const transactions = /\bdisableTransactions\s*:\s*true\b/.test(text) ? 'disableTransactions: true\n' : '';
  const mode = /\bmigrationsTransactionMode\s*:\s*['"`]none['"`]/.test(text) ? "migrationsTransactionMode: 'none'\n" : '';
  const several = /\bmultipleStatements["']?\s*[:=]\s*(?:true|1)\b/i.test(text) ? 'multipleStatements: true\n' : '';
  const kept = said.join('') + transactions + mode + several;
  return kept === '' ? undefined : { path: path + cutMark, text: kept };
}

const engines: Readonly<Record<string, EngineName>> = {
  pg: 'postgres',
  pgnative: 'postgres',
  postgres: 'postgres',
  postgresql: 'postgres',
  'aurora-postgres': 'postgres',
  'aurora-mysql': 'mysql',
  mysql: 'mysql',
  mysql2: 'mysql',
  mariadb: 'mariadb',
};

/** The engines that a file of settings names, each once. What stands in comments does not count. */
export function enginesIn(text: string): readonly EngineName[] {
  return [...new Set(namesIn(text).flatMap((name) => engines[name] ?? []))];
}

/** `client: 'mysql2'`, also where the environment comes first: `client: process.env.DB_CLIENT || 'mysql2'`. */
const setting = /\b(?:client|dialect|driver|type|database)["']?\s*[:=]\s*(?:[\w.]+\s*(?:\|\||\?\?)\s*)?["'`]([\w-]+)["'`]/g;
const address = /["'`](postgres(?:ql)?|mysql2?|mariadb):\/\//g;
const driverClass = /\bdriver\s*:\s*(PostgreSql|MySql|MariaDb)Driver\b/g;
const driverImport = /['"]@mikro-orm\/(postgresql|mysql|mariadb)['"]/g;

function namesIn(text: string): readonly string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|(?<![:"'`\w])\/\/[^\n]*/g, ' ');
  const found = (pattern: RegExp) => [...code.matchAll(pattern)].map(([, name]) => (name ?? '').toLowerCase());
  const classes = found(driverClass);
  // A configuration of MikroORM can import several drivers, and chooses one.
  return [...found(setting), ...found(address), ...(classes.length > 0 ? classes : found(driverImport))].filter((name) =>
    Object.hasOwn(engines, name),
  );
}
