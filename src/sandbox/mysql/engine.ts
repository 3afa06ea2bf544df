import { engineVersionText } from '../../model/engine';
import type { ContainerSide, ServerEngine } from '../server-engine';
import { MysqlAdministrator } from './administrator';
import { installedMariadb, installedMysql } from './installed';
import { mariadbPrograms, mysqlPrograms } from './programs';
import { administratorName, serverParameters } from './settings';

/** Where all images of both keep their data. */
const dataFolder = '/var/lib/mysql';

const ofLocal = 'use --sandbox docker';

/** Throwaway servers of MySQL. */
export const mysqlServer: ServerEngine = {
  name: 'mysql',
  administratorName,
  instead: { ofDocker: 'use --sandbox local with an installed MySQL server (mysqld)', ofLocal },
  administrator: (address) => new MysqlAdministrator('mysql', address),
  container: container('mysqld', ['MYSQL_VERSION', 'MYSQL_MAJOR'], 'MYSQL_ROOT_PASSWORD'),
  programs: mysqlPrograms(installedMysql),
};

/** Throwaway servers of MariaDB. */
export const mariadbServer: ServerEngine = {
  name: 'mariadb',
  administratorName,
  instead: { ofDocker: 'use --sandbox local with an installed MariaDB server (mariadbd)', ofLocal },
  administrator: (address) => new MysqlAdministrator('mariadb', address),
  container: container('mariadbd', ['MARIADB_VERSION', 'MARIADB_MAJOR'], 'MARIADB_ROOT_PASSWORD'),
  programs: mariadbPrograms(installedMariadb),
};

/** The official images of both take the password from the environment, and let `root` in from everywhere. */
function container(server: string, versionVariables: readonly string[], passwordVariable: string): ContainerSide {
  return {
    image: (engine) => `${engine.name}:${engineVersionText(engine)}`,
    // `MYSQL_VERSION=9.5.0-1.el9`, `MARIADB_VERSION=1:11.8.5+maria~ubu2404`.
    versionIn: (environment) => {
      const values = versionVariables.flatMap(
        (name) => environment.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? [],
      );
      return values[0]?.replace(/^\d+:/, '');
    },
    port: 3306,
    specification: (engine, password, smallDisk) => ({
      command: [server, `--pid-file=${dataFolder}/faultline.pid`, ...serverParameters(engine, smallDisk)],
      environment: [`${passwordVariable}=${password}`],
      data: { folder: dataFolder, processFile: `${dataFolder}/faultline.pid` },
    }),
    telling: /\[ERROR\]|^ERROR|error:|^(mysqld|mariadbd): /i,
  };
}
