import type { Node } from '@babel/types';
import type { Machine } from '../native';
import { constantText } from '../text';
import type { Place, Value } from '../value';
import { bare, nodesOf } from './nodes';
import type { ShellText } from './write';

/**
 * Names that `db.<name>` does not take for a collection, since the shell's own database object has them (mongosh's manual, "Database
 * Methods"); those go through getCollection.
 */
const ownNames = new Set([
  ...['adminCommand', 'aggregate', 'auth', 'changeUserPassword', 'cloneDatabase', 'commandHelp', 'copyDatabase', 'createCollection'],
  ...['createEncryptedCollection', 'createRole', 'createUser', 'createView', 'currentOp', 'dropAllRoles', 'dropAllUsers', 'dropDatabase'],
  ...['dropRole', 'dropUser', 'enableFreeMonitoring', 'disableFreeMonitoring', 'fsyncLock', 'fsyncUnlock', 'getCollection'],
  ...['getCollectionInfos', 'getCollectionNames', 'getLastError', 'getLastErrorObj', 'getLogComponents', 'getMongo', 'getName'],
  ...['getProfilingLevel', 'getProfilingStatus', 'getReplicationInfo', 'getRole', 'getRoles', 'getSiblingDB', 'getUser', 'getUsers'],
  ...['grantPrivilegesToRole', 'grantRolesToRole', 'grantRolesToUser', 'hello', 'help', 'hostInfo', 'isMaster', 'killOp', 'listCommands'],
  ...['logout', 'printCollectionStats', 'printReplicationInfo', 'printSecondaryReplicationInfo', 'printShardingStatus', 'removeUser'],
  ...['revokePrivilegesFromRole', 'revokeRolesFromRole', 'revokeRolesFromUser', 'rotateCertificates', 'runCommand', 'serverBits'],
  ...['serverBuildInfo', 'serverCmdLineOpts', 'serverStatus', 'setLogLevel', 'setProfilingLevel', 'setSecondaryOk', 'shutdownServer'],
  ...['sql', 'stats', 'updateRole', 'updateUser', 'version', 'watch', 'constructor', 'toString', 'valueOf', 'hasOwnProperty'],
  ...['createCollectionName', 'getFreeMonitoringStatus', 'checkMetadataConsistency', 'on', 'once', 'emit', 'then'],
]);

/** Whether `db.<name>` is that collection. */
export function isShellName(name: string): boolean {
  return /^[A-Za-z][\w$]*$/.test(name) && !ownNames.has(name);
}

/** `db.users`, `db.getCollection("a-b")`, `db.getCollection(${name})`, behind the words for its database. */
export function writeCollection(text: ShellText, database: (text: ShellText) => void, name: Value, site: Place): void {
  database(text);
  const constant = constantText(name);
  if (name.kind === 'text' && constant !== undefined && isShellName(constant)) {
    text.add('.');
    text.pieces.push(...name.pieces);
  } else text.add('.getCollection(').value(name, site).add(')');
}

/** What a call's result is called: the variable that it is put in; undefined where it is none. */
export function variableOf(machine: Machine, place: Place): string | undefined {
  const nodes = nodesOf(machine.code(place.path));
  let node: Node | undefined = nodes.at(place.span.start, place.span.end);
  for (let depth = 0; node !== undefined && depth < 12; depth++) {
    const parent: Node | undefined = nodes.parent(node);
    if (parent === undefined) return undefined;
    if (parent.type === 'VariableDeclarator') return parent.init === node && parent.id.type === 'Identifier' ? parent.id.name : undefined;
    if (parent.type === 'AssignmentExpression')
      return parent.right === node && parent.left.type === 'Identifier' ? parent.left.name : undefined;
    const passesOn = parent.type === 'AwaitExpression' || parent.type === 'MemberExpression' || parent.type === 'CallExpression';
    if (!passesOn && bare(parent) !== bare(node)) return undefined;
    // `a.find().toArray()` gives its name to what it gives, `f(a.find())` does not.
    if (parent.type === 'CallExpression' && parent.callee !== node) return undefined;
    node = parent;
  }
  return undefined;
}
