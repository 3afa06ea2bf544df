import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { warn } from './ending';
import { loadModule } from './load';
import { lineOf } from './problem';

/** What migrate-mongo's configuration says of how a migration is run and recorded. */
export interface Configuration {
  readonly changelog: string;
  /** Absent: no lock is taken. */
  readonly lock?: { readonly collection: string; readonly expireAfterSeconds: unknown };
  readonly usesFileHash: boolean;
  /** How the project calls its database. */
  readonly database?: string;
  /** Of the connection. */
  readonly options: Readonly<Record<string, unknown>>;
}

const names = ['js', 'mjs', 'cjs', 'ts'].map((extension) => `migrate-mongo-config.${extension}`);

/**
 * The configuration of the folder that the command runs in, or of the nearest one above the migration. Its address is not used. One that can't
 * be read says so: it may ask for something that is not here, such as a variable of the environment, and then what migrate-mongo writes into
 * a new configuration is assumed.
 */
export async function readConfiguration(migration: string): Promise<Configuration> {
  const path = configurationFile(migration);
  if (path === undefined) return assumed;
  try {
    return configurationOf(await loadModule(path));
  } catch (error) {
    warn(`${path} can't be read, and the names of its collections are not known (${lineOf(error)})`);
    return assumed;
  }
}

const assumed: Configuration = { changelog: 'changelog', usesFileHash: false, options: {} };

function configurationFile(migration: string): string | undefined {
  const folders = [resolve('.')];
  for (let folder = dirname(migration); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === dirname(folder)) break;
  }
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}

/** As migrate-mongo reads it: a lock is taken when its collection is named and it does not expire at once (lib/utils/lock.js). */
function configurationOf(content: Readonly<Record<string, unknown>>): Configuration {
  const { changelogCollectionName, lockCollectionName, lockTtl, useFileHash, mongodb } = content;
  const { options, databaseName, url } = (mongodb ?? {}) as Readonly<Record<string, unknown>>;
  const database = typeof databaseName === 'string' && databaseName !== '' ? databaseName : databaseIn(url);
  const locks = typeof lockCollectionName === 'string' && lockCollectionName !== '' && !(Number(lockTtl) <= 0);
  return {
    changelog: typeof changelogCollectionName === 'string' ? changelogCollectionName : assumed.changelog,
    ...(locks && { lock: { collection: lockCollectionName, expireAfterSeconds: lockTtl } }),
    usesFileHash: useFileHash === true,
    ...(database !== undefined && { database }),
    options: typeof options === 'object' && options !== null ? (options as Record<string, unknown>) : {},
  };
}

/** `shop` in `mongodb://one,two/shop?w=1`, which is no URL for everybody. */
function databaseIn(url: unknown): string | undefined {
  const path = typeof url === 'string' ? /^mongodb(?:\+srv)?:\/\/[^/?]*\/([^?]+)/.exec(url)?.[1] : undefined;
  return path === undefined ? undefined : decodeURIComponent(path);
}
