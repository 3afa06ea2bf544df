import { escapedText } from '../../mysql-text';
import { outsideHoles } from '../values';
import { quotedText, Writer } from '../writer';

/** Names and values for MySQL: `wrapIdentifierImpl` of its client, and `util/string.js`. */
export const mysqlWriter = new Writer({
  name: (name) => `\`${outsideHoles(name, (part) => part.replaceAll('`', '``'))}\``,
  text: (text) => quotedText(text, escapedText),
  date: (iso) => iso.replace('T', ' ').replace('Z', ''),
  list: (values, writer) => values.map((value) => (Array.isArray(value) ? `(${writer.literal(value)})` : writer.literal(value))).join(', '),
});
