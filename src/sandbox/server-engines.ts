import type { EngineName } from '../model/engine';
import { mongodbServer } from './mongodb/engine';
import { mariadbServer, mysqlServer } from './mysql/engine';
import { postgresServer } from './postgres/engine';
import type { ServerEngine } from './server-engine';

/** The engines that sandboxes can be had of. One more is a line here. */
const all: readonly ServerEngine[] = [postgresServer, mysqlServer, mariadbServer, mongodbServer];

/** Undefined for an engine that no sandbox can be had of. */
export function serverEngine(name: EngineName): ServerEngine | undefined {
  return all.find((each) => each.name === name);
}

export function allServerEngines(): readonly ServerEngine[] {
  return all;
}
