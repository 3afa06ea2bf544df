import { SandboxError } from '../../problem';
import type { ServerHost } from '../../server-engine';

/**
 * Moves a database that has no tables yet to the small disk: its folder becomes a link, which both servers follow (manual, "Using Symbolic
 * Links for Databases on Unix"), so that every file of it lies there, those of an ALTER that is under way as well. DROP DATABASE removes
 * both. The folder's name is the database's, of which no character has to be written otherwise.
 */
export async function placeOnSmallDisk(host: ServerHost, database: string): Promise<void> {
  if ('unavailable' in host.smallDisk) throw new SandboxError(host.smallDisk.unavailable);
  if (!/^\w+$/.test(database)) throw new SandboxError(`A database on the small disk can't be called ${database}.`);
  const { folder } = host.smallDisk;
  await host.run(
    `set -e; cp -a "$data/${database}" "$disk/${database}"; rm -r "$data/${database}"; ln -s '${folder}/${database}' "$data/${database}"`,
  );
}
