import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { ToolFramework } from '../model/run-protocol';
import type { ToolCommandResult } from '../protocol/language';
import { findMigrationCommands } from '../workspace/commands';

/** Words by which a command is known to run a framework's migrations, where its name is not the word. */
const otherWords: Readonly<Record<string, RegExp>> = { sequelize: /\b(sequelize|umzug)/, typeorm: /\btypeorm/ };

/**
 * The command that runs the migration at `path`: what the workspace has for this tool, the nearest one first; else what its manual says,
 * in the folder of the nearest package.json.
 */
export async function toolCommand(
  framework: ToolFramework,
  path: string,
  workspaceFolder: string,
): Promise<NonNullable<ToolCommandResult>> {
  const word = otherWords[framework.name] ?? new RegExp(`\\b${framework.name}\\b`);
  const found = (await findMigrationCommands(workspaceFolder)).filter(({ command, why }) => word.test(`${command} ${why}`));
  const placed = found.map(({ command, directory }) => ({ text: command, directory: join(workspaceFolder, directory) }));
  // The sort keeps the order in which they were found: scripts that a team has agreed on come first.
  const [nearest] = placed.toSorted((left, right) => depthAbove(right.directory, path) - depthAbove(left.directory, path));
  return nearest ?? { text: framework.command, directory: projectFolder(path, workspaceFolder) };
}

/** How deep a folder above a file is; -1 for one that is not above it. */
function depthAbove(folder: string, path: string): number {
  return path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`) ? folder.length : -1;
}

function projectFolder(path: string, workspaceFolder: string): string {
  for (let folder = dirname(path); folder.startsWith(workspaceFolder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) break;
  }
  return workspaceFolder;
}
