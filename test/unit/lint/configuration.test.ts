import { describe, expect, it } from 'vitest';
import { defaultConfiguration, mergeConfigurations, parseConfiguration, parseRuleOverrides } from '../../../src/lint/configuration';

const messageOf = (text: string) => {
  const parsed = parseConfiguration(text);
  return parsed.ok ? 'ok' : parsed.error.message;
};

describe('faultline.json', () => {
  it('is read with all its keys', () => {
    const text = JSON.stringify({
      $schema: './schema.json',
      engine: 'postgres',
      engineVersion: '16.4',
      framework: 'goose',
      migrations: ['db/**/*.sql'],
      rules: { 'destructive-change': 'off' },
      sandbox: 'docker',
      seedRows: 100,
      images: { postgres: 'postgis/postgis:18' },
      simulate: { faults: ['crash'], points: ['start', 'before:2', 'after'], failOn: ['broken'] },
      placeholders: { schema: 'app' },
    });
    expect(parseConfiguration(text)).toEqual({
      ok: true,
      value: {
        engine: 'postgres',
        engineVersion: 16,
        framework: 'goose',
        migrations: ['db/**/*.sql'],
        rules: { 'destructive-change': 'off' },
        sandbox: 'docker',
        seedRows: 100,
        images: { postgres: 'postgis/postgis:18' },
        simulate: { faults: ['crash'], points: ['start', 'before:2', 'after'], failOn: ['broken'] },
        placeholders: { schema: 'app' },
      },
    });
    expect(parseConfiguration('\ufeff{}')).toEqual({ ok: true, value: defaultConfiguration });
  });

  it.each([
    ['{', 'not valid JSON'],
    ['[]', 'must hold an object'],
    ['{"engin": "postgres"}', 'no key "engin"'],
    ['{"engin": "postgres"}', 'Did you mean "engine"?'],
    ['{"framework": "gose"}', 'Did you mean "goose"?'],
    ['{"simulate": {"failon": []}}', 'Did you mean "failOn"?'],
    ['{"constructor": 1}', 'no key "constructor"'],
    ['{"engine": "oracle"}', 'one of postgres, mysql, mariadb, mongodb'],
    ['{"engineVersion": "new"}', '12 to 18'],
    ['{"rules": {"x": "fatal"}}', '"rules.x"'],
    ['{"seedRows": -1}', 'whole number'],
    ['{"migrations": "db"}', 'must be a list'],
    ['{"migrations": [1]}', '"migrations[0]" must be a text'],
    ['{"images": {"oracle": "x"}}', 'images'],
    ['{"simulate": {"faults": ["flood"]}}', 'simulate.faults[0]'],
    ['{"simulate": {"points": ["middle"]}}', 'simulate.points[0]'],
    ['{"simulate": {"speed": 1}}', 'simulate.speed'],
  ])('says what is wrong in %s', (text, expected) => {
    expect(messageOf(text)).toContain(expected);
  });

  it('is merged key by key', () => {
    const merged = mergeConfigurations(
      { ...defaultConfiguration, engine: 'postgres', rules: { a: 'off', b: 'info' } },
      { ...defaultConfiguration, engineVersion: 14, rules: { b: 'error' } },
    );
    expect(merged).toMatchObject({ engine: 'postgres', engineVersion: 14, rules: { a: 'off', b: 'error' } });
  });
});

describe('--rule', () => {
  it('takes ID=LEVEL', () => {
    expect(parseRuleOverrides(['a-b=off', 'c=error'])).toEqual({ ok: true, value: { 'a-b': 'off', c: 'error' } });
    for (const wrong of ['a', 'a=', '=off', 'a=off=on', 'a=loud']) expect(parseRuleOverrides([wrong]).ok).toBe(false);
  });
});
