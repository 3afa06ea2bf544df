import type { MigrationCommand } from '../model/migration-command';
import { type ProjectFile, ProjectFiles } from './commands-files';
import { migratorCommands, nodeToolCommands } from './commands-node';
import { otherToolCommands } from './commands-other';
import { scriptCommands } from './commands-scripts';

/**
 * The migration commands of a workspace, from the files that `findProjectFiles` reads: scripts of package.json first, because a team
 * has agreed on them; then bare programs. Shallow folders before deep ones. Pure.
 */
export function detectCommands(found: readonly ProjectFile[]): readonly MigrationCommand[] {
  const files = new ProjectFiles(found);
  const commands = [...scriptCommands(files), ...nodeToolCommands(files), ...migratorCommands(files), ...otherToolCommands(files)];
  const seen = new Set<string>();
  return commands.filter(({ command, directory }) => {
    const key = `${directory}\n${command}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
