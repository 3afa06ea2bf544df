import { resolve } from 'node:path';
import { glob } from 'tinyglobby';

/** The files that the configured globs of migrations match. Listed once, and again after something on the disk changed. */
export class ConfiguredFiles {
  private readonly lists = new Map<string, Promise<ReadonlySet<string>>>();

  /** Is this file among them? `folder` is where the globs start. A file that was never saved is not on the disk, so not among them. */
  async includes(path: string, globs: readonly string[], folder: string): Promise<boolean> {
    const key = JSON.stringify([folder, globs]);
    const known = this.lists.get(key) ?? list(globs, folder);
    this.lists.set(key, known);
    return (await known).has(resolve(path));
  }

  forget(): void {
    this.lists.clear();
  }
}

async function list(globs: readonly string[], folder: string): Promise<ReadonlySet<string>> {
  try {
    const paths = await glob([...globs], { cwd: folder, absolute: true, ignore: ['**/node_modules/**', '**/.git/**'] });
    return new Set(paths.map((path) => resolve(path)));
  } catch {
    return new Set(); // an unreadable folder holds no migrations
  }
}
