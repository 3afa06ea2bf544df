import type { EngineName } from '../model/engine';
import { mongodbServer } from './mongodb/engine';
import { mariadbServer, mysqlServer } from './mysql/engine';
import { postgresServer } from './postgres/engine';
import type { ServerEngine } from './server-engine';

/** The engines that sandboxes can be had of. One more is a line here. */
const all: Readonly<Record<EngineName, ServerEngine>> = {
  postgres: postgresServer,
  mysql: mysqlServer,
  mariadb: mariadbServer,
  mongodb: mongodbServer,
};

export function serverEngine(name: EngineName): ServerEngine {
  return all[name];
}

export function allServerEngines(): readonly ServerEngine[] {
  return Object.values(all);
}
