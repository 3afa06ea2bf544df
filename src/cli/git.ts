import { execFile } from 'node:child_process';
import { CommandFailure } from './failure';

/** Runs git in the current folder and gives what it prints. A failure is the user's: what git says of it, in one line. */
export async function git(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const outcome = await tryGit(args, environment);
  if (outcome.ok) return outcome.text;
  throw new CommandFailure(outcome.why);
}

export type GitOutcome = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };

/** The same where a refusal is an answer: an object that is not there, a setting that nobody made. */
export function tryGit(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<GitOutcome> {
  return new Promise((resolve) => {
    const options = { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024, env: { ...process.env, ...environment } } as const;
    execFile('git', [...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve({ ok: true, text: stdout });
      if (error.code === 'ENOENT') return resolve({ ok: false, why: 'git was not found: it must be on the PATH' });
      const said = stderr.trim().split('\n')[0] || error.message;
      resolve({ ok: false, why: `git ${args[0]}: ${said.replace(/^fatal: /, '')}` });
    });
  });
}

/** The parts of what git prints with `-z`. */
export function parts(text: string): readonly string[] {
  return text.split('\0').filter((part) => part !== '');
}

/** The top folder of the working tree that the current folder is in. */
export async function workingTree(): Promise<string> {
  const outcome = await tryGit(['rev-parse', '--show-toplevel']);
  const top = outcome.ok ? outcome.text.trim() : '';
  if (top !== '') return top;
  throw new CommandFailure(
    outcome.ok || /not a git repository/.test(outcome.why)
      ? `${process.cwd()} is not in the working tree of a git repository`
      : outcome.why,
  );
}
