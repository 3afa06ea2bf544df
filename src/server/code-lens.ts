import type { CodeLens } from 'vscode-languageserver';
import { runsFileByFile } from '../frameworks/runnable';
import type { Program } from '../model/migration';
import { simulateCommand } from '../protocol/language';
import { type Analysis, pathInFolder, programsInFile } from './analysis';
import { toCodeLens, toLinkLens, toUri } from './to-lsp';

/** From a rollback to what it undoes, and back: a click goes there. */
function counterpart(analysis: Analysis, program: Program): CodeLens | undefined {
  const { up, down, title } = analysis.migration;
  const other = program.direction === 'up' ? down : up;
  const [first] = program.statements;
  const [target] = other?.statements ?? [];
  if (first === undefined || other === undefined || target === undefined) return undefined;
  const uri = toUri(pathInFolder(analysis, other.path));
  return toLinkLens(first.range, program.direction === 'up' ? 'Its rollback' : `Rollback of ${title}`, uri, target.range);
}

/** Above the first statement: start a simulation, and how the migration will run. A rollback shows its own plan. */
export function codeLenses(analysis: Analysis): CodeLens[] {
  const uri = toUri(pathInFolder(analysis, analysis.name));
  return programsInFile(analysis).flatMap((program) => {
    const first = program.statements[0];
    if (first === undefined) return [];
    const summary = toCodeLens(first.range, analysis.plan(program).summary, 'faultline.showPlan', uri);
    const { framework } = analysis;
    const title = runsFileByFile(framework) ? 'Simulate failures' : `Simulate failures with ${framework.displayName}`;
    const other = counterpart(analysis, program);
    const link = other === undefined ? [] : [other];
    return program.direction === 'up' ? [toCodeLens(first.range, title, simulateCommand, uri), summary, ...link] : [summary, ...link];
  });
}
