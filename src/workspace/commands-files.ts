import type { MigrationCommand } from '../model/migration-command';

/** A file of a workspace: its path from the workspace with forward slashes, and its text, empty where only its name matters. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

/** The files of a workspace that say something about its migrations, looked at from any folder. */
export class ProjectFiles {
  private readonly texts: ReadonlyMap<string, string>;
  readonly all: readonly ProjectFile[];

  constructor(files: readonly ProjectFile[]) {
    // Shallow folders first: what lies at the top is most often meant.
    this.all = [...files].sort((left, right) => depthOf(left.path) - depthOf(right.path) || compareNames(left.path, right.path));
    this.texts = new Map(this.all.map(({ path, text }) => [path, text]));
  }

  has(path: string): boolean {
    return this.texts.has(path);
  }

  text(path: string): string | undefined {
    return this.texts.get(path);
  }

  /** The nearest of these file names in a folder or above it. */
  nearest(folder: string, names: readonly string[]): string | undefined {
    for (const ancestor of ancestors(folder)) {
      const found = names.find((name) => this.texts.has(inFolder(ancestor, name)));
      if (found !== undefined) return inFolder(ancestor, found);
    }
    return undefined;
  }

  /** The folder of the nearest of these files, or `otherwise` where there is none. */
  projectOf(folder: string, names: readonly string[], otherwise: string = folder): string {
    const found = this.nearest(folder, names);
    return found === undefined ? otherwise : folderPart(found);
  }
}

/** A folder and all above it, up to the workspace itself. */
export function ancestors(folder: string): readonly string[] {
  const parts = folder === '' ? [] : folder.split('/');
  return [...parts.map((_, index) => parts.slice(0, parts.length - index).join('/')), ''];
}

export function folderPart(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

export function namePart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function inFolder(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** The path as seen from a folder at or above it, quoted for a shell where it needs to be. */
export function argumentFrom(folder: string, path: string): string {
  if (path === folder) return '.';
  const relative = folder !== '' && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
  return /^[\w@%+=:,./-]+$/.test(relative) ? relative : `"${relative.replace(/(["\\$`])/g, '\\$1')}"`;
}

/** A command whose title is itself. */
export function titled(command: string, directory: string, why: string): MigrationCommand {
  return { title: command, command, directory, why };
}

function depthOf(path: string): number {
  return path.split('/').length;
}

function compareNames(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
