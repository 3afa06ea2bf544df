import { outsideHoles } from '../values';
import { quotedText, Writer } from '../writer';

const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\u001a': '\\Z',
  '"': '\\"',
  "'": "\\'",
  '\\': '\\\\',
};

/** Names and values for MySQL: `wrapIdentifierImpl` of its client, and `util/string.js`. */
export const mysqlWriter = new Writer({
  name: (name) => `\`${outsideHoles(name, (part) => part.replaceAll('`', '``'))}\``,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that knex escapes.
  text: (text) => quotedText(text, (part) => part.replace(/[\0\b\t\n\r\x1a"'\\]/g, (found) => escapes[found] ?? found)),
  date: (iso) => iso.replace('T', ' ').replace('Z', ''),
  list: (values, writer) => values.map((value) => (Array.isArray(value) ? `(${writer.literal(value)})` : writer.literal(value))).join(', '),
});
