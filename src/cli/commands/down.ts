import { join } from 'node:path';
import type { Command } from 'commander';
import { readFolder } from '../../frameworks/registry';
import type { DownPlacement } from '../../model/run-protocol';
import { generateDown } from '../../rollback/down';
import { keptMigration } from '../../rollback/kept-migration';
import { isWritten } from '../../rollback/written';
import { replay } from '../../schema/virtual-schema';
import { shownPath } from '../../workspace/read-folder';
import { readTextFile } from '../../workspace/read-text';
import { createFile, replaceFile } from '../../workspace/write-file';
import { CommandFailure, exitStatus, orFail } from '../failure';
import { type LoadedMigration, loadMigrations } from '../load';
import { addCommonOptions, type CommonOptions } from '../options';
import { note, writeResult } from '../output';

interface DownOptions extends CommonOptions {
  readonly write?: boolean;
  readonly keepData?: boolean;
}

/** `faultline down FILE`. */
export function addDownCommand(program: Command): void {
  const command = program.command('down').argument('<file>', 'migration file');
  command.description('print the rollback of a migration, made from its operations');
  addCommonOptions(command, ['sql'])
    .option('--write', 'put it where the framework wants it; a rollback that is there already is left alone')
    .option(
      '--keep-data',
      'change the migration so that what it drops, deletes and overwrites is kept aside and comes back; prints both, or writes both with --write',
    )
    .action(async (file: string, options: DownOptions) => {
      process.exitCode = await down(file, options);
    });
}

async function down(file: string, options: DownOptions): Promise<number> {
  const all = await loadMigrations(file, options);
  const last = all.at(-1);
  if (last !== undefined && options.keepData) return keepData(file, last, options);
  // The last first, as they are taken back: and what is written for one leaves the places of those before it as they are.
  const undone = all.toReversed().flatMap((loaded) => undoneBy(loaded) ?? []);
  if (undone.length === 0) throw new CommandFailure(`${file}: no statement of it can be undone from the text alone`);
  if (!options.write) {
    const texts = undone.map(({ loaded, statements }) => {
      const head = all.length === 1 ? [] : [`-- ${loaded.migration.title}`];
      return `${[...head, ...statements].join('\n')}\n`;
    });
    await writeResult(texts.join('\n'), options.out);
    return exitStatus.success;
  }
  const missing = undone.filter(
    ({ loaded: { migration } }) => !isWritten(migration.down) && (all.length === 1 || !migration.downUnsupported),
  );
  if (missing.length === 0) {
    const [{ migration, source }] = all as [LoadedMigration];
    const path = shownPath(join(source.folder, migration.down?.path ?? migration.up.path));
    throw new CommandFailure(`${path} has a rollback already: it was left as it is`);
  }
  for (const { loaded, statements, irreversible } of missing) {
    const { migration, framework, source } = loaded;
    // A down that throws stops whoever goes back; one that undoes a part of it, or nothing, would be recorded as done.
    if (migration.downUnsupported && migration.up.rendering !== undefined && irreversible > 0) {
      throw new CommandFailure(
        `${file}: its rollback says that there is no way back, and not all of it can be undone from the text alone: it was left as it is`,
      );
    }
    await note(await write(loaded, framework.placeDown(migration, source.files, statements)));
  }
  return exitStatus.success;
}

interface Undone {
  readonly loaded: LoadedMigration;
  readonly statements: readonly string[];
  /** So many things can't be undone. */
  readonly irreversible: number;
}

function undoneBy(loaded: LoadedMigration): Undone | undefined {
  const { migration, before } = loaded;
  const { statements, irreversible } = generateDown(
    migration,
    before,
    replay(before, migration.up.statements, migration.engine, migration.up.execution),
  );
  return statements.length === 0 ? undefined : { loaded, statements, irreversible: irreversible.length };
}

/** The migration that keeps its data aside, and the rollback that brings it back. */
async function keepData(file: string, loaded: LoadedMigration, options: DownOptions): Promise<number> {
  const { migration, before, framework, source, settings } = loaded;
  const kept = keptMigration(
    migration,
    source.files,
    before,
    framework,
    (files) => readFolder(files, { engine: settings.engine, placeholders: settings.placeholders, framework: framework.name }).migrations,
  );
  if (kept === undefined) {
    throw new CommandFailure(
      `${file}: it has no statement whose data can be kept aside: a DROP COLUMN or DROP TABLE, a DELETE, UPDATE or TRUNCATE of one table, alone in its statement`,
    );
  }
  if (!options.write) {
    const up = kept.migration.up.statements.map(({ text }) => `${text};`);
    const lines = [
      `-- ${kept.migration.up.path}, keeping aside: ${kept.kept.join('; ')}`,
      ...up,
      '',
      '-- the way back',
      ...kept.down.statements,
    ];
    await writeResult(`${lines.join('\n')}\n`, options.out);
    return exitStatus.success;
  }
  if (isWritten(migration.down)) {
    throw new CommandFailure(`${shownPath(join(source.folder, migration.down?.path ?? file))} has a rollback already: nothing was changed`);
  }
  if (kept.placement.kind === 'unsupported') throw new CommandFailure(kept.placement.why);
  const path = join(source.folder, kept.up.path);
  const { byteOrderMark } = orFail(await readTextFile(path, shownPath(path)));
  orFail(await replaceFile(path, kept.up.text, { byteOrderMark }));
  await note(`changed ${shownPath(path)} to keep aside: ${kept.kept.join('; ')}`);
  await note(await write(loaded, kept.placement));
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
