import { ownValue } from '../model/own-value';
import { tokenize } from '../parse/postgres/lexer';

interface SequenceOptions {
  as?: string;
  increment?: string;
  minvalue?: string;
  maxvalue?: string;
  start?: string;
  cache?: string;
  cycle?: boolean;
}

/** The options of CREATE SEQUENCE, by their keywords. */
export function sequenceOptions(statement: string): SequenceOptions {
  const tokens = tokenize(statement);
  const options: SequenceOptions = {};
  const after = (position: number): string | undefined => {
    const following = tokens.slice(position + 1, position + 4);
    const filler = following.findIndex((token) => token.word !== 'by' && token.word !== 'with');
    const [first, second] = following.slice(filler);
    if (first === undefined) return undefined;
    const text = statement.slice(first.start, first.end);
    return first.word === '-' && second !== undefined ? `-${statement.slice(second.start, second.end)}` : text;
  };
  for (const [position, token] of tokens.entries()) {
    const previous = tokens[position - 1]?.word;
    if (previous === 'no') {
      if (token.word === 'cycle') options.cycle = false;
      continue;
    }
    const value = after(position);
    if (token.word === 'cycle') options.cycle = true;
    else if (value !== undefined && token.word === 'as') options.as = ownValue(sequenceTypes, value.toLowerCase()) ?? value.toLowerCase();
    else if (value !== undefined && isSequenceOption(token.word)) options[token.word] = value;
  }
  return options;
}

const sequenceTypes: Readonly<Record<string, string>> = { int: 'integer', int4: 'integer', int8: 'bigint', int2: 'smallint' };

function isSequenceOption(word: string): word is 'increment' | 'minvalue' | 'maxvalue' | 'start' | 'cache' {
  return ['increment', 'minvalue', 'maxvalue', 'start', 'cache'].includes(word);
}
