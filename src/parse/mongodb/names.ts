import type { CollectionName } from '../../model/document';

/** Names as mongosh text has them. */

/** `db.users`, `db.getCollection("a-b")`, `db.getSiblingDB("x").users`; a name alone is a collection of the migration's own database. */
export function writeCollection(collection: CollectionName | string): string {
  const { name, database }: CollectionName = typeof collection === 'string' ? { name: collection } : collection;
  const owner = writeDatabase(database);
  if (name === undefined) return `${owner}.getCollection(\${collection})`;
  return isPlain(name) ? `${owner}.${name}` : `${owner}.getCollection(${writeText(name)})`;
}

/** `db`, or `db.getSiblingDB("x")` for another than the migration's own. */
export function writeDatabase(database: string | undefined): string {
  return database === undefined ? 'db' : `db.getSiblingDB(${writeText(database)})`;
}

/** A field's name, quoted only where it must be. What is a hole as a whole stands as a computed name. */
export function writeFieldName(name: string): string {
  if (/^\$\{[^{}]*\}$/.test(name)) return `[${name}]`;
  if (name === '__proto__') return '["__proto__"]';
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** A string; `${` in it does not become a hole. */
export function writeText(text: string): string {
  return JSON.stringify(text).replaceAll('${', '\\u0024{');
}

/** mongosh makes a collection of any property of `db` that it does not know and that does not begin with an underscore. */
function isPlain(name: string): boolean {
  return /^[A-Za-z$][\w$]*$/.test(name) && !ownNames.has(name) && !(name in {});
}

/** What `db` has itself, in mongosh (its help) or in the driver. */
const ownNames: ReadonlySet<string> = new Set(
  [
    'getMongo getName getCollectionNames getCollectionInfos runCommand adminCommand aggregate getSiblingDB getCollection dropDatabase',
    'createUser updateUser changeUserPassword logout dropUser dropAllUsers auth grantRolesToUser revokeRolesFromUser getUser getUsers',
    'createCollection createEncryptedCollection createView createRole updateRole dropRole dropAllRoles grantRolesToRole getRole getRoles',
    'revokeRolesFromRole grantPrivilegesToRole revokePrivilegesFromRole currentOp killOp shutdownServer fsyncLock fsyncUnlock version',
    'serverBits isMaster hello serverBuildInfo serverStatus stats hostInfo serverCmdLineOpts rotateCertificates printCollectionStats',
    'getProfilingStatus setProfilingLevel setLogLevel getLogComponents commandHelp listCommands getLastErrorObj getLastError watch sql help',
    'printShardingStatus printSecondaryReplicationInfo getReplicationInfo printReplicationInfo printSlaveReplicationInfo setSecondaryOk',
    'checkMetadataConsistency command collection collections listCollections admin renameCollection createIndex dropCollection databaseName',
    'toJSON asPrintable shellApiType',
  ].flatMap((line) => line.split(' ')),
);
