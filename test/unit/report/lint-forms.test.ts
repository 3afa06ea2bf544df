import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { lintFolder } from '../../../src/lint/lint';
import type { FileReport, LintReport } from '../../../src/model/finding';
import { loadParser } from '../../../src/parse/load';
import { lintGithub } from '../../../src/report/lint-github';
import { lintGitlab } from '../../../src/report/lint-gitlab';
import { lintReport as makeReport } from '../../../src/report/lint-json';
import { lintJunit } from '../../../src/report/lint-junit';
import { lintSarif } from '../../../src/report/lint-sarif';
import { allRules } from '../../../src/rules/registry';
import { ruleUrl } from '../../../src/rules/rule';

/** Paths and messages as they occur, and as nobody hopes that they do. */
const strange = [
  'db/migrations/0001_users.sql',
  'with space/100%/a,b:c;d.sql',
  '/absolute/path/ü 漢 😀.sql',
  'C:/Users/me/1.sql',
  '../outside/#1?.sql',
  'quotes\'"`<tag attribute="x">&amp;]]>.sql',
  'line\nbreak\r\n.sql',
  'half a pair \ud83d and a control \u0007.sql',
  '%0A%25::error file=x::.sql',
  '\\\\server\\share\\1.sql',
];

function reportOf(texts: readonly string[]): LintReport {
  const range = { start: { line: 2, character: 4 }, end: { line: 3, character: 0 } };
  const files = texts.map(
    (path): FileReport => ({
      path,
      engine: 'postgres',
      engineVersion: '18',
      framework: 'sql',
      findings: texts.map((message, position) => ({
        rule: 'missing-guard',
        severity: (['error', 'warning', 'info'] as const)[position % 3] ?? 'error',
        message,
        help: position % 2 === 0 ? '' : message,
        url: 'https://example.org/rule',
        section: 'up',
        range: position % 2 === 0 ? { start: range.start, end: { ...range.start, character: 9 } } : range,
        fixes: [],
      })),
      errors: [],
    }),
  );
  return makeReport([...files, { ...(files[0] as FileReport), path: 'clean.sql', findings: [] }], 12);
}

let ofExamples: LintReport;

beforeAll(async () => {
  await loadParser();
  const reports = allRules.flatMap((rule, number) =>
    rule.bad.flatMap(({ framework, files, engines }, position) =>
      engines === undefined
        ? lintFolder({ files, configuration: { ...defaultConfiguration, framework } }).reports.map((report) => ({
            ...report,
            path: `${number}/${position}/${report.path}`,
          }))
        : [],
    ),
  );
  ofExamples = makeReport(reports, 5);
});

const reports = (): readonly LintReport[] => [ofExamples, reportOf(strange), makeReport([], 0)];

describe('SARIF', () => {
  const schema: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/sarif/sarif-2.1.0-rtm.5.json'), 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  // RFC 3986: what may stand in a reference at all, and that percent signs are followed by two digits.
  const isReference = (text: string) => /^(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[\dA-Fa-f]{2})*$/.test(text);
  ajv.addFormat('uri-reference', isReference);
  ajv.addFormat('uri', (text: string) => isReference(text) && URL.canParse(text));
  ajv.addFormat('date-time', () => false);
  // Of draft 4 it uses nothing that later drafts changed, but for how it names itself.
  const { $schema, id, ...rest } = schema as Record<string, unknown>;
  const validate = ajv.compile(rest);
  const rules = allRules.map((rule) => ({ id: rule.id, title: rule.title, url: ruleUrl(rule.id) }));

  it('is valid by the schema of the standard', () => {
    expect([$schema, id].every((name) => typeof name === 'string')).toBe(true);
    for (const report of reports()) {
      const log: unknown = JSON.parse(lintSarif(report, { version: '0.1.0', rules }));
      validate(log);
      expect(validate.errors ?? []).toEqual([]);
    }
  });

  it('is refused by it when something is wrong', () => {
    const log = JSON.parse(lintSarif(reportOf(strange), { version: '0.1.0', rules }));
    log.runs[0].results[0].level = 'info';
    log.runs[0].results[1].locations[0].physicalLocation.region.startLine = 0;
    log.runs[0].results[2].locations[0].physicalLocation.artifactLocation.uri = 'with space';
    log.runs[0].colour = 'red';
    validate(log);
    expect(new Set(validate.errors?.map(({ keyword }) => keyword))).toEqual(new Set(['enum', 'minimum', 'format', 'additionalProperties']));
  });

  it('names each file so that the path can be read back', () => {
    const log = JSON.parse(lintSarif(reportOf(strange), { version: '0.1.0', rules }));
    const places: { uri: string; uriBaseId?: string }[] = log.runs[0].results.map(
      (result: { locations: { physicalLocation: { artifactLocation: unknown } }[] }) =>
        result.locations[0]?.physicalLocation.artifactLocation,
    );
    const read = [...new Set(places.map(({ uri, uriBaseId }) => (uriBaseId === undefined ? new URL(uri).pathname : uri)))];
    const whole = strange.map((path) => path.replace('\ud83d and', '\ufffd and'));
    expect(read.map((uri) => decodeURIComponent(uri))).toEqual(whole.map((path) => (path.startsWith('C:') ? `/${path}` : path)));
    expect(places.filter(({ uriBaseId }) => uriBaseId === undefined)).toHaveLength(2 * strange.length);
  });
});

