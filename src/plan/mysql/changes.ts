import { type Engine, isAtLeast } from '../../model/engine';
import type { CostClass, TableWork } from '../../model/plan';

/** How the server does one thing to a table. */
export type Way = Pick<TableWork, 'algorithm' | 'lock' | 'rebuilds'> & { readonly cost: CostClass };

/** Only the definition changes, without a look at the rows. */
const instant: Way = { algorithm: 'INSTANT', lock: 'NONE', rebuilds: false, cost: 'metadata' };
const instantAlone: Way = { ...instant, lock: 'EXCLUSIVE' };
/** The same for the rows, by another word. */
const inplaceMetadata: Way = { algorithm: 'INPLACE', lock: 'NONE', rebuilds: false, cost: 'metadata' };
const nocopyMetadata: Way = { ...inplaceMetadata, algorithm: 'NOCOPY' };
const inplaceBuild: Way = { algorithm: 'INPLACE', lock: 'NONE', rebuilds: false, cost: 'build' };
const nocopyBuild: Way = { ...inplaceBuild, algorithm: 'NOCOPY' };
const inplaceLockedBuild: Way = { ...inplaceBuild, lock: 'SHARED' };
const nocopyLockedBuild: Way = { ...nocopyBuild, lock: 'SHARED' };
const rebuild: Way = { algorithm: 'INPLACE', lock: 'NONE', rebuilds: true, cost: 'rewrite' };
const lockedRebuild: Way = { ...rebuild, lock: 'SHARED' };
const copy: Way = { algorithm: 'COPY', lock: 'SHARED', rebuilds: true, cost: 'rewrite' };

/** By engine where they differ. */
type Ways = Way | { readonly mysql: Way; readonly mariadb: Way };

/**
 * What can be done to a table, and how MySQL 8.0, 8.4 and 9 and MariaDB 10.6, 10.11 and 11 do it with InnoDB. Sources: the manual of MySQL,
 * "Online DDL Operations" (15.12.1 in 8.0); MariaDB's "InnoDB Online DDL Operations". `test/docker/mysql/claims` asks the servers: it sends each
 * with every ALGORITHM= and LOCK=. A series is its newest release, so what came with 8.0.29 holds for 8.0.
 */
const ways = {
  'add column': instant,
  'add virtual column': instant,
  'add stored column': copy,
  'add auto-increment column': lockedRebuild,
  'add column with computed default': { mysql: copy, mariadb: instant },
  'add column with varying default': copy,
  'add checked column': { mysql: copy, mariadb: instant },
  'drop column': instant,
  'drop virtual column': instant,
  'drop column of an index': { mysql: rebuild, mariadb: nocopyMetadata },
  'drop column of a longer index': rebuild,
  'rename column': instant,
  'rename referenced column': { mysql: inplaceMetadata, mariadb: instant },
  'column default': instant,
  'column visibility': instant,
  'column comment': instant,
  'nothing of the column': instant,
  'widen text': { mysql: inplaceMetadata, mariadb: instant },
  'append value': instant,
  'change type': copy,
  'change charset': copy,
  'widen charset': { mysql: inplaceMetadata, mariadb: instant },
  'widen charset of an indexed column': { mysql: copy, mariadb: instant },
  'change collation': { mysql: inplaceMetadata, mariadb: instant },
  'change collation of an indexed column': { mysql: copy, mariadb: nocopyBuild },
  'set not null': rebuild,
  'drop not null': rebuild,
  'add auto-increment': copy,
  'remove auto-increment': { mysql: copy, mariadb: instant },
  'move column': { mysql: rebuild, mariadb: instant },
  'move virtual column': { mysql: instant, mariadb: copy },
  'virtual column beside others': copy,
  'change virtual expression': { mysql: copy, mariadb: instant },
  'change stored expression': copy,
  'add index': { mysql: inplaceBuild, mariadb: nocopyBuild },
  'add expression index': { mysql: inplaceLockedBuild, mariadb: nocopyLockedBuild },
  'add first fulltext index': { ...lockedRebuild, cost: 'rewrite' },
  'add fulltext index': { mysql: inplaceLockedBuild, mariadb: nocopyLockedBuild },
  'add spatial index': { mysql: inplaceLockedBuild, mariadb: nocopyLockedBuild },
  'drop index': { mysql: inplaceMetadata, mariadb: nocopyMetadata },
  'rename index': { mysql: inplaceMetadata, mariadb: instant },
  'index visibility': { mysql: inplaceMetadata, mariadb: instant },
  'add primary key': rebuild,
  'exchange primary key': rebuild,
  'drop primary key': copy,
  'add foreign key': copy,
  'add unchecked foreign key': { mysql: inplaceMetadata, mariadb: instant },
  'add unchecked foreign key with its index': { mysql: inplaceBuild, mariadb: nocopyBuild },
  'drop foreign key': { mysql: inplaceMetadata, mariadb: instant },
  'add check': copy,
  'add check not enforced': instant,
  'drop check': instant,
  'enforce check': copy,
  'stop enforcing check': instant,
  'rename table': instantAlone,
  'same charset': { mysql: inplaceMetadata, mariadb: instant },
  'table definition': { mysql: inplaceMetadata, mariadb: instant },
  'rebuild table': rebuild,
  'other engine': copy,
  'add system versioning': copy,
  'drop system versioning': lockedRebuild,
  'sort table': copy,
  partition: copy,
  'add partition': inplaceMetadata,
  'add hash partition': lockedRebuild,
  'drop partition': inplaceMetadata,
  'exchange partition': { ...instantAlone, cost: 'scan' },
  'exchange partition unchecked': instantAlone,
  'rebuild partition': lockedRebuild,
} as const satisfies Readonly<Record<string, Ways>>;

export type Change = keyof typeof ways;

/** All of them, for tests. */
export const allChanges = Object.keys(ways) as readonly Change[];

/** How this version makes a change of an InnoDB table. */
export function wayOf(change: Change, engine: Engine): Way {
  const found: Ways = ways[change];
  const way = 'algorithm' in found ? found : engine.name === 'mariadb' ? found.mariadb : found.mysql;
  return copiesOnline(engine) && way === copy && !locksItsCopy.has(change) ? { ...way, lock: 'NONE' } : way;
}

/** What keeps writes off while it copies, where others no longer do. */
const locksItsCopy: ReadonlySet<Change> = new Set(['add auto-increment', 'partition']);

/** Since 11.2 MariaDB applies to the copy what others write meanwhile (release notes of 11.2.1, "Online Schema Change"). */
export function copiesOnline(engine: Engine): boolean {
  return engine.name === 'mariadb' && isAtLeast(engine, 11, 2);
}

/** How often a table can get columns or lose them instantly before it has to be rebuilt (MySQL's manual; 255 since 9.1.0). */
export function instantChangesPossible(engine: Engine): number | undefined {
  if (engine.name !== 'mysql') return undefined;
  return isAtLeast(engine, 9, 1) ? 255 : 64;
}
