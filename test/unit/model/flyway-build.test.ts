import { describe, expect, it } from 'vitest';
import { readFlywaySettings } from '../../../src/frameworks/flyway-settings';
import { cutToFlyway, isFlywayBuild } from '../../../src/model/flyway-build';

const cut = (path: string, text: string) => cutToFlyway(path, text)?.text;

describe("the configuration of Flyway's plugin", () => {
  it('stands in pom.xml, with properties of the project put in, and nothing else is taken', () => {
    const text = `<project>
  <properties>
    <app.schema>shop</app.schema>
    <flyway.mixed>true</flyway.mixed>
    <flyway.password>secret</flyway.password>
  </properties>
  <build><plugins>
    <plugin><artifactId>other-plugin</artifactId><configuration><mixed>false</mixed></configuration></plugin>
    <plugin>
      <groupId>org.flywaydb</groupId>
      <artifactId>flyway-maven-plugin</artifactId>
      <executions><execution><configuration><table>other</table></configuration></execution></executions>
      <configuration>
        <!-- <table>old</table> -->
        <url>jdbc:mysql://root:secret@db/shop</url>
        <password>secret</password>
        <sqlMigrationPrefix>M</sqlMigrationPrefix>
        <sqlMigrationSuffixes><sqlMigrationSuffix>.up.sql</sqlMigrationSuffix><sqlMigrationSuffix>.sql</sqlMigrationSuffix></sqlMigrationSuffixes>
        <schemas><schema>app</schema></schemas>
        <placeholders><schema>\${app.schema}</schema><owner.Name>a &amp; b</owner.Name><from.outside>\${env.X}</from.outside></placeholders>
      </configuration>
    </plugin>
  </plugins></build>
</project>`;
    expect(cut('../pom.xml', text)?.split('\n').sort().join('\n').trim()).toBe(
      [
        'database=mysql',
        'flyway.mixed=true',
        'flyway.placeholders.owner.Name=a & b',
        'flyway.placeholders.schema=shop',
        'flyway.schemas=app',
        'flyway.sqlmigrationprefix=M',
        'flyway.sqlmigrationsuffixes=.up.sql,.sql',
      ].join('\n'),
    );
    expect(cut('pom.xml', '<project><build/></project>')).toBeUndefined();
  });

  it.each([
    [
      'build.gradle',
      `plugins { id 'org.flywaydb.flyway' version '10.0.0' }
flyway {
    url = 'jdbc:postgresql://localhost/x' // here
    password = 'secret'
    mixed = true
    table 'history'
    schemas = ['app', 'other']
    placeholders = [
        schema: 'shop',
        'owner': "bob",
        home: "\${System.getenv('HOME')}",
    ]
    initSql = "SET lock_timeout = '5s'"
}
tasks { mixed = false }
`,
    ],
    [
      'build.gradle.kts',
      `flyway {
    url = "jdbc:postgresql://localhost/x"
    mixed.set(true)
    table = "history"
    schemas = arrayOf("app", "other")
    placeholders = mapOf("schema" to "shop",
        "owner" to "bob", "home" to "\${project.name}")
    initSql = "SET lock_timeout = '5s'"
}
`,
    ],
  ])('stands in %s, as far as it is written there', (path, text) => {
    expect(cut(path, text)?.split('\n').sort().join('\n').trim()).toBe(
      [
        'database=postgresql',
        "flyway.initsql=SET lock_timeout = '5s'",
        'flyway.mixed=true',
        'flyway.placeholders.owner=bob',
        'flyway.placeholders.schema=shop',
        'flyway.schemas=app,other',
        'flyway.table=history',
      ].join('\n'),
    );
  });

  it('goes for the migrations below it, and the nearest counts', () => {
    const files = [
      { path: '../../build.gradle', text: "flyway {\n  mixed = true\n  placeholders = [a: 'far', b: 'far']\n}\n" },
      {
        path: '../pom.xml',
        text: '<plugin><artifactId>flyway-maven-plugin</artifactId><configuration><placeholders><a>near</a></placeholders></configuration></plugin>',
      },
    ].flatMap(({ path, text }) => cutToFlyway(path, text) ?? []);
    expect(readFlywaySettings(files)).toMatchObject({ mixed: true, placeholders: { a: 'near', b: 'far' } });
    expect(['pom.xml', '../build.gradle.kts#migrations', 'a/build.gradle'].every(isFlywayBuild)).toBe(true);
    expect(['pom.xml.bak', 'settings.gradle'].some(isFlywayBuild)).toBe(false);
  });
});
