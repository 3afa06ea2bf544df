import type { CodeLens } from 'vscode-languageserver';
import { runsFileByFile } from '../frameworks/runnable';
import type { Program } from '../model/migration';
import type { Range } from '../model/text';
import { simulateCommand } from '../protocol/language';
import { type Analysis, pathInFolder, programsInFile, shownStatements } from './analysis';
import { toCodeLens, toLinkLens, toUri } from './to-lsp';

/** Where the first statement shows. In code that is the call that sends it, not the part of the builder that the statement is made of. */
function firstPlace(analysis: Analysis, program: Program): Range | undefined {
  return shownStatements(analysis, program)[0]?.range;
}

/** From a rollback to what it undoes, and back: a click goes there. */
function counterpart(analysis: Analysis, program: Program): CodeLens | undefined {
  const { up, down, title } = analysis.migration;
  const other = program.direction === 'up' ? down : up;
  const first = firstPlace(analysis, program);
  const [target] = other?.statements ?? [];
  if (first === undefined || other === undefined || target === undefined) return undefined;
  const uri = toUri(pathInFolder(analysis, other.path));
  return toLinkLens(first, program.direction === 'up' ? 'Its rollback' : `Rollback of ${title}`, uri, target.range);
}

/** Above the first statement: start a simulation, and how the migration will run. A rollback shows its own plan. */
export function codeLenses(analysis: Analysis): CodeLens[] {
  const uri = toUri(pathInFolder(analysis, analysis.name));
  return programsInFile(analysis).flatMap((program) => {
    const first = firstPlace(analysis, program);
    if (first === undefined) return [];
    const summary = toCodeLens(first, analysis.plan(program).summary, 'faultline.showPlan', uri);
    const { framework } = analysis;
    const title = runsFileByFile(framework) ? 'Simulate failures' : `Simulate failures with ${framework.displayName}`;
    const other = counterpart(analysis, program);
    const link = other === undefined ? [] : [other];
    // The summary last: it can be longer than the line, and what stands behind it can't be clicked then.
    return program.direction === 'up' ? [toCodeLens(first, title, simulateCommand, uri), ...link, summary] : [...link, summary];
  });
}
