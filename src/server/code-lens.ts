import type { CodeLens } from 'vscode-languageserver';
import { simulateCommand } from '../protocol/language';
import { type Analysis, pathInFolder, programsInFile } from './analysis';
import { toCodeLens, toUri } from './to-lsp';

/** Above the first statement: start a simulation, and how the migration will run. A rollback shows its own plan. */
export function codeLenses(analysis: Analysis): CodeLens[] {
  const uri = toUri(pathInFolder(analysis, analysis.name));
  return programsInFile(analysis).flatMap((program) => {
    const first = program.statements[0];
    if (first === undefined) return [];
    const summary = toCodeLens(first.range, analysis.plan(program).summary, 'faultline.showPlan', uri);
    const { framework } = analysis;
    const title = framework.run === undefined ? `Simulate failures with ${framework.displayName}` : 'Simulate failures';
    return program.direction === 'up' ? [toCodeLens(first.range, title, simulateCommand, uri), summary] : [summary];
  });
}
