import type { DocumentCommand } from '../../../../src/model/document';
import type { Engine } from '../../../../src/model/engine';
import type { Statement } from '../../../../src/model/migration';
import { readStatements } from '../../../../src/parse/read';

export const mongodb: Engine = { name: 'mongodb', major: 8 };

export function statements(text: string, placeholders: Readonly<Record<string, string>> = {}): Statement[] {
  return readStatements(text, { start: 0, end: text.length }, { engine: mongodb, placeholders });
}

/** The one call of a text. */
export function command(text: string): DocumentCommand {
  const [first, ...others] = statements(text);
  const operation = first?.operations[0];
  if (others.length > 0 || operation?.kind !== 'document command') {
    throw new Error(`not one call: ${first?.unreadable?.message ?? operation?.kind ?? 'nothing'}`);
  }
  return operation;
}

/** The same value without the places of its parts, which are tested apart. */
export function bare(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, each) => (key === 'span' ? undefined : each)));
}
