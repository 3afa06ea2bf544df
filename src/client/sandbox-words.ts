import type { SandboxProviderName } from '../model/sandbox';

/** What the panel calls the kinds of sandboxes. */
export const sandboxLabels: Readonly<Record<SandboxProviderName, string>> = {
  embedded: 'Embedded server',
  docker: 'Docker',
  local: 'Installed server',
};

/** Where the other sandboxes stand beside it, the reason against one need not name them: what can't be chosen there can't be advised. */
export function withoutAlternatives(message: string): string {
  return message.replace(/, or use --sandbox (?:embedded|docker|local)\b.*$/s, '.');
}

/** The runner speaks to the command line, too: here its options have names that can be seen. */
export function inPanelWords(message: string): string {
  return withInstalled(withStateBefore(message)).replace(
    /(?:\b(use|Use) )?--sandbox (embedded|docker|local)\b/g,
    (_, verb: string | undefined, name: SandboxProviderName) => {
      const choose = verb === undefined ? '' : verb === 'Use' ? 'Choose ' : 'choose ';
      return `${choose}“${sandboxLabels[name]}”`;
    },
  );
}

/** “Installed server” can be chosen once there is one. */
function withInstalled(message: string): string {
  return message.replace(
    /\buse --sandbox local with an installed (\w+ server \(\w+\))/g,
    `install a $1 and choose “${sandboxLabels.local}”`,
  );
}

/** The state before is a field of the panel where a command is simulated; for a file it is an option of the command line alone. */
function withStateBefore(message: string): string {
  return message.replace(
    /\bwith --before FILE\b/g,
    'in the field “State before” where a command is simulated, else on the command line (faultline simulate --before FILE)',
  );
}
