import type { Node } from '@pgsql/types';
import { all, as, type NodeOf, strings, walk } from '../../parse/postgres/operations/nodes';
import type { Reach } from './reach';

/** Functions that write files of the server's machine: wherever they are told to, for a superuser (manual, "Server-Side Functions", "adminpack"). */
const fileWriters = new Set(['lo_export', 'pg_file_write', 'pg_file_rename', 'pg_file_unlink']);

/** Functions of dblink that open a connection, or use one. */
const connecting = new Set(['dblink', 'dblink_connect', 'dblink_connect_u', 'dblink_exec', 'dblink_open', 'dblink_send_query']);

export const reachingFunctions: ReadonlySet<string> = new Set([...fileWriters, ...connecting]);

/** Languages in which a function does what the server's user may do (manual, "CREATE LANGUAGE", TRUSTED). C is looked at by its library. */
const untrusted = new Set([
  'plpythonu',
  'plpython2u',
  'plpython3u',
  'plperlu',
  'pltclu',
  'plsh',
  'pljavau',
  'javau',
  'plr',
  'plrustu',
  'plluau',
]);

/** Settings that name a program to run, or a place to write to, whatever the data directory is. */
const settings = new Set([
  ...['archive_command', 'archive_cleanup_command', 'restore_command', 'recovery_end_command', 'ssl_passphrase_command'],
  ...['log_directory', 'external_pid_file', 'unix_socket_directories', 'primary_conninfo', 'stats_temp_directory'],
]);

export function functionReach({ funcname, args }: NodeOf<'FuncCall'>): Reach | undefined {
  const name = strings(funcname).at(-1) ?? '';
  if (fileWriters.has(name)) return { whose: 'machine', does: name === 'pg_file_unlink' ? 'removes a file' : 'writes a file' };
  if (!connecting.has(name)) return undefined;
  let isFar = false;
  walk(args, (kind, content) => {
    const text = kind === 'A_Const' ? (content as NodeOf<'A_Const'>).sval?.sval : undefined;
    if (text !== undefined && namesOtherHost(text)) isFar = true;
  });
  // Without a host it is whatever server answers on that machine.
  return { whose: isFar ? 'network' : 'machine', does: 'connects to another server' };
}

/** `host=db.example.com dbname=x`, `postgres://db.example.com/x` (manual, libpq, "Connection Strings"). */
function namesOtherHost(text: string): boolean {
  const [, host] = /^\s*postgres(?:ql)?:\/\/(?:[^@/]*@)?([^/?,]*)/i.exec(text) ?? /\bhost(?:addr)?\s*=\s*'?([^\s',]*)/i.exec(text) ?? [];
  return host !== undefined && host !== '' && !/^(localhost|127\.[\d.]+|\[?::1\]?|\/.*|%2f.*)(:\d+)?$/i.test(host);
}

export function languageReach(language: string): Reach | undefined {
  return untrusted.has(language) ? { whose: 'machine', does: `holds code in ${language}, which may do anything that you may` } : undefined;
}

/** A library of the server's own installation is part of the server. */
export function libraryReach(file: string | undefined): Reach | undefined {
  if (file === undefined || !file.includes('/')) return undefined;
  if (file.startsWith('$libdir/') && !file.includes('..')) return undefined;
  return { whose: 'machine', does: 'loads code from a file' };
}

export function settingReach(set: NodeOf<'VariableSetStmt'> | undefined): Reach | undefined {
  if (set?.kind !== 'VAR_SET_VALUE' || !settings.has(set.name?.toLowerCase() ?? '')) return undefined;
  const isEmpty = (set.args ?? []).every((value) => (as(value, 'A_Const')?.sval?.sval ?? '') === '');
  return isEmpty ? undefined : { whose: 'machine', does: `has the server use what ${set.name} names` };
}

const subscribes: Reach = { whose: 'network', does: 'has to do with the replication slot of another server' };

/** Without a connection and without a slot it is a row of the catalog, to the end (manual, "CREATE SUBSCRIPTION", connect, slot_name). */
export function subscriptionReach(kind: string, content: unknown): Reach | undefined {
  const { options, kind: change } = content as NodeOf<'AlterSubscriptionStmt'>;
  const slot = optionValue(options, 'slot_name');
  if (kind === 'CreateSubscriptionStmt') return isOff(optionValue(options, 'connect')) && slot === 'none' ? undefined : subscribes;
  if (change === 'ALTER_SUBSCRIPTION_OPTIONS' || change === undefined)
    return slot === undefined || slot === 'none' ? undefined : subscribes;
  const enabled = optionValue(options, 'enabled');
  return change === 'ALTER_SUBSCRIPTION_SKIP' || (change === 'ALTER_SUBSCRIPTION_ENABLED' && isOff(enabled)) ? undefined : subscribes;
}

function optionValue(options: readonly Node[] | undefined, name: string): string | undefined {
  const option = all(options, 'DefElem').find(({ defname }) => defname === name);
  if (option === undefined) return undefined;
  const { arg } = option;
  const [typeName] = strings(as(arg, 'TypeName')?.names);
  return String(as(arg, 'String')?.sval ?? as(arg, 'Boolean')?.boolval ?? as(arg, 'Integer')?.ival ?? typeName ?? false).toLowerCase();
}

function isOff(value: string | undefined): boolean {
  return value !== undefined && ['false', 'off', 'no', '0', 'f', 'n'].includes(value);
}
