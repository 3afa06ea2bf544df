import type { Span } from '../../model/text';
import type { RuleContext } from '../context';

/** A change of the file's text, in its offsets. */
export interface Patch {
  readonly span: Span;
  readonly newText: string;
}

export function insertion(offset: number, newText: string): Patch {
  return { span: { start: offset, end: offset }, newText };
}

/** The text of a stretch of the file as it is after the patches that lie in it. */
export function patchedText(context: RuleContext, span: Span, patches: readonly Patch[]): string {
  const sorted = [...patches].sort((left, right) => left.span.start - right.span.start);
  let result = '';
  let copied = span.start;
  for (const patch of sorted) {
    result += context.text.slice(copied, patch.span.start) + patch.newText;
    copied = patch.span.end;
  }
  return result + context.text.slice(copied, span.end);
}
