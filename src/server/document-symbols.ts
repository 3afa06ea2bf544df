import type { DocumentSymbol } from 'vscode-languageserver';
import type { Program, Statement } from '../model/migration';
import type { Range } from '../model/text';
import { type Analysis, programsInFile } from './analysis';
import { toDocumentSymbol } from './to-lsp';

/** The outline of a migration: its statements, under up and down where both are in the file. */
export function documentSymbols(analysis: Analysis): DocumentSymbol[] {
  const programs = programsInFile(analysis).filter((program) => program.statements.length > 0);
  const [only, second] = programs;
  if (only !== undefined && second === undefined) return only.statements.map(statementSymbol);
  return programs.map((program) => {
    const range = extent(program);
    return toDocumentSymbol(
      'section',
      program.direction === 'up' ? 'Up' : 'Down',
      count(program),
      range,
      range,
      program.statements.map(statementSymbol),
    );
  });
}

function count({ statements }: Program): string {
  return statements.length === 1 ? '1 statement' : `${statements.length} statements`;
}

function extent({ statements }: Program): Range {
  const start = { line: 0, character: 0 };
  return { start: statements[0]?.range.start ?? start, end: statements.at(-1)?.range.end ?? start };
}

const longestName = 60;

function statementSymbol(statement: Statement): DocumentSymbol {
  const line = statement.text.split(/\s+/).join(' ').trim();
  const name = line.length <= longestName ? line : `${line.slice(0, longestName - 1).trimEnd()}…`;
  return toDocumentSymbol('statement', name || `Statement ${statement.index}`, '', statement.range, statement.range, []);
}
