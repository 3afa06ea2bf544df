import type { CompletionItem } from 'vscode-languageserver';
import type { Finding } from '../model/finding';
import type { Position, Range } from '../model/text';
import { LineIndex } from '../parse/lines';
import { ruleDescription } from '../rules/page';
import { allRules } from '../rules/registry';
import { isForEngine, type Rule } from '../rules/rule';
import { unusedSuppression } from '../rules/shared/unused-suppression';
import type { Analysis } from './analysis';
import { reasonPlaceholder } from './suppress';
import { toRuleCompletion, toWordCompletion } from './to-lsp';

/** What is being typed in a comment that silences rules. */
export type TypedSuppression =
  /** The word that makes it one. */
  | { readonly kind: 'word'; readonly range: Range }
  /** The id of a rule. */
  | {
      readonly kind: 'rule';
      readonly scope: 'statement' | 'file';
      readonly range: Range;
      /** The other rules that it names. */
      readonly named: readonly string[];
      /** A reason stands behind it already, or its colon. */
      readonly hasReason: boolean;
    };

const words = ['faultline-ignore', 'faultline-ignore-file'] as const;

/** Before the cursor: the comment's mark and what was typed of the word. */
const wordBefore = /(?:--|\/\/|\/\*|#)[ \t]*(f[a-z-]*)$/;
/** The same with the word, and the rules up to the cursor: behind a colon the reason begins. */
const rulesBefore = /(?:--|\/\/|\/\*|#)[ \t]*faultline-ignore(-file)?[ \t]([^:]*)$/;

/** Undefined where no such comment is being written. Looks at one line, so that it can be asked at every key. */
export function typedSuppression(line: string, position: Position): TypedSuppression | undefined {
  const before = line.slice(0, position.character);
  const after = line.slice(position.character);
  const rangeOf = (typed: string): Range => {
    const start = { line: position.line, character: position.character - typed.length };
    // Where nothing was typed yet, what follows is none of it.
    const rest = typed === '' ? 0 : (/^[a-z0-9-]*/.exec(after)?.[0].length ?? 0);
    return { start, end: { line: position.line, character: position.character + rest } };
  };
  const rules = rulesBefore.exec(before);
  if (rules !== null) {
    const [, file, list = ''] = rules;
    const typed = /[a-z0-9-]*$/.exec(list)?.[0] ?? '';
    const later = /^[^:*]*/.exec(after)?.[0] ?? '';
    const named = `${list.slice(0, list.length - typed.length)},${later.replace(/^[a-z0-9-]*/, '')}`.split(',');
    return {
      kind: 'rule',
      scope: file === undefined ? 'statement' : 'file',
      range: rangeOf(typed),
      named: named.map((name) => name.trim()).filter((name) => name !== ''),
      hasReason: after.includes(':'),
    };
  }
  const typed = wordBefore.exec(before)?.[1];
  return typed !== undefined && words.some((word) => word.startsWith(typed)) ? { kind: 'word', range: rangeOf(typed) } : undefined;
}

/** The line of a text that a position is in. */
export function lineAt(text: string, { line }: Position): string {
  const lines = new LineIndex(text);
  return text.slice(lines.offset({ line, character: 0 }), lines.offset({ line, character: Number.MAX_SAFE_INTEGER }));
}

/** The rules that can be named there: first those that find something in what follows, then those that do so elsewhere in the file. */
export function suppressionCompletions(analysis: Analysis, typed: TypedSuppression): CompletionItem[] {
  if (typed.kind === 'word') {
    const [statement, file] = words;
    return [
      toWordCompletion(statement, 'Silences rules for the statement below it', typed.range),
      toWordCompletion(file, 'Silences rules for the whole file', typed.range),
    ];
  }
  const { engine } = analysis.migration;
  const ranks = ranksOf(analysis.report.findings, typed);
  return allRules
    .filter((rule) => isForEngine(rule, engine) && !typed.named.includes(rule.id) && rule.id !== unusedSuppression.id)
    .map((rule) => {
      const rank = ranks.get(rule.id) ?? 2;
      return toRuleCompletion({
        id: rule.id,
        documentation: ruleDescription(rule),
        note: notes[rank] ?? '',
        sortText: `${rank}${rule.id}`,
        range: typed.range,
        snippet: typed.hasReason ? rule.id : `${rule.id}: \${1:${reasonPlaceholder}}`,
      });
    });
}

const notes = ['found here', 'found in this file', ''] as const;

/** By rule: 0 where it finds something in what the comment covers, 1 elsewhere in the file. */
function ranksOf(findings: readonly Finding[], { scope, range }: TypedSuppression & { kind: 'rule' }): ReadonlyMap<Rule['id'], number> {
  // A comment covers the statement before it on its line, or the next one: that of the first finding from here on.
  const covered = Math.min(...findings.map(({ range: { start } }) => start.line).filter((line) => line >= range.start.line));
  const ranks = new Map<string, number>();
  for (const { rule, range: place } of findings) {
    const rank = scope === 'file' || place.start.line === covered ? 0 : 1;
    ranks.set(rule, Math.min(rank, ranks.get(rule) ?? rank));
  }
  return ranks;
}
