import { parseExpression } from '@babel/parser';
import type { DocumentValue } from '../../model/document';
import { MaskedText } from './holes';
import { ValueReader } from './values';

/** One value written as mongosh text: `{ a: ObjectId("...") }`. Places count in the text. Undefined for what is no value. */
export function readValue(text: string): DocumentValue | undefined {
  const masked = new MaskedText(text);
  try {
    // An expression may begin with a brace, a statement may not.
    return new ValueReader(masked, (span) => span).value(parseExpression(masked.text, { attachComment: false }));
  } catch {
    return undefined;
  }
}
