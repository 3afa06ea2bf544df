import type { FileReport } from '../../model/finding';
import type { Program, UnreadCall } from '../../model/migration';
import { type Rule, ruleUrl } from '../../rules/rule';
import { unreadCode } from '../../rules/shared/unread-code';
import type { RuleLevel } from '../configuration';
import type { PlacedFinding } from './findings';

/** What of a program could not be read, one finding each: a check that says nothing about it must not look like a clean bill. */
export function unreadFindings(program: Program, rules: readonly Rule[], level: (rule: Rule) => RuleLevel): readonly PlacedFinding[] {
  // What is told to be never sent is no riddle.
  const unsent = (program.facts?.unsent ?? []).map(({ range }) => range.start);
  const unread = (program.unread ?? []).filter(
    ({ range: { start } }) => !unsent.some(({ line, character }) => line === start.line && character === start.character),
  );
  return findingsOf([...unread, ...unreadableForHoles(program)], program, rules, level);
}

/** What a client takes from another file: `\i` of psql, `source` of mysql. */
export function elsewhereFindings(program: Program, rules: readonly Rule[], level: (rule: Rule) => RuleLevel): readonly PlacedFinding[] {
  const calls = program.statements.flatMap(({ unreadable, range, text }) =>
    unreadable?.isElsewhere ? [{ range, text: shownText(text), why: 'it stands in another file, which Faultline does not follow' }] : [],
  );
  return findingsOf(calls, program, rules, level);
}

function findingsOf(
  calls: readonly UnreadCall[],
  program: Program,
  rules: readonly Rule[],
  level: (rule: Rule) => RuleLevel,
): readonly PlacedFinding[] {
  const severity = level(unreadCode);
  if (severity === 'off' || !rules.includes(unreadCode)) return [];
  return calls.map(({ range, text, why }) => ({
    finding: {
      rule: unreadCode.id,
      severity,
      message: `What this sends to the database is not known here: ${why}. Nothing that it does is checked, nor is it part of the schema that later statements meet.`,
      help: `Look at \`${text}\` yourself, or write what it sends where the migration shows it.`,
      url: ruleUrl(unreadCode.id),
      section: program.direction,
      range,
      fixes: [],
    },
  }));
}

/** A statement that the parser refuses is an error, unless parts of it are known only when it runs: those may be what is missing. */
export function codeErrors({ statements }: Program): FileReport['errors'] {
  return statements.flatMap(({ unreadable, unresolved }) => (unreadable === undefined || unresolved !== undefined ? [] : [unreadable]));
}

function unreadableForHoles({ statements }: Program): readonly UnreadCall[] {
  return statements.flatMap(({ unreadable, unresolved, range, text }) => {
    if (unreadable === undefined || unresolved === undefined) return [];
    return [
      { range, text: shownText(text), why: `${unresolved.join(', ')} ${unresolved.length === 1 ? 'is' : 'are'} known only when it runs` },
    ];
  });
}

const longestText = 60;

function shownText(text: string): string {
  const line = text.split(/\s+/).join(' ');
  return line.length <= longestText ? line : `${line.slice(0, longestText - 1)}…`;
}
