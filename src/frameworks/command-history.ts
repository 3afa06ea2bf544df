/** A table in which a tool keeps what it has run, or its lock. */
export interface KnownTable {
  readonly name: string;
  /** `lock`: its rows say whether somebody is migrating; whatever they say when nobody is, is no trace of a migration. */
  readonly role: 'history' | 'lock';
  /** Columns that differ with the way in which the same history came about: counters, batches, logs. */
  readonly incidental?: readonly string[];
}

interface KnownTool {
  /** As its users call it. */
  readonly name: string;
  /** Found in the text of a command, it tells which tool it is. */
  readonly called: RegExp;
  readonly tables: readonly KnownTable[];
  /** How a tool that has the address in a configuration file is made to take it from the environment. */
  readonly configure: string;
}

const history = (name: string, ...incidental: string[]): KnownTable => ({ name, role: 'history', incidental });
const lock = (name: string): KnownTable => ({ name, role: 'lock' });

/** The default names, from each tool's sources. More tools share a name than one would like: then the incidental columns are joined. */
const knownTools: readonly KnownTool[] = [
  {
    name: 'knex',
    called: /\bknex\b/,
    tables: [history('knex_migrations', 'id', 'batch'), lock('knex_migrations_lock')],
    configure: 'in knexfile.js set connection: process.env.DATABASE_URL',
  },
  {
    name: 'TypeORM',
    called: /\btypeorm\b/,
    tables: [history('migrations', 'id', 'batch'), history('typeorm_metadata')],
    configure: 'in the data source set url: process.env.DATABASE_URL',
  },
  {
    name: 'Sequelize',
    called: /\bsequelize(-cli)?\b/,
    tables: [history('SequelizeMeta'), history('SequelizeData')],
    configure: 'in config/config.js set use_env_variable: "DATABASE_URL", or pass --url {url}',
  },
  {
    name: 'umzug',
    called: /\bumzug\b/,
    tables: [history('SequelizeMeta'), history('umzug_migrations'), history('migrations', 'id', 'batch')],
    configure: 'make its client from process.env.DATABASE_URL',
  },
  {
    name: 'node-pg-migrate',
    called: /\bnode-pg-migrate\b/,
    tables: [history('pgmigrations', 'id')],
    configure: 'it reads DATABASE_URL by itself: remove the connection from its configuration',
  },
  {
    name: 'Drizzle',
    called: /\bdrizzle(-kit|-orm)?\b/,
    tables: [history('__drizzle_migrations', 'id')],
    configure: 'in drizzle.config.ts set dbCredentials: { url: process.env.DATABASE_URL }',
  },
  {
    name: 'db-migrate',
    called: /\bdb-migrate\b/,
    tables: [history('migrations', 'id', 'batch')],
    configure: 'it takes DATABASE_URL before database.json, unless that file is named with --config',
  },
  {
    name: 'Prisma',
    called: /\bprisma\b/,
    tables: [history('_prisma_migrations', 'id', 'logs', 'applied_steps_count')],
    configure: 'in schema.prisma set url = env("DATABASE_URL")',
  },
  {
    name: 'Flyway',
    called: /\bflyway\b/,
    tables: [history('flyway_schema_history', 'installed_rank', 'execution_time')],
    configure: 'it takes FLYWAY_URL before flyway.conf: remove -url from the command, or write {url} there',
  },
  {
    name: 'Liquibase',
    called: /\bliquibase\b/,
    tables: [history('databasechangelog', 'orderexecuted', 'deployment_id'), lock('databasechangeloglock')],
    configure: 'it takes LIQUIBASE_COMMAND_URL before liquibase.properties: remove --url from the command',
  },
  {
    name: 'Rails',
    called: /\brails\b|\brake\b/,
    tables: [history('schema_migrations'), history('ar_internal_metadata')],
    configure: 'it takes DATABASE_URL before config/database.yml',
  },
  {
    name: 'Django',
    called: /\bmanage\.py\b|\bdjango-admin\b/,
    tables: [history('django_migrations', 'id')],
    configure: 'in settings.py make DATABASES from os.environ["DATABASE_URL"] or from PGHOST and its kin',
  },
  {
    name: 'Alembic',
    called: /\balembic\b/,
    tables: [history('alembic_version')],
    configure: 'in env.py set sqlalchemy.url from os.environ["DATABASE_URL"]',
  },
  {
    name: 'goose',
    called: /\bgoose\b/,
    tables: [history('goose_db_version', 'id')],
    configure: 'it takes GOOSE_DBSTRING: remove the address from the command, or write "{url}" there',
  },
  {
    name: 'golang-migrate',
    called: /\bmigrate\b.*-(database|path|source)\b/,
    tables: [history('schema_migrations')],
    configure: 'write -database "{url}" in the command',
  },
  {
    name: 'dbmate',
    called: /\bdbmate\b/,
    tables: [history('schema_migrations')],
    configure: 'it reads DATABASE_URL by itself: remove --url',
  },
  {
    name: 'Atlas',
    called: /\batlas\b/,
    tables: [history('atlas_schema_revisions', 'execution_time', 'operator_version', 'executed_at')],
    configure: 'write --url "{url}" in the command',
  },
  {
    name: 'MikroORM',
    called: /\bmikro-orm\b/,
    tables: [history('mikro_orm_migrations', 'id')],
    configure: 'in mikro-orm.config set clientUrl: process.env.DATABASE_URL',
  },
  {
    name: 'Kysely',
    called: /\bkysely\b/,
    tables: [history('kysely_migration'), lock('kysely_migration_lock')],
    configure: 'make its pool from process.env.DATABASE_URL',
  },
  {
    name: 'Laravel',
    called: /\bartisan\b/,
    tables: [history('migrations', 'id', 'batch')],
    configure: 'in config/database.php set url to env("DATABASE_URL")',
  },
  {
    name: 'Phinx',
    called: /\bphinx\b/,
    tables: [history('phinxlog')],
    configure: 'in phinx.php read getenv("DATABASE_URL") or DB_HOST and its kin',
  },
  {
    name: 'Doctrine',
    called: /\bdoctrine\b/,
    tables: [history('doctrine_migration_versions', 'execution_time')],
    configure: 'set the connection url to DATABASE_URL',
  },
  {
    name: 'sqlx',
    called: /\bsqlx\b/,
    tables: [history('_sqlx_migrations', 'execution_time')],
    configure: 'it reads DATABASE_URL by itself',
  },
  { name: 'Diesel', called: /\bdiesel\b/, tables: [history('__diesel_schema_migrations')], configure: 'it reads DATABASE_URL by itself' },
  { name: 'SeaORM', called: /\bsea-orm/, tables: [history('seaql_migrations')], configure: 'it reads DATABASE_URL by itself' },
  {
    name: 'refinery',
    called: /\brefinery\b/,
    tables: [history('refinery_schema_history')],
    configure: 'run it with -e DATABASE_URL',
  },
  {
    name: 'Ecto',
    called: /\bmix\b.*\becto\b/,
    tables: [history('schema_migrations')],
    configure: 'in runtime.exs set url: System.get_env("DATABASE_URL")',
  },
  {
    name: 'Entity Framework',
    called: /\bdotnet\b.*\bef\b/,
    tables: [history('__EFMigrationsHistory')],
    configure: 'write --connection "{url}" or read DATABASE_URL',
  },
  { name: 'postgrator', called: /\bpostgrator\b/, tables: [history('schemaversion')], configure: 'it takes PGHOST and its kin' },
  {
    name: 'migrate-mongo',
    called: /\bmigrate-mongo\b/,
    tables: [history('changelog', 'migrationBlock'), lock('changelog_lock')],
    configure: 'in migrate-mongo-config.js set mongodb.url: process.env.MONGODB_URL',
  },
  {
    name: 'ts-migrate-mongoose',
    called: /\bts-migrate-mongoose\b|\bmigrate\b.*--uri\b/,
    tables: [history('migrations', 'id', 'batch', '__v')],
    configure: 'pass --uri "{url}", or in migrate.ts set uri: process.env.MONGODB_URL',
  },
  {
    name: 'Mongock',
    called: /\bmongock\b/i,
    tables: [history('mongockChangeLog', 'executionMillis'), lock('mongockLock')],
    configure: 'in the application set spring.data.mongodb.uri to MONGODB_URL',
  },
  {
    name: 'psql',
    called: /\bpsql\b/,
    tables: [],
    configure: 'write {url} in the command, or leave the address out: it takes PGHOST and its kin',
  },
];

/** The tool that a command calls, as far as its words tell. */
export function toolOfCommand(command: string): Pick<KnownTool, 'name' | 'configure'> | undefined {
  return knownTools.find(({ called }) => called.test(command));
}

/** The tables that tools keep their history and locks in, by name, each once. */
export function knownHistoryTables(): ReadonlyMap<string, KnownTable> {
  const tables = new Map<string, KnownTable>();
  for (const table of knownTools.flatMap((tool) => tool.tables)) {
    const earlier = tables.get(table.name);
    const incidental = [...new Set([...(earlier?.incidental ?? []), ...(table.incidental ?? [])])];
    tables.set(table.name, { ...table, incidental });
  }
  return tables;
}

/** The tool that keeps a table of this name; undefined when it is none of theirs, or of many. */
export function toolOfTable(name: string): string | undefined {
  const owners = knownTools.filter((tool) => tool.tables.some((table) => table.name === name));
  return owners.length > 2 || owners.length === 0 ? undefined : owners.map((tool) => tool.name).join(' or ');
}
