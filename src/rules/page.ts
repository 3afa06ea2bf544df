import { frameworkByName } from '../frameworks/registry';
import { engineDisplayName } from '../model/engine';
import { type BadExample, type Rule, type RuleExample, ruleUrl } from './rule';

/** The page of a rule in `docs/rules`, in Markdown. */
export function rulePage(rule: Rule): string {
  return `${[
    `# ${rule.title}`,
    `\`${rule.id}\` · default severity: ${rule.severity}${forEngines(rule)}`,
    paragraphs(rule.explanation),
    ...(rule.bad.length === 0 ? [] : ['## Found', ...rule.bad.map(badExample)]),
    ...(rule.good.length === 0
      ? []
      : ['## Not found', ...rule.good.map((example) => [`### ${example.title}`, shownFiles(example)].join('\n\n'))]),
    '## Settings',
    `In \`faultline.json\`: \`{ "rules": { "${rule.id}": "off" } }\`, or \`"info"\`, \`"warning"\`, \`"error"\`. For one statement, in the line above it: \`${isOfCode(rule) ? '//' : '--'} faultline-ignore ${rule.id}: reason\`.`,
    '<!-- Made from the rule by scripts/rules-docs.mjs; edit the rule. -->',
  ].join('\n\n')}\n`;
}

function forEngines(rule: Rule): string {
  return rule.engines === undefined ? '' : ` · ${shownEngines(rule)}`;
}

function shownEngines({ engines }: Rule): string {
  return engines === undefined ? 'all' : engines.map(engineDisplayName).join(', ');
}

/** A rule in a line, for lists to choose from: what it finds, how severe that is, and for which engines. */
export function ruleSummary(rule: Rule): string {
  return `${rule.title}. Default: ${rule.severity}.${rule.engines === undefined ? '' : ` For ${shownEngines(rule)}.`}`;
}

/** A rule in short, in Markdown: what it finds, why that matters, and where more is said. */
export function ruleDescription(rule: Rule): string {
  const [first = ''] = paragraphs(rule.explanation.trim()).split('\n\n');
  const facts = `\`${rule.id}\` · default severity: ${rule.severity}${forEngines(rule)}`;
  return [`**${rule.title}**`, facts, first, `[The rule’s page](${ruleUrl(rule.id)})`].join('\n\n');
}

/** The table of all rules. */
export function rulesIndex(rules: readonly Rule[]): string {
  const rows = rules.map((rule) => `| [\`${rule.id}\`](${rule.id}.md) | ${rule.severity} | ${rule.title} | ${shownEngines(rule)} |`);
  return [
    '# Rules',
    'Every example on these pages is run by the tests; what the rules say about PostgreSQL is proven on real servers (`test/engines/rules`), and what they say about MySQL and MariaDB too (`test/docker/mysql`).',
    ['| rule | severity | finds | engines |', '|---|---|---|---|', ...rows].join('\n'),
    '<!-- Made from the rules by scripts/rules-docs.mjs. -->\n',
  ].join('\n\n');
}

/** Source lines are broken for the editor; in Markdown a paragraph, or an item of a list, is one line. */
function paragraphs(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replaceAll(/\s*\n\s*(?!\s|- )/g, ' '))
    .join('\n\n');
}

function badExample(example: BadExample): string {
  const says = example.findings.map((finding) => `- \`${finding.at.split('\n', 1)[0]}\``).join('\n');
  const fixed =
    example.fixed === undefined ? [] : ['After the fix:', example.fixed.map((file) => fenced(file.path, file.text)).join('\n\n')];
  return [`### ${example.title}`, shownFiles(example), `Marked:\n\n${says}`, ...fixed].join('\n\n');
}

function shownFiles(example: RuleExample): string {
  const versions =
    example.engines !== undefined
      ? `, ${example.engines.map(engineTitle).join(' and ')}`
      : example.majors !== undefined
        ? `, PostgreSQL ${example.majors.join(' and ')}`
        : '';
  const framework = frameworkByName(example.framework)?.displayName ?? example.framework;
  return [`${framework}${versions}:`, ...example.files.map((file) => fenced(file.path, file.text))].join('\n\n');
}

/** `mysql 8.0` as people write it. */
function engineTitle(text: string): string {
  const [name = '', version = ''] = text.split(' ');
  const engine = name === 'mysql' || name === 'mariadb' || name === 'mongodb' ? engineDisplayName(name) : name;
  return `${engine} ${version}`;
}

function fenced(path: string, text: string): string {
  const [language, comment] = /\.[cm]?[jt]s$/.test(path) ? ['js', '//'] : path.endsWith('.sql') ? ['sql', '--'] : ['ini', '#'];
  const shown = text === '' ? `${comment} empty` : text.trimEnd();
  return `\`\`\`${language}\n${comment} ${path}\n${shown}\n\`\`\``;
}

/** Migrations of MongoDB are JavaScript. */
function isOfCode({ engines }: Rule): boolean {
  return engines?.every((name) => name === 'mongodb') === true;
}
