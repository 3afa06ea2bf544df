import { describe, expect, it } from 'vitest';
import { commandEnvironment, connectionUrl } from '../../../src/engines/postgres/command/environment';

const address = { host: '127.0.0.1', port: 6000, user: 'faultline', password: 'p@ss/word', database: 'db 1' };

describe('the environment of a command', () => {
  it('has the address in every usual form', () => {
    const environment = commandEnvironment({}, address, undefined);
    expect(environment.DATABASE_URL).toBe('postgres://faultline:p%40ss%2Fword@127.0.0.1:6000/db%201?sslmode=disable');
    expect(new URL(connectionUrl(address)).port).toBe('6000');
    expect(environment).toMatchObject({
      PGHOST: '127.0.0.1',
      PGPORT: '6000',
      PGDATABASE: 'db 1',
      PGSSLMODE: 'disable',
      DB_PASSWORD: 'p@ss/word',
    });
    expect(environment.FLYWAY_URL).toBe('jdbc:postgresql://127.0.0.1:6000/db%201?sslmode=disable');
  });

  it('keeps what is the user’s own, and nothing that leads to another database', () => {
    const environment = commandEnvironment(
      {
        PATH: '/bin',
        HOME: '/home/me',
        PGHOST: 'production',
        PGSERVICE: 'live',
        PGPASSFILE: '/home/me/.pgpass',
        PGOPTIONS: '-c role=owner',
        BILLING_DB: 'postgresql://me:secret@production/billing',
        JDBC: 'jdbc:postgresql://production/billing',
        DATABASE_URL: 'mysql://production/x',
        ELECTRON_RUN_AS_NODE: '1',
        UNSET: undefined,
      },
      address,
      undefined,
    );
    expect(environment).toMatchObject({ PATH: '/bin', HOME: '/home/me', PGHOST: '127.0.0.1' });
    expect(JSON.stringify(environment)).not.toMatch(/production|secret|live|pgpass|owner/);
    expect(environment.BILLING_DB).toBe(environment.DATABASE_URL?.replace('postgres', 'postgresql'));
    expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(['PGSERVICE']));
    expect('ELECTRON_RUN_AS_NODE' in environment || 'UNSET' in environment).toBe(false);
  });

  it('replaces addresses in the form that their readers understand', () => {
    const environment = commandEnvironment(
      {
        SQLALCHEMY_DATABASE_URI: 'postgresql+psycopg2://me:secret@production/x',
        DB_URL: 'postgresql+asyncpg://me:secret@production/x',
        GEO: 'postgis://me:secret@production/x',
        SPRING_DATASOURCE_URL: 'jdbc:postgresql://production/x',
        GO_DSN: 'host=production user=me password=secret dbname=x',
        ConnectionStrings__Main: 'Host=production;Database=x;Username=me;Password=secret',
        PG_HOST: 'production',
        NOTE: 'host=a phrase',
        OTHER: 'mysql://elsewhere/x',
      },
      { ...address, database: 'x1', password: 'word' },
      undefined,
    );
    expect(JSON.stringify(environment)).not.toMatch(/production|secret/);
    expect(environment).toMatchObject({
      SQLALCHEMY_DATABASE_URI: 'postgresql+psycopg2://faultline:word@127.0.0.1:6000/x1',
      DB_URL: 'postgresql+asyncpg://faultline:word@127.0.0.1:6000/x1',
      GEO: 'postgis://faultline:word@127.0.0.1:6000/x1?sslmode=disable',
      SPRING_DATASOURCE_URL: 'jdbc:postgresql://127.0.0.1:6000/x1?sslmode=disable&user=faultline&password=word',
      GO_DSN: environment.DATABASE_URL,
      ConnectionStrings__Main: 'Host=127.0.0.1;Port=6000;Database=x1;Username=faultline;Password=word;SSL Mode=Disable',
      PG_HOST: '127.0.0.1',
      NOTE: 'host=a phrase',
      OTHER: 'mysql://elsewhere/x',
    });
  });

  it('adds the guard to the options that Node programs have already', () => {
    const environment = commandEnvironment({ NODE_OPTIONS: '--max-old-space-size=100' }, address, '/a folder/guard.cjs');
    expect(environment.NODE_OPTIONS).toBe('--max-old-space-size=100 --require "/a folder/guard.cjs"');
    expect(environment.FAULTLINE_SANDBOX_PORT).toBe('6000');
  });
});
