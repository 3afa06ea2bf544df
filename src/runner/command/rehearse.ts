import type { Carrier } from '../../engines/carrier';
import type { Recording } from '../../engines/command/carrier';
import type { Command } from '../../engines/command/driver';
import type { HistoryTable, HistoryWriting } from '../../engines/command/history';
import type { CommandTools } from '../../engines/command/tools';
import { shorten } from '../../faults/story';
import { knownHistoryTables, toolOfCommand, toolOfTable } from '../../frameworks/command-history';
import { relationKey } from '../../model/catalog';
import { type Engine, engineDisplayName } from '../../model/engine';
import type { Migration, Statement } from '../../model/migration';
import type { BuiltInFramework, RunProtocol } from '../../model/run-protocol';
import { withoutPasswords } from '../../model/secrets';
import { tokenize } from '../../parse/postgres/lexer';
import type { CommandRequest } from '../../protocol/simulation';
import { SimulationFailure } from '../failure';
import type { Laboratory } from '../laboratory';
import { outsideRefusal } from '../outside';
import { databaseBefore, type RowChoice, type StateBefore } from '../trace';
import { type ClassifiedRequest, calledFunctions, classify, type Surroundings, statementsOf, textOf } from './classify';
import { type HistoryChange, historyChange } from './history-change';
import { seenProgram } from './program';
import { seenProtocol } from './protocol';

/** A command as something that can be simulated: what it was seen to do, and how it is run again. */
export interface RehearsedCommand {
  readonly framework: BuiltInFramework;
  readonly migration: Migration;
  readonly carrier: Carrier;
}

/** The database in the state before, and what is run in it. */
export interface PreparedCommand extends StateBefore {
  readonly subject: RehearsedCommand;
}

/** What is known of a command beforehand. */
export interface KnownOfCommand {
  /** How it is told, where it is more than a command to its user. */
  readonly title?: Pick<Migration, 'id' | 'title' | 'framework'> & { readonly tool: string };
  /** What it is going to do, as far as it could be read. */
  readonly meant?: readonly Statement[];
}

/**
 * Makes the state before in a database of its own, and finds out what the command does in it. The caller drops the database.
 * Throws a SimulationFailure when the command does not reach the database, or has nothing to do.
 */
export async function prepareCommand(
  laboratory: Laboratory,
  request: CommandRequest,
  engine: Engine,
  groundwork: string,
  rows: RowChoice,
  known: KnownOfCommand = {},
): Promise<PreparedCommand> {
  if (request.before !== undefined) await runBefore(laboratory, { ...request, text: request.before }, groundwork);
  const tables = await historyTables(laboratory, groundwork, request);
  // Also those that the tool has yet to make: what it looks for there are no rows of the user's.
  const excluded = [...tables.map(relationKey), ...historyNames(request)];
  const meant = [...(known.meant ?? []), ...(await seenBeforehand(laboratory, request, engine, groundwork))];
  const state = await databaseBefore(laboratory, groundwork, excluded, rows, meant);
  try {
    return { subject: await rehearse(laboratory, request, engine, state.beforeDatabase, known.title), ...state };
  } catch (error) {
    await laboratory.drop(state.beforeDatabase);
    throw error;
  }
}

/**
 * What the command sends to the groundwork alone, where rows have to be such as it will look for. Whatever goes wrong there may be for want of
 * rows: it is told when it happens with them.
 */
async function seenBeforehand(laboratory: Laboratory, command: Command, engine: Engine, groundwork: string): Promise<readonly Statement[]> {
  if (laboratory.engine.rowsFollowMigration !== true) return [];
  return laboratory.withClone(groundwork, async (database) => {
    const { requests } = await commandsOf(laboratory).record(command, laboratory.sandbox.address(database), laboratory.signal);
    return requests.flatMap((request) => statementsOf(request, engine));
  });
}

/** The user's own way to the state before. */
async function runBefore(laboratory: Laboratory, command: Command, database: string): Promise<void> {
  const guarded = { ...command, refusal: outsideRefusal(laboratory) };
  const recording = await commandsOf(laboratory).record(guarded, laboratory.sandbox.address(database), laboratory.signal);
  assertReached(command, recording);
  const { error } = recording.outcome;
  if (error !== undefined)
    throw new SimulationFailure(
      `The command that makes the state before fails: ${error.message}. Command: ${shownCommand(command)}`,
      error.code,
    );
}

