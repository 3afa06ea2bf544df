import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { SandboxError } from '../problem';

/** The system account that a server runs under. */
export interface Account {
  readonly name: string;
  readonly userId: number;
  readonly groupId: number;
}

/** Accounts that exist on most systems and own nothing of value to a throwaway server, best first. */
const preferred = ['postgres', '_postgres', 'mysql', '_mysql', 'nobody', 'daemon'];

let chosen: { readonly account: Account | undefined } | undefined;

/**
 * The account under which servers must be run; undefined when it is our own. Database servers refuse to run as root
 * (Postgres: check_root in postmaster/main.c; MySQL: check_user in mysqld.cc), as which many development containers run. An existing account is used, none is ever created.
 */
export function serverAccount(): Account | undefined {
  chosen ??= { account: process.getuid?.() === 0 ? findAccount() : undefined };
  return chosen.account;
}

function findAccount(): Account {
  const accounts = readAccounts();
  const ordered = [...preferred.flatMap((name) => accounts.filter((account) => account.name === name)), ...accounts];
  const usable = ordered.find(canBecome);
  if (usable !== undefined) return usable;
  throw new SandboxError(
    'Database servers refuse to run as root, and /etc/passwd lists no other account that could be used. Run Faultline as an ordinary user, or use --sandbox docker.',
  );
}

function readAccounts(): readonly Account[] {
  let lines: readonly string[];
  try {
    lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  } catch {
    return [];
  }
  return lines.flatMap((line) => {
    const [name, , user, group] = line.split(':');
    const account = { name: name ?? '', userId: Number(user), groupId: Number(group) };
    return account.userId > 0 && account.groupId >= 0 && account.name !== '' ? [account] : [];
  });
}

/** False for ids that a user namespace does not map. */
function canBecome(account: Account): boolean {
  try {
    execFileSync('/bin/sh', ['-c', ':'], { uid: account.userId, gid: account.groupId, cwd: '/', stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** May the account pass through every folder down to `path`, and read it? By permission bits; no account means ourselves: yes. */
export function canReach(path: string, account: Account | undefined): boolean {
  if (account === undefined) return true;
  try {
    for (let folder = path; ; folder = dirname(folder)) {
      if (!permitted(folder, account, folder === path ? 5 : 1)) return false;
      if (folder === dirname(folder)) return true;
    }
  } catch {
    return false;
  }
}

/** Are all bits of `wanted` (4 read, 2 write, 1 pass) granted? */
function permitted(path: string, account: Account, wanted: number): boolean {
  const status = statSync(path);
  const shift = status.uid === account.userId ? 6 : status.gid === account.groupId ? 3 : 0;
  return ((status.mode >> shift) & wanted) === wanted;
}
