import { describe, expect, it } from 'vitest';
import { inPanelWords } from '../../../src/client/sandbox-words';
import { sandboxChoices } from '../../../src/client/sandboxes';

describe('the sandboxes of the panel', () => {
  it('are those that there are for the engine, without an installed server that is not there', () => {
    const found = [
      { name: 'embedded', unavailable: 'There is no embedded MySQL; use --sandbox docker for it.' },
      {
        name: 'docker',
        unavailable: 'Docker is not running. Start Docker, or use --sandbox local with an installed MySQL server (mysqld).',
      },
      { name: 'local', unavailable: 'no mysqld' },
    ] as const;
    expect(sandboxChoices('postgres', [{ name: 'embedded' }, ...found.slice(1)])).toEqual([
      { name: 'embedded', label: 'Embedded server' },
      { name: 'docker', label: 'Docker', unavailable: 'Docker is not running. Start Docker.' },
    ]);
    expect(sandboxChoices('mariadb', [{ name: 'local' }])).toEqual([{ name: 'local', label: 'Installed server' }]);
  });

  it('name an installed server as a way where there is no other, and advise nothing that cannot be chosen', () => {
    const found = [
      { name: 'embedded', unavailable: 'There is no embedded MySQL; use --sandbox docker for it.' },
      {
        name: 'docker',
        unavailable: 'Docker is not running. Start Docker, or use --sandbox local with an installed MySQL server (mysqld).',
      },
      { name: 'local', unavailable: 'MySQL 8.4 is not installed on this machine. Install it, or use --sandbox docker.' },
    ] as const;
    expect(sandboxChoices('mysql', found)).toEqual([
      { name: 'docker', label: 'Docker', unavailable: 'Docker is not running. Start Docker.' },
      { name: 'local', label: 'Installed server', unavailable: 'MySQL 8.4 is not installed on this machine. Install it.' },
    ]);
    expect(inPanelWords(found[1].unavailable)).toBe(
      'Docker is not running. Start Docker, or install a MySQL server (mysqld) and choose “Installed server”.',
    );
  });

  it('are never called by options of the command line', () => {
    expect(inPanelWords('Use --sandbox docker, or --sandbox local with an installed one.')).toBe(
      'Choose “Docker”, or “Installed server” with an installed one.',
    );
    expect(inPanelWords('The state before the migration can be given with --before FILE.')).toBe(
      'The state before the migration can be given in the field “State before” where a command is simulated, else on the command line (faultline simulate --before FILE).',
    );
    expect(inPanelWords('use --sandbox docker.')).toBe('choose “Docker”.');
  });
});