/**
 * Runs the command once in a clone of the state before, and makes a migration, its plan and its protocol of what it sends.
 * Throws a SimulationFailure when it does not reach the database, or has nothing to do.
 */
async function rehearse(
  laboratory: Laboratory,
  request: CommandRequest,
  engine: Engine,
  beforeDatabase: string,
  title: KnownOfCommand['title'],
): Promise<RehearsedCommand> {
  const command: Command = { text: request.text, directory: request.directory, refusal: outsideRefusal(laboratory) };
  const before = await historyTables(laboratory, beforeDatabase, request);
  return laboratory.withClone(beforeDatabase, async (database) => {
    const recording = await commandsOf(laboratory).record(command, laboratory.sandbox.address(database), laboratory.signal);
    assertReached(command, recording);
    const after = await historyTables(laboratory, database, request);
    const commands = commandsOf(laboratory);
    const changes = changesOf(before, after, request, commands.writing);
    const functions = await commands.builtInFunctions(laboratory.sandbox.address(database), calledFunctions(recording.requests, engine));
    const succeeded = recording.outcome.result === 'success';
    const classified = classify(recording.requests, surroundingsOf(changes, functions), succeeded, engine);
    if (!classified.some(({ role }) => role === 'statements')) throw nothingToDo(command, recording, title !== undefined);
    const tool = title?.tool ?? toolName(command, changes);
    const { program, steps, known } = seenProgram(classified, `that is how ${tool} was seen to run it`, engine);
    const protocol = seenProtocol({ tool, steps, changes, schemas: madeSchemas(classified, changes), setup: setupOf(classified, changes) });
    const shown = shownCommand(command);
    const { id, title: name, framework } = title ?? { id: shown, title: shown, framework: 'command' };
    const migration: Migration = { id, title: name, framework, engine, up: program };
    return {
      framework: { ...frameworkOf(tool, protocol), name: framework },
      migration,
      carrier: commands.carrier({ command, known, undisturbedMs: recording.durationMs, migration, protocol }),
    };
  });
}

function commandsOf({ engine, sandbox }: Laboratory): CommandTools {
  if (engine.command === undefined)
    throw new SimulationFailure(`Commands on ${engineDisplayName(sandbox.engine.name)} can't be simulated: only migration files can.`);
  return engine.command;
}

function frameworkOf(tool: string, run: RunProtocol): BuiltInFramework {
  return {
    name: 'command',
    displayName: tool,
    detect: () => 0,
    read: () => [],
    run: () => run,
    placeDown: () => ({ kind: 'unsupported', why: 'A command has no file that a rollback could be written to.' }),
  };
}

async function historyTables(laboratory: Laboratory, database: string, request: CommandRequest): Promise<readonly HistoryTable[]> {
  return commandsOf(laboratory).readHistoryTables(laboratory.sandbox.address(database), historyNames(request));
}

function historyNames({ historyTables }: CommandRequest): readonly string[] {
  return [...knownHistoryTables().keys(), ...historyTables];
}

function changesOf(
  before: readonly HistoryTable[],
  after: readonly HistoryTable[],
  request: CommandRequest,
  writing: HistoryWriting,
): readonly HistoryChange[] {
  const known = knownHistoryTables();
  return after.map((table) => {
    const earlier = before.find(({ schema, name }) => schema === table.schema && name === table.name);
    const named = request.historyTables.some((name) => name === table.name || name === `${table.schema}.${table.name}`);
    const role = known.get(table.name)?.role ?? (named && /lock$/i.test(table.name) ? 'lock' : 'history');
    return historyChange(earlier, table, role, known.get(table.name)?.incidental, writing);
  });
}

function surroundingsOf(changes: readonly HistoryChange[], builtIn: ReadonlySet<string>): Surroundings {
  const find = (schema: string | undefined, name: string) =>
    changes.find(({ table }) => table.name === name && (schema === undefined || table.schema === schema));
  return {
    // A tool may drop its table again, or make an index on it: the name alone is not always that of a table that is there.
    tableRole: ({ schema, name }) => find(schema, name)?.role,
    isToolSchema: (name) => isOwnSchema(name) && changes.some(({ table }) => table.schema === name),
    isBuiltIn: (name) => builtIn.has(name),
  };
}

