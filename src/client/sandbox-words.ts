import type { SandboxProviderName } from '../model/sandbox';

/** What the panel calls the kinds of sandboxes. */
export const sandboxLabels: Readonly<Record<SandboxProviderName, string>> = {
  embedded: 'Embedded server',
  docker: 'Docker',
  local: 'Installed server',
};

/** The runner speaks to the command line, too: here its options have names that can be seen. */
export function inPanelWords(message: string): string {
  return message.replace(
    /(?:\b(use|Use) )?--sandbox (embedded|docker|local)\b/g,
    (_, verb: string | undefined, name: SandboxProviderName) => {
      const choose = verb === undefined ? '' : verb === 'Use' ? 'Choose ' : 'choose ';
      return `${choose}“${sandboxLabels[name]}”`;
    },
  );
}
