import { describe, expect, it } from 'vitest';
import { RequestMatcher } from '../../../../src/engines/command/matcher';
import { commandEnvironment } from '../../../../src/engines/mongodb/command/environment';
import { tokenizeShell } from '../../../../src/engines/mongodb/command/tokens';

describe('the tokens of a text of the shell', () => {
  it.each([
    ['db.a.insertOne({ "a-b": 1 });', 'word sign word sign word sign sign string sign number sign sign sign'],
    ['x(-1, 2.5e3, a - 1)', 'word sign number sign number sign word sign number sign'],
    ['f({ a: /x\\/[/]y/i }) // end', 'word sign sign word sign string sign sign comment'],
    ['a / b / c', 'word sign word sign word'],
    ['"a\\"b" \'c\' `d\ne`', 'string string string'],
    ['', ''],
  ])('%s', (text, kinds) => {
    expect(
      tokenizeShell(text)
        .map(({ kind }) => kind)
        .join(' '),
    ).toBe(kinds);
  });

  it('find requests again whose values differ, and tell transactions of one session apart', () => {
    const known = (text: string, inTransaction = false) => ({ connection: inTransaction ? 9 : 1, texts: [text], inTransaction });
    const matcher = new RequestMatcher(
      [
        known('db.a.insertOne({ _id: ObjectId("65f000000000000000000001"), at: ISODate("2026-01-01T00:00:00Z") });'),
        known('db.b.updateOne({ k: 1 }, { $set: { v: -1 } }, { session });', true),
        known('session.commitTransaction();', true),
        known('db.b.updateOne({ k: 1 }, { $set: { v: -1 } }, { session });', true),
        known('session.commitTransaction();', true),
      ],
      tokenizeShell,
    );
    expect(matcher.match(4, ['db.a.insertOne({ _id: ObjectId("65f000000000000000000002"), at: ISODate("2026-02-02T00:00:00Z") });'])).toBe(
      0,
    );
    expect(matcher.match(4, ['db.a.insertOne({ _id: ObjectId("65f000000000000000000003"), at: 5 });'])).toBeUndefined();
    const update = 'db.b.updateOne({ k: 1 }, { $set: { v: -1 } }, { session });';
    expect(
      [update, 'session.commitTransaction();', update, 'session.commitTransaction();'].map((text) => matcher.match(7, [text])),
    ).toEqual([1, 2, 3, 4]);
  });
});

describe('the environment of a command on MongoDB', () => {
  const address = { host: '127.0.0.1', port: 5, user: '', password: '', database: 'faultline_1' };
  const url = 'mongodb://127.0.0.1:5/faultline_1?directConnection=true&serverSelectionTimeoutMS=2000';

  it('has the sandbox under every name that tools read', () => {
    const environment = commandEnvironment({}, address, undefined);
    for (const name of ['MONGODB_URL', 'MONGO_URL', 'MONGODB_URI', 'MONGO_URI', 'DATABASE_URL', 'MIGRATE_MONGO_URI'])
      expect(environment[name]).toBe(url);
    expect(environment).toMatchObject({
      MONGODB_HOST: '127.0.0.1',
      MONGO_PORT: '5',
      MONGODB_DATABASE: 'faultline_1',
      MONGODB_DB: 'faultline_1',
    });
  });

  it('leads nowhere else, and keeps the names of databases', () => {
    const environment = commandEnvironment(
      {
        ATLAS: 'mongodb+srv://me:secret@cluster.example.net/shop?retryWrites=true',
        BARE: 'mongodb://a.example,b.example:27018',
        MONGO_URI: 'mongodb://prod.example/audit',
        OTHER: 'postgres://a/b',
      },
      address,
      undefined,
    );
    expect(environment.ATLAS).toBe(url.replace('faultline_1', 'shop'));
    expect(environment.BARE).toBe(url);
    expect(environment.MONGO_URI).toBe(url.replace('faultline_1', 'audit'));
    expect(environment.OTHER).toBe('postgres://a/b');
    expect(JSON.stringify(environment)).not.toMatch(/secret|example/);
  });
});