describe('GitLab', () => {
  /** Documentation of GitLab, "Code Quality report format". */
  const validate = new Ajv({ allErrors: true }).compile({
    type: 'array',
    items: {
      type: 'object',
      required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
      properties: {
        description: { type: 'string', minLength: 1 },
        check_name: { type: 'string', minLength: 1 },
        fingerprint: { type: 'string', minLength: 1 },
        severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
        location: {
          type: 'object',
          required: ['path', 'lines'],
          properties: {
            path: { type: 'string', pattern: '^(?!\\./)' },
            lines: { type: 'object', required: ['begin'], properties: { begin: { type: 'integer', minimum: 1 } } },
          },
        },
      },
    },
  });

  it('has all that its report must have, and no fingerprint twice', () => {
    for (const report of reports()) {
      const issues = JSON.parse(lintGitlab(report));
      validate(issues);
      expect(validate.errors ?? []).toEqual([]);
      const fingerprints = issues.map((issue: { fingerprint: string }) => issue.fingerprint);
      expect(new Set(fingerprints).size).toBe(fingerprints.length);
    }
  });
});

describe('GitHub', () => {
  it('gives the runner one command per finding, with every property and message as they were', () => {
    for (const report of reports()) {
      const findings = report.files.flatMap(({ path, findings }) => findings.map((finding) => ({ path, ...finding })));
      const lines = lintGithub(report).split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.map(command)).toEqual(
        findings.map(({ path, rule, severity, message, help, range }) => ({
          name: severity === 'info' ? 'notice' : severity,
          message: help === '' ? message : `${message}\n${help}`,
          file: path,
          title: `Faultline: ${rule}`,
          line: String(range.start.line + 1),
          endLine: String(range.end.line + 1),
          ...(range.start.line === range.end.line && {
            col: String(range.start.character + 1),
            endColumn: String(range.end.character + 1),
          }),
        })),
      );
    }
  });

  /** A line as GitHub's runner reads it: to the next `::`, properties cut at commas, and unescaped with the percent sign last. */
  function command(line: string): Record<string, string> {
    const end = line.indexOf('::', 2);
    const [name = '', ...properties] = line.slice(2, end).split(' ');
    const read = properties
      .join(' ')
      .split(',')
      .map((property) => [property.slice(0, property.indexOf('=')), unescaped(property.slice(property.indexOf('=') + 1), true)]);
    return { name, ...Object.fromEntries(read), message: unescaped(line.slice(end + 2), false) };
  }

  function unescaped(text: string, isProperty: boolean): string {
    const plain = text.replaceAll('%0D', '\r').replaceAll('%0A', '\n');
    return (isProperty ? plain.replaceAll('%3A', ':').replaceAll('%2C', ',') : plain).replaceAll('%25', '%');
  }
});

