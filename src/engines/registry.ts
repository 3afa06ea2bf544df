import type { EngineName } from '../model/engine';
import type { DatabaseEngine } from './engine';
import { mongodbEngine } from './mongodb/engine';
import { mysqlEngine } from './mysql/engine';
import { postgresEngine } from './postgres/engine';

const engines: Readonly<Record<EngineName, DatabaseEngine>> = {
  postgres: postgresEngine,
  mysql: mysqlEngine,
  mariadb: mysqlEngine,
  mongodb: mongodbEngine,
};

/** What simulates migrations of the engine of this name. */
export function databaseEngine(name: EngineName): DatabaseEngine {
  return engines[name];
}
