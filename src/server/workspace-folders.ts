import { relative, sep } from 'node:path';

/** The folders that are open in the editor. They come and go while the server runs. */
export class WorkspaceFolders {
  private folders: readonly string[] = [];

  /** Absolute paths. */
  change(added: readonly string[], removed: readonly string[] = []): void {
    this.folders = [...this.folders.filter((folder) => !removed.includes(folder)), ...added];
  }

  /** The folder that a file lies in: of two that lie in each other the inner one, as in the editor. */
  folderOf(path: string): string | undefined {
    return this.folders.filter((folder) => isWithin(path, folder)).sort((left, right) => right.length - left.length)[0];
  }
}

/** `/work/app-two/x.sql` does not lie in `/work/app`. */
function isWithin(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !(process.platform === 'win32' && /^[a-z]:/i.test(inside));
}