function setupOf(classified: readonly ClassifiedRequest[], changes: readonly HistoryChange[]): ReadonlyMap<string, readonly string[]> {
  const texts = classified.filter(({ role }) => role === 'setup').map(({ request }) => textOf(request).trim().replace(/;?$/, ';'));
  return new Map(
    changes.map(({ key, table }) => [
      key,
      texts.filter(
        (text) => names(text, table.name) || (/\bschema\b/i.test(text) && isOwnSchema(table.schema) && names(text, table.schema)),
      ),
    ]),
  );
}

/** The command as it may be shown: an address in it may hold a password. */
export function shownCommand({ text }: Pick<Command, 'text'>): string {
  return withoutPasswords(text);
}

/** Does the text hold this name as a whole word? */
function names(text: string, name: string): boolean {
  return tokenize(text).some(({ start, end }) => text.slice(start, end).replace(/["`]/g, '') === name);
}

/** Schemas that the tool makes for its tables. */
function madeSchemas(classified: readonly ClassifiedRequest[], changes: readonly HistoryChange[]): readonly string[] {
  const setup = classified.filter(({ role }) => role === 'setup').map(({ request }) => textOf(request));
  const schemas = new Set(changes.map(({ table }) => table.schema).filter(isOwnSchema));
  return [...schemas].filter((schema) => setup.some((text) => /^\s*create\s+schema\b/i.test(text) && names(text, schema)));
}

/** The tool's name for sentences: from its words, else from its tables. */
function toolName(command: Command, changes: readonly HistoryChange[]): string {
  const owners = changes
    .filter(({ isNew, added, removed }) => isNew || added.length + removed.length > 0)
    .flatMap(({ table }) => toolOfTable(table.name) ?? []);
  return toolOfCommand(command.text)?.name ?? owners[0] ?? 'The tool';
}

/** What shells, npx and Node.js say when a program or a package is missing. A module of the user's own, which has a path, is another matter. */
const notInstalled =
  /command not found|^(?:\/bin\/)?sh: (?:\d+: )?[^:]+: not found|is not recognized as an internal or external command|npx canceled due to missing packages|could not determine executable to run|Cannot find (?:module|package) '[^./]/m;

function assertReached(command: Command, { requests, outcome }: Recording): void {
  if (requests.length > 0) return;
  const tool = toolOfCommand(command.text);
  const advice =
    tool === undefined ? 'Write {url} where the address belongs, or let the tool read DATABASE_URL' : `For ${tool.name}: ${tool.configure}`;
  const said = outcome.error === undefined ? '' : ` It said: ${shorten(outcome.error.message, 160).replace(/[.?!\s]*$/, '')}.`;
  if (notInstalled.test(outcome.error?.message ?? '')) {
    throw new SimulationFailure(
      `The command could not start: something that it calls is not installed here.${said} Install it (in a project of Node.js: npm install), then try again.`,
    );
  }
  throw new SimulationFailure(
    `The command never reached the sandbox: it did not use {url}, DATABASE_URL or the PG* variables. ${advice}.${said}`,
  );
}

/** @param isFile a migration's file was named, and the command that runs it is ours. */
function nothingToDo(command: Command, { requests, outcome }: Recording, isFile: boolean): SimulationFailure {
  if (outcome.error !== undefined)
    return new SimulationFailure(
      `The ${isFile ? 'migration' : 'command'} fails before it changes anything: ${outcome.error.message}`,
      outcome.error.code,
    );
  if (isFile)
    return new SimulationFailure(
      'The migration changes nothing: it was run on generated data, and sent no request that writes. There is nothing that could fail half way. ' +
        'If it should write, look at what it searches for, and whether an earlier migration, or the state before that was given, makes it.',
    );
  return new SimulationFailure(
    `The command changes nothing in the database: none of its ${requests.length} requests is a migration's. ` +
      `Is there a pending migration where \`${shownCommand(command)}\` looks for it, and is its history table one that --history-table names?`,
  );
}

/** A schema that a tool may have made; not the one where everything is. */
function isOwnSchema(name: string): boolean {
  return name !== 'public' && name !== '';
}
