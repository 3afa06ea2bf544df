import type { Engine } from '../../../../src/model/engine';
import type { Migration, Program } from '../../../../src/model/migration';
import type { Framework } from '../../../../src/model/run-protocol';
import { loadParser } from '../../../../src/parse/load';

const postgres: Engine = { name: 'postgres', major: 17 };

/** Reads files as a folder; a text alone is `20260101000000-a.js`. */
export function migrations(
  framework: Framework,
  given: string | Readonly<Record<string, string>>,
  engine = postgres,
): readonly Migration[] {
  const files = Object.entries(typeof given === 'string' ? { '20260101000000-a.js': given } : given).map(([path, text]) => ({
    path,
    text,
  }));
  return framework.read(files, { engine, placeholders: {} }).map((result) => {
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  });
}

export function only(framework: Framework, given: string | Readonly<Record<string, string>>, engine = postgres): Migration {
  const [migration, ...others] = migrations(framework, given, engine);
  if (migration === undefined || others.length > 0) throw new Error('There is not exactly one migration.');
  return migration;
}

/** The statements of a program, white space made even. */
export function statementsOf(program: Program | undefined): string[] {
  return (program?.statements ?? []).map(({ text, unreadable }) =>
    unreadable === undefined ? even(text) : `UNREADABLE ${unreadable.message}: ${text}`,
  );
}

/** What was sent, a line each, white space made even; what the reader of statements refuses is said. */
export function renderedOf(program: Program | undefined): string[] {
  return (program?.statements ?? []).map(({ sent, unreadable }) => {
    const text = sent.replace(/\s+/g, ' ').trim();
    return unreadable === undefined ? `${text};` : `UNREADABLE ${unreadable.message}: ${text}`;
  });
}

export function even(sql: string): string {
  return sql
    .replace(/\s+/g, ' ')
    .replace(/\( /g, '(')
    .replace(/ (?=[),])/g, '')
    .trim();
}

/** What could not be read: `text: why`. */
export function unreadOf(program: Program | undefined): string[] {
  return (program?.unread ?? []).map(({ text, why }) => `${text}: ${why}`);
}

export { loadParser };
