import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import manifest from '../../package.json';
import { frameworks } from '../../src/frameworks/registry';
import { frameworkNames } from '../../src/model/migration';
import { allRules } from '../../src/rules/registry';

it('every framework that is read has its name, its reader, and its place in the settings', () => {
  const setting = manifest.contributes.configuration.properties['faultline.framework'];
  expect(setting.enum).toEqual(['auto', ...frameworkNames]);
  expect(setting.enumDescriptions).toHaveLength(setting.enum.length);
  expect(frameworks.map(({ name }) => name).toSorted()).toEqual([...frameworkNames].toSorted());
});

it('each choice of a setting says what it means, and each setting what it is for', () => {
  const settings: Readonly<Record<string, Setting>> = manifest.contributes.configuration.properties;
  for (const [name, setting] of Object.entries(settings)) {
    expect(setting.markdownDescription, name).toMatch(/\w{4,}.*[.`]$/);
    if (setting.enum !== undefined) expect(setting.enumDescriptions, name).toHaveLength(setting.enum.length);
  }
});

it('each command of the palette has a title under the extension’s name, and each rule a page in the package', async () => {
  for (const { command, title, category } of manifest.contributes.commands) {
    expect(category, command).toBe('Faultline');
    expect(title, command).toMatch(/^[A-Z]/);
  }
  const packaged = await readFile('.vscodeignore', 'utf8');
  expect(packaged.split('\n')).toContain('!docs/**');
  for (const { id } of allRules) expect(existsSync(`docs/rules/${id}.md`), id).toBe(true);
});

interface Setting {
  readonly markdownDescription: string;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
}
