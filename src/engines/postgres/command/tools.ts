import { tokenize } from '../../../parse/postgres/lexer';
import { commandCarrier, recordCommand } from '../../command/carrier';
import type { CommandKind } from '../../command/driver';
import type { CommandTools } from '../../command/tools';
import { withControlClient } from '../connect';
import { postgresDialect } from '../execution/dialect';
import type { PostgresWire } from '../execution/types';
import { commandEnvironment, connectionUrl } from './environment';
import { builtInFunctions, historyWriting, readHistoryTables } from './history';
import { withValues } from './parameters';

const kind: CommandKind<PostgresWire> = {
  dialect: postgresDialect,
  reader: {
    asked: ({ connection, protocol, texts, values }) => ({
      connection: connection.number,
      protocol,
      texts: [...texts],
      sent: texts.map((text, position) => (protocol === 'extended' ? withValues(text, values[position]) : text)),
    }),
    answered: (_request, { results, status }) => ({ tags: results.map(({ tag }) => tag), status }),
    connectionOf: ({ connection }) => connection,
  },
  tokenize,
  connectionUrl,
  environment: commandEnvironment,
};

/** Real tools on PostgreSQL. */
export const postgresCommands: CommandTools = {
  record: (command, address, signal) => recordCommand(kind, command, address, signal),
  carrier: (known) => commandCarrier(kind, known),
  readHistoryTables: (address, names) => withControlClient(address, (client) => readHistoryTables(client, names)),
  builtInFunctions: (address, names) => withControlClient(address, (client) => builtInFunctions(client, names)),
  writing: historyWriting,
};
