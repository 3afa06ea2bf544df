import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import manifest from '../../../package.json';
import schema from '../../../schemas/faultline.schema.json';
import { readConfiguration } from '../../../src/lint/configuration';
import { frameworkNames } from '../../../src/model/migration';
import { allRules } from '../../../src/rules/registry';
import { readEditorSettings } from '../../../src/server/settings';

const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

describe('the schema of faultline.json', () => {
  it.each([
    {},
    { engine: 'postgres', engineVersion: 16 },
    { engineVersion: '16.2' },
    { framework: 'goose', migrations: ['db/**/*.sql'] },
    { rules: { 'missing-rollback': 'off' } },
    { sandbox: 'docker', images: { postgres: 'postgis/postgis:18-3.6' }, seedRows: 0 },
    { placeholders: { schema: 'app' } },
    { simulate: { faults: 'all', points: ['start', 'before:2', 'commit'], failOn: ['broken'] } },
    { simulate: { faults: ['crash', 'error'] } },
  ])('accepts what is read: %j', (value) => {
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
    expect(readConfiguration(value).ok).toBe(true);
  });

  it.each([
    { engine: 'oracle' },
    { engineVersion: 0 },
    { framework: 'access' },
    { rules: { a: 'fatal' } },
    { sandbox: 'production' },
    { seedRows: -1 },
    { images: { oracle: 'x' } },
    { placeholders: { a: 1 } },
    { simulate: { faults: ['fire'] } },
    { simulate: { points: ['later'] } },
    { simulate: { speed: 1 } },
    { colour: 'red' },
  ])('refuses what is refused: %j', (value) => {
    expect(validate(value)).toBe(false);
    expect(readConfiguration(value).ok).toBe(false);
  });
});

it('knows each framework, in faultline.json and in the settings', () => {
  expect(schema.properties.framework.enum).toEqual([...frameworkNames]);
  expect(manifest.contributes.configuration.properties['faultline.framework'].enum).toEqual(['auto', ...frameworkNames]);
});

it('knows each rule with what it finds, and takes one that it does not know for a problem of the file alone', () => {
  const rules: Record<string, { description: string }> = schema.properties.rules.properties;
  expect(Object.keys(rules)).toEqual(allRules.map(({ id }) => id).sort());
  for (const rule of allRules) {
    expect(rules[rule.id]?.description.startsWith(`${rule.title}. Default: ${rule.severity}.`), rule.id).toBe(true);
  }
  expect(validate({ rules: { 'from-a-later-version': 'off' } })).toBe(true);
});

it('is checked too where no migration has been opened yet', () => {
  expect(manifest.activationEvents).toContain('workspaceContains:faultline.json');
});

describe('the contributed settings', () => {
  const properties: Record<string, { default: unknown }> = manifest.contributes.configuration.properties;

  it('are keys of faultline.json, but for what concerns the editor alone', () => {
    const keys = Object.keys(properties).map((name) => name.split('.')[1] ?? '');
    const known = Object.keys(schema.properties);
    expect(keys.filter((key) => key !== 'trace' && key !== 'inlayHints' && !known.includes(key))).toEqual([]);
  });

  it('have defaults that are read without a problem', () => {
    const problems: string[] = [];
    const defaults = Object.fromEntries(
      Object.entries(properties)
        .filter(([name]) => name.split('.').length === 2)
        .map(([name, { default: value }]) => [name.split('.')[1], value]),
    );
    readEditorSettings(defaults, (problem) => problems.push(problem));
    expect(problems).toEqual([]);
  });
});
