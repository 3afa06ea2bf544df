import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rulePage, rulesIndex } from '../../../src/rules/page';
import { allRules, ruleById } from '../../../src/rules/registry';
import { ruleUrl } from '../../../src/rules/rule';

const folder = new URL('../../../docs/rules/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');

describe('docs/rules', () => {
  it('has a page for each rule and no other (mend with: node scripts/rules-docs.mjs)', () => {
    expect(readdirSync(folder).sort()).toEqual(['README.md', ...allRules.map((rule) => `${rule.id}.md`)].sort());
  });

  it.each(allRules.map((rule) => rule.id))('has the present text of %s', (id) => {
    const rule = ruleById(id);
    expect(rule && rulePage(rule)).toBe(read(`${id}.md`));
    expect(ruleUrl(id)).toContain(`/docs/rules/${id}.md`);
  });

  it.each(allRules)('shows the lists in the explanation of $id as lists', (rule) => {
    const items = (text: string) => text.match(/^- /gm)?.length ?? 0;
    expect(items(rulePage({ ...rule, bad: [], good: [] }))).toBe(items(rule.explanation));
  });

  it('has a current index', () => {
    expect(rulesIndex(allRules)).toBe(read('README.md'));
  });
});

describe('every rule', () => {
  it.each(allRules)('$id has an id of its own in kebab case, and says what, why and what to do', (rule) => {
    expect(allRules.filter((other) => other.id === rule.id)).toHaveLength(1);
    expect(rule.id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(rule.explanation.split('\n\n').length).toBeGreaterThan(1);
  });
});
