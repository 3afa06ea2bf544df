import { commandCarrier, recordCommand } from '../../command/carrier';
import type { CommandKind } from '../../command/driver';
import type { CommandTools } from '../../command/tools';
import { connectionUrl } from '../connect';
import { mongodbDialect } from '../execution/dialect';
import type { MongodbWire } from '../execution/types';
import { commandEnvironment } from './environment';
import { readHistoryTables } from './history';
import { mongodbReader } from './reader';
import { tokenizeShell } from './tokens';
import { historyWriting } from './writing';

const kind: CommandKind<MongodbWire> = {
  dialect: mongodbDialect,
  reader: mongodbReader,
  tokenize: tokenizeShell,
  connectionUrl,
  environment: commandEnvironment,
};

/** Real tools on MongoDB, and the migrations that the runner's own process carries out. */
export const mongodbCommands: CommandTools = {
  record: (command, address, signal) => recordCommand(kind, command, address, signal),
  carrier: (known) => commandCarrier(kind, known),
  readHistoryTables,
  // No function of a user's runs in a command.
  builtInFunctions: async (_, names) => new Set(names),
  writing: historyWriting,
};