describe('JUnit', () => {
  /** The elements of the common schema (junit-10.xsd) that are used: what they may and must have. */
  const elements: Record<string, { readonly parent: string; readonly must: readonly string[]; readonly may: readonly string[] }> = {
    testsuites: { parent: '', must: [], may: ['name', 'time', 'tests', 'failures', 'disabled', 'errors'] },
    testsuite: {
      parent: 'testsuites',
      must: ['name', 'tests'],
      may: ['failures', 'errors', 'time', 'skipped', 'timestamp', 'hostname', 'id'],
    },
    testcase: { parent: 'testsuite', must: ['name', 'classname'], may: ['time', 'file', 'line'] },
    failure: { parent: 'testcase', must: [], may: ['type', 'message'] },
  };

  it('is well-formed XML of the common schema, and its counts are right', () => {
    for (const report of reports()) {
      const xml = lintJunit(report);
      expect(xml.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n')).toBe(true);
      const { opened, problems } = readXml(xml);
      expect(problems).toEqual([]);
      const findings = report.files.flatMap((file) => file.findings).length;
      expect(opened.filter(({ name }) => name === 'failure')).toHaveLength(findings);
      expect(opened.filter(({ name }) => name === 'testsuite')).toHaveLength(report.files.length);
      const [root] = opened;
      expect(root?.attributes.get('tests')).toBe(String(opened.filter(({ name }) => name === 'testcase').length));
      expect(root?.attributes.get('failures')).toBe(String(findings));
    }
  });

  interface Element {
    readonly name: string;
    readonly attributes: ReadonlyMap<string, string>;
  }

  /** Reads XML without comments, CDATA and DTD. A problem is whatever a parser, or the schema, would refuse. */
  function readXml(xml: string): { readonly opened: readonly Element[]; readonly problems: readonly string[] } {
    // XML 1.0, "Characters".
    const problems = forbidden.test(xml) ? ['a character that XML does not have'] : [];
    const opened: Element[] = [];
    const open: string[] = [];
    const body = xml.replace(/^<\?xml version="1.0" encoding="UTF-8"\?>\n/, '');
    for (const [whole, text, closing, name = '', inside = '', empty] of body.matchAll(markup)) {
      if (text !== undefined) checkText(text, problems);
      else if (name === '') problems.push(`markup that can't be read: ${whole}`);
      else if (closing !== undefined) problems.push(...(open.pop() === name ? [] : [`</${name}> closes something else`]));
      else {
        const attributes = attributesOf(inside, problems);
        checkElement(name, open.at(-1) ?? '', attributes, problems);
        opened.push({ name, attributes });
        if (empty === undefined) open.push(name);
      }
    }
    if (open.length > 0) problems.push(`${open.join()} stay open`);
    return { opened, problems };
  }

  const markup = /([^<]+)|<(\/)?([a-z]+)((?:\s+[a-z]+="[^"<]*")*)\s*(\/)?>|</g;
  const forbidden =
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is about them.
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

  function checkElement(name: string, parent: string, attributes: ReadonlyMap<string, string>, problems: string[]): void {
    const rules = elements[name];
    if (rules?.parent !== parent) problems.push(`${name} in ${parent}`);
    const { must = [], may = [] } = rules ?? {};
    problems.push(...must.filter((attribute) => !attributes.has(attribute)).map((attribute) => `${name} has no ${attribute}`));
    problems.push(...[...attributes.keys()].filter((has) => !must.includes(has) && !may.includes(has)).map((has) => `${name} has ${has}`));
  }

  function attributesOf(inside: string, problems: string[]): ReadonlyMap<string, string> {
    const attributes = new Map<string, string>();
    for (const [, name = '', value = ''] of inside.matchAll(/([a-z]+)="([^"]*)"/g)) {
      if (attributes.has(name)) problems.push(`${name} twice`);
      checkText(value, problems);
      attributes.set(name, value);
    }
    return attributes;
  }

  function checkText(text: string, problems: string[]): void {
    if (/&(?!(?:amp|lt|gt|quot|#39);)/.test(text)) problems.push(`a bare ampersand in ${text}`);
    if (text.includes(']]>')) problems.push(`the end of CDATA in ${text}`);
  }
});
