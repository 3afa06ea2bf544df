import { expect, it } from 'vitest';
import manifest from '../../package.json';
import { frameworks } from '../../src/frameworks/registry';
import { frameworkNames } from '../../src/model/migration';

it('every framework that is read has its name, its reader, and its place in the settings', () => {
  const setting = manifest.contributes.configuration.properties['faultline.framework'];
  expect(setting.enum).toEqual(['auto', ...frameworkNames]);
  expect(setting.enumDescriptions).toHaveLength(setting.enum.length);
  expect(frameworks.map(({ name }) => name).toSorted()).toEqual([...frameworkNames].toSorted());
});
