import type { SourceFile } from '../model/run-protocol';
import type { RuleContext } from './context';

/** Answers a question about all files of a folder once, and not again for each of its programs. */
export function onceForFolder<T>(ask: (files: readonly SourceFile[]) => T): (context: Pick<RuleContext, 'files'>) => T {
  const answers = new WeakMap<readonly SourceFile[], { readonly answer: T }>();
  return ({ files }) => {
    const known = answers.get(files);
    if (known !== undefined) return known.answer;
    const answer = ask(files);
    answers.set(files, { answer });
    return answer;
  };
}
