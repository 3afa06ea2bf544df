import type { Span } from '../../model/text';
import { standIn } from './placeholders';
import { split } from './split';

/** A placeholder, and what the parser was given in its place. */
export interface StandIn {
  readonly variable: string;
  readonly text: string;
}

/** What was put into `sent` to make it `readable`. */
export function standInsOf(sent: string, readable: string): readonly StandIn[] {
  if (sent === readable) return [];
  return split(sent).variables.map(({ start, end }) => {
    const variable = sent.slice(start, end);
    return { variable, text: standIn(variable) };
  });
}

/**
 * With `${name}` again in names that the parser made of stand-ins: a table is the same whether it is written `${prefix}users` or
 * `"${prefix}users"`, and messages say what the text says.
 */
export function withVariables<T>(value: T, standIns: readonly StandIn[]): T {
  const named = standIns.filter(({ variable }) => variable.startsWith('${'));
  if (named.length === 0) return value;
  const restore = (part: unknown): unknown => {
    if (typeof part === 'string') {
      // Unquoted names are folded.
      return named.reduce(
        (text, { variable, text: given }) => text.replaceAll(given, variable).replaceAll(given.toLowerCase(), variable),
        part,
      );
    }
    if (Array.isArray(part)) return part.map(restore);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, restore(inner)]));
  };
  return restore(value) as T;
}

/** The text with a name of the same length in place of each variable. */
export function withStandIns(text: string, variables: readonly Span[]): string {
  let result = '';
  let last = 0;
  for (const variable of variables) {
    result += text.slice(last, variable.start) + standIn(text.slice(variable.start, variable.end));
    last = variable.end;
  }
  return result + text.slice(last);
}
