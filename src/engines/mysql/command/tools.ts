import { commandCarrier, recordCommand } from '../../command/carrier';
import type { CommandKind } from '../../command/driver';
import type { CommandTools } from '../../command/tools';
import { withControlClient } from '../connect';
import { mysqlDialect } from '../execution/dialect';
import type { MysqlWire } from '../execution/types';
import { commandEnvironment, connectionUrl } from './environment';
import { builtInFunctions, historyWriting, readHistoryTables } from './history';
import { tokenizeAny, withoutDatabase, withValues } from './parameters';

const kind: CommandKind<MysqlWire> = {
  dialect: mysqlDialect,
  reader: {
    asked: ({ connection, protocol, texts, values }) => ({
      connection: connection.number,
      protocol,
      texts: texts.map((text) => withoutDatabase(text, connection.database)),
      sent: texts.map((text) => {
        const written = protocol === 'prepared' ? withValues(text, values) : text;
        return written && withoutDatabase(written, connection.database);
      }),
    }),
    // The server does not say what it did; of one text the first word does.
    answered: ({ texts }, { results, status }) => ({ tags: results.map(() => verbOf(texts[0] ?? '')), status }),
    connectionOf: ({ connection }) => connection,
  },
  tokenize: tokenizeAny,
  connectionUrl,
  environment: commandEnvironment,
};

function verbOf(text: string): string {
  return (
    tokenizeAny(text.slice(0, 1000))
      .find(({ kind: token }) => token === 'word')
      ?.word.toUpperCase() ?? ''
  );
}

/** Real tools on MySQL and MariaDB. */
export const mysqlCommands: CommandTools = {
  record: (command, address, signal) => recordCommand(kind, command, address, signal),
  carrier: (known) => commandCarrier(kind, known),
  readHistoryTables: (address, names) => withControlClient(address, (client) => readHistoryTables(client, names)),
  builtInFunctions: (address, names) => withControlClient(address, (client) => builtInFunctions(client, names)),
  writing: historyWriting,
};
