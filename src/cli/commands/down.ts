import { join } from 'node:path';
import type { Command } from 'commander';
import type { DownPlacement } from '../../model/run-protocol';
import { generateDown } from '../../rollback/down';
import { replay } from '../../schema/virtual-schema';
import { shownPath } from '../../workspace/read-folder';
import { readTextFile } from '../../workspace/read-text';
import { createFile, replaceFile } from '../../workspace/write-file';
import { CommandFailure, exitStatus, orFail } from '../failure';
import { type LoadedMigration, loadMigration } from '../load';
import { addCommonOptions, type CommonOptions } from '../options';
import { note, writeResult } from '../output';

interface DownOptions extends CommonOptions {
  readonly write?: boolean;
}

/** `faultline down FILE`. */
export function addDownCommand(program: Command): void {
  const command = program.command('down').argument('<file>', 'migration file');
  command.description('print the rollback of a migration, made from its operations');
  addCommonOptions(command, ['sql'])
    .option('--write', 'put it where the framework wants it; a rollback that is there already is left alone')
    .action(async (file: string, options: DownOptions) => {
      process.exitCode = await down(file, options);
    });
}

async function down(file: string, options: DownOptions): Promise<number> {
  const loaded = await loadMigration(file, options);
  const { migration, before, framework, source } = loaded;
  const generated = generateDown(migration, before, replay(before, migration.up.statements));
  if (generated.statements.length === 0) throw new CommandFailure(`${file}: no statement of it can be undone from the text alone`);
  if (!options.write) {
    await writeResult(`${generated.statements.join('\n')}\n`, options.out);
    return exitStatus.success;
  }
  if (migration.down !== undefined && migration.down.statements.length > 0) {
    throw new CommandFailure(`${shownPath(join(source.folder, migration.down.path))} has a rollback already: it was left as it is`);
  }
  await note(await write(loaded, framework.placeDown(migration, source.files, generated.statements)));
  return exitStatus.success;
}

/** Carries out a placement. Returns a line that says what was done. */
async function write({ source }: LoadedMigration, placement: DownPlacement): Promise<string> {
  if (placement.kind === 'unsupported') throw new CommandFailure(placement.why);
  const path = join(source.folder, placement.path);
  const shown = shownPath(path);
  if (placement.kind === 'create') {
    orFail(await createFile(path, placement.text));
    return `created ${shown}`;
  }
  const { text, byteOrderMark } = orFail(await readTextFile(path, shown));
  const edited = text.slice(0, placement.span.start) + placement.newText + text.slice(placement.span.end);
  orFail(await replaceFile(path, edited, { byteOrderMark }));
  return `inserted the rollback into ${shown}`;
}
