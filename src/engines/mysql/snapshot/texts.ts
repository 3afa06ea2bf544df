import { tokensOf } from '../../../schema/mysql/tokens';
import type { ReadObjects } from './objects';

/** A definition without the database's name, without the definer where that is who we are, and without a semicolon at its end. */
export function ownText(text: string, { database, user }: Pick<ReadObjects, 'database' | 'user'>): string {
  const name = user.slice(0, Math.max(0, user.lastIndexOf('@'))).replaceAll('`', '``');
  const definer = ` DEFINER=\`${name}\`@\``;
  const at = text.indexOf(definer);
  const rest = at < 0 ? text : text.slice(0, at) + text.slice(text.indexOf('`', at + definer.length) + 1);
  return withoutEnd(withoutDatabase(rest, database));
}

/** What a statement ends with in a file is part of a body in MySQL, and not in MariaDB. */
export function withoutEnd(text: string): string {
  return text.replace(/[\s;]+$/, '');
}

/** A text without `database.` before names; what stands in strings and comments is left as it is. */
export function withoutDatabase(text: string, database: string): string {
  if (!text.includes(database)) return text;
  const tokens = tokensOf(text);
  const isDatabase = (token: string) => token === database || token === `\`${database.replaceAll('`', '``')}\``;
  let result = '';
  let copied = 0;
  for (const [place, token] of tokens.entries()) {
    const [dot, next] = [tokens[place + 1], tokens[place + 2]];
    const qualifies = isDatabase(token.text) && dot?.text === '.' && next !== undefined && tokens[place - 1]?.text !== '.';
    if (!qualifies) continue;
    result += text.slice(copied, token.start);
    copied = next.start;
  }
  return result + text.slice(copied);
}
