import { isAbsolute, join } from 'node:path';
import type { ExecutionOutcome } from '../engines/carrier';
import type { Command } from '../engines/command/driver';
import { harnessCommand } from '../engines/mongodb/harness-command';
import type { Engine } from '../model/engine';
import type { Migration, Statement } from '../model/migration';
import type { CommandRequest } from '../protocol/simulation';
import { type PreparedCommand, prepareCommand } from './command/rehearse';
import type { Laboratory } from './laboratory';
import { placesOf } from './places';
import type { HarnessedFramework } from './subject';
import type { RowChoice } from './trace';

/** A migration in code, and where it lies. */
export interface HarnessedMigration {
  readonly framework: HarnessedFramework;
  /** Absolute. */
  readonly folder: string;
  readonly migration: Migration;
}

/** Runs a migration's code once, undisturbed. Rejects when the process can't be run. */
export async function runInHarness(laboratory: Laboratory, database: string, subject: HarnessedMigration): Promise<ExecutionOutcome> {
  const { command } = laboratory.engine;
  if (command === undefined) throw new Error(`Code can't be run against ${laboratory.sandbox.label}.`);
  const { outcome } = await command.record(commandOf(subject), laboratory.sandbox.address(database), laboratory.signal);
  return outcome;
}

/**
 * Makes the state before in a database of its own, and finds out what the migration's code sends. It is then told as the file's migration:
 * its statements are what was sent, with their places in the file where these can be told. The caller drops the database.
 */
export async function prepareHarnessed(
  laboratory: Laboratory,
  subject: HarnessedMigration,
  engine: Engine,
  groundwork: string,
  rows: RowChoice,
): Promise<PreparedCommand> {
  const { framework, migration } = subject;
  const request: CommandRequest = { ...commandOf(subject), historyTables: [] };
  const title = { id: migration.id, title: migration.title, framework: framework.name, tool: framework.displayName };
  const prepared = await prepareCommand(laboratory, request, engine, groundwork, rows, { title, meant: migration.up.statements });
  const seen = prepared.subject.migration;
  const statements = inFile(seen.up.statements, migration);
  return {
    ...prepared,
    subject: { ...prepared.subject, migration: { ...seen, up: { ...seen.up, path: migration.up.path, statements } } },
  };
}

function inFile(sent: readonly Statement[], { up }: Migration): readonly Statement[] {
  const places = placesOf(sent, up.statements);
  return sent.map((statement, position) => {
    const range = places[position];
    return range === undefined ? statement : { ...statement, range };
  });
}

function commandOf({ framework, folder, migration }: HarnessedMigration): Command {
  const { path } = migration.up;
  return {
    text: harnessCommand({ framework: framework.harness, direction: 'up', files: [isAbsolute(path) ? path : join(folder, path)] }),
    directory: folder,
  };
}
