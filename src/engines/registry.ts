import type { EngineName } from '../model/engine';
import type { DatabaseEngine } from './engine';
import { mongodbEngine } from './mongodb/engine';
import { mysqlEngine } from './mysql/engine';
import { postgresEngine } from './postgres/engine';

const engines: readonly DatabaseEngine[] = [postgresEngine, mysqlEngine, mongodbEngine];

/** The engine of this name; undefined where migrations of it can't be simulated. */
export function databaseEngine(name: EngineName): DatabaseEngine | undefined {
  return engines.find(({ names }) => names.includes(name));
}
