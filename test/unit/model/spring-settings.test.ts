import { describe, expect, it } from 'vitest';
import { cutToMigrations, isApplicationSettings } from '../../../src/model/spring-settings';

const cut = (path: string, text: string) => cutToMigrations(path, text)?.text;

describe('the settings of an application', () => {
  it('are those of Flyway and the kind of its database, without addresses and passwords', () => {
    const text = `# shop
spring:
  datasource:
    url: jdbc:mysql://root:secret@db:3306/shop?useSSL=false
    password: secret
  flyway:
    user: admin-secret
    password: 'secret'
    url: \${FLYWAY_URL}
    sql-migration-prefix: M    # as ever
    sqlMigrationSeparator: "_-_"
    sql_migration_suffixes: [.up.sql, '.sql']
    init-sqls:
      - SET lock_timeout = '5s'
      - SET statement_timeout = '60s'
    placeholders:
      App_Role: shop_app
      "[a.b]": c
      tenant: \${TENANT:acme}
      region: \${REGION}
    locations:
    - classpath:db/migration
  jpa:
    mixed: true
logging:
  level: debug
---
spring:
  config:
    activate:
      on-profile: dev
  flyway:
    sql-migration-prefix: X
`;
    expect(cut('../application.yml', text)).toBe(
      [
        'database=mysql',
        'flyway.sqlmigrationprefix=M',
        'flyway.sqlmigrationseparator=_-_',
        'flyway.sqlmigrationsuffixes=.up.sql,.sql',
        "flyway.initsqls=SET lock_timeout = '5s'; SET statement_timeout = '60s'",
        'flyway.placeholders.App_Role=shop_app',
        'flyway.placeholders.a.b=c',
        'flyway.placeholders.tenant=acme',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['application.properties', 'spring.datasource.url=jdbc:p6spy:mariadb://h/x\n', 'database=mariadb\n'],
    ['application.properties', 'spring.datasource.url = jdbc:tc:postgresql:16:///x\n', 'database=postgresql\n'],
    ['application.yaml', 'spring.datasource.hikari.jdbc-url: "jdbc:mysql://h/x"\n', 'database=mysql\n'],
    ['application.yml', 'spring:\r\n  r2dbc:\r\n    url: r2dbc:postgresql://h/x\r\n', 'database=postgresql\n'],
    [
      'application.properties',
      'quarkus.datasource.db-kind=mysql\nquarkus.flyway.placeholders."t"=a\n',
      'database=mysql\nflyway.placeholders.t=a\n',
    ],
    ['application.properties', '# spring.flyway.mixed=true\nspring.flyway.mixed=true\n', 'flyway.mixed=true\n'],
    ['application.yml', 'server:\n  port: 8080\n', undefined],
  ])('%s: %j', (path, text, expected) => {
    expect(cut(path, text)).toBe(expected);
  });

  it('stand in application.yml and its like, not in those of one profile', () => {
    const names = ['../application.yml', 'config/application.properties', 'application.yaml#migrations'];
    expect(names.filter(isApplicationSettings)).toEqual(names);
    expect(['application-dev.yml', 'my-application.yml', 'application.json'].filter(isApplicationSettings)).toEqual([]);
  });
});
