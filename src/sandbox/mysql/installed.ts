import { type Engine, engineOf } from '../../model/engine';
import { findInstalled } from '../process/installed';
import type { ServerPrograms } from '../server-engine';

/** Where packages and installers put `mysqld` and `mariadbd`: Debian, Red Hat, the archives of both makers, Homebrew, Windows. */
const places: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['/usr/sbin', '/usr/libexec', '/usr/local/mysql/bin', '/usr/local/mariadb/bin', '/home/linuxbrew/.linuxbrew/opt/mysql@*/bin'],
  darwin: [
    '/opt/homebrew/opt/mysql*/bin',
    '/opt/homebrew/opt/mariadb*/bin',
    '/usr/local/opt/mysql*/bin',
    '/usr/local/opt/mariadb*/bin',
    '/usr/local/mysql/bin',
  ],
  win32: ['C:/Program Files/MySQL/*/bin', 'C:/Program Files/MariaDB */bin'],
};

export function installedMysql(): readonly ServerPrograms[] {
  return findInstalled({ server: 'mysqld', places, engineOf: ofFamily('mysql') });
}

export function installedMariadb(): readonly ServerPrograms[] {
  // Before 10.5 the program was called mysqld, which today is a link to the other at most.
  return findInstalled({ server: 'mariadbd', places, engineOf: ofFamily('mariadb') });
}

/** `mysqld  Ver 8.4.3 for Linux on x86_64`, `mariadbd  Ver 11.8.6-MariaDB-0+deb13u1 for debian-linux-gnu on x86_64`. */
function ofFamily(name: 'mysql' | 'mariadb'): (said: string) => Engine | undefined {
  return (said) => {
    const version = /\bVer\s+(\S+)/.exec(said)?.[1];
    return version === undefined || /MariaDB/i.test(said) !== (name === 'mariadb') ? undefined : engineOf(name, version);
  };
}
