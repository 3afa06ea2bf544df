import { join } from 'node:path';
import { applySafeFixes } from '../lint/fixes';
import type { SourceFile } from '../model/run-protocol';
import { loadParser } from '../parse/load';
import { plural } from '../report/numbers';
import { unifiedDiff } from '../report/unified-diff';
import { shownPath } from '../workspace/read-folder';
import { readTextFile } from '../workspace/read-text';
import { createFile, replaceFile } from '../workspace/write-file';
import { orFail } from './failure';
import { type LintedFiles, lintSource, lintSources } from './lint-folders';

/** One file before and after its fixes; `before` is absent for a file that a fix makes. */
interface ChangedFile {
  readonly path: string;
  readonly before?: string;
  readonly after: string;
}

export interface FixOutcome {
  readonly applied: number;
  readonly changes: readonly ChangedFile[];
  /** Linted again, with the fixes in place. */
  readonly after: LintedFiles;
}

/** Applies the safe fixes to the texts in memory. */
export async function fixFolders(linted: LintedFiles): Promise<FixOutcome> {
  await loadParser();
  let applied = 0;
  const changes: ChangedFile[] = [];
  const folders = linted.folders.map((source) => {
    const fixed = applySafeFixes(source.files, (files) => lintSource(source, files).reports);
    applied += fixed.applied;
    for (const path of fixed.changed) {
      const before = textOf(source.files, path);
      changes.push({
        path: join(source.folder, path),
        after: textOf(fixed.files, path) ?? '',
        ...(before === undefined ? {} : { before }),
      });
    }
    return { ...source, files: fixed.files };
  });
  return { applied, changes, after: await lintSources(folders) };
}

/** Writes the changed files, each in one step. Returns a line that says what was done. */
export async function writeFixes({ applied, changes }: FixOutcome): Promise<string> {
  for (const { path, before, after } of changes) {
    if (before === undefined) orFail(await createFile(path, after));
    else {
      const { byteOrderMark } = orFail(await readTextFile(path, shownPath(path)));
      orFail(await replaceFile(path, after, { byteOrderMark }));
    }
  }
  return applied === 0 ? 'nothing to fix by itself' : `applied ${plural(applied, 'fix', 'fixes')} in ${plural(changes.length, 'file')}`;
}

/** What `--fix` would change, as a patch. */
export function dryRunText({ changes }: FixOutcome): string {
  if (changes.length === 0) return 'Nothing to fix by itself.\n';
  return changes.map(({ path, before, after }) => `${unifiedDiff(shownPath(path), before, after).join('\n')}\n`).join('');
}

function textOf(files: readonly SourceFile[], path: string): string | undefined {
  return files.find((file) => file.path === path)?.text;
}
