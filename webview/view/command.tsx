import type { VNode } from 'preact';
import type { CommandChoice, PanelCommand } from '../../src/protocol/panel';
import { TextField } from '../ui';
import { Field } from './field';

interface CommandFieldsProps {
  readonly command: PanelCommand | undefined;
  /** Those that were found in the workspace. */
  readonly commands: readonly CommandChoice[];
  readonly invalid: boolean;
  readonly onChange: (command: PanelCommand) => void;
  readonly before: string;
  readonly onBefore: (before: string) => void;
}

/** The command to simulate: one that was found, or whatever is typed. */
export function CommandFields({ command, commands, invalid, onChange, before, onBefore }: CommandFieldsProps): VNode {
  const directory = command?.directory ?? commands[0]?.directory ?? '';
  const shown = commands.find((choice) => choice.directory === directory)?.shownDirectory ?? directory;
  return (
    <div class="command">
      <Field id="command" label="Command" problem={invalid ? 'Type a command, as in a terminal' : undefined}>
        <TextField
          id="command"
          label="Command"
          value={command?.text ?? ''}
          invalid={invalid}
          describedBy="command-note command-problem"
          onInput={(text) => onChange({ text, directory })}
        />
      </Field>
      <p id="command-note" class="quiet small">
        Runs in {shown === '' ? 'the workspace folder' : <code>{shown}</code>}, with <code>DATABASE_URL</code>, <code>PGHOST</code> and its
        kin set to the throwaway database. A tool that takes its database from elsewhere may reach that one: put <code>{'{url}'}</code> into
        the command where the address belongs.
      </p>
      {commands.length > 0 && (
        <>
          <p id="found-commands" class="list-title">
            Found in this workspace
          </p>
          <ul class="command-list" aria-labelledby="found-commands">
            {commands.map((choice) => (
              <li key={`${choice.directory}\n${choice.text}`}>
                <CommandButton choice={choice} chosen={isSame(choice, command)} onChoose={() => onChange(commandOf(choice))} />
              </li>
            ))}
          </ul>
        </>
      )}
      <Field id="before" label="State before">
        <TextField
          id="before"
          label="State before"
          value={before}
          invalid={false}
          placeholder="Empty database"
          describedBy="before-note"
          onInput={onBefore}
        />
      </Field>
      <p id="before-note" class="quiet small">
        An SQL file or a folder of migrations that is applied first, such as a dump that holds the tool’s history: then only what is pending
        runs.
      </p>
    </div>
  );
}

interface CommandButtonProps {
  readonly choice: CommandChoice;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

function CommandButton({ choice, chosen, onChoose }: CommandButtonProps): VNode {
  return (
    <button type="button" class="command-choice" aria-pressed={chosen} onClick={onChoose}>
      <code>{choice.title}</code>
      {choice.shownDirectory !== '' && <span class="quiet">{choice.shownDirectory}</span>}
      <span class="why quiet small" title={choice.why}>
        {choice.why}
      </span>
    </button>
  );
}

function commandOf({ text, directory }: CommandChoice): PanelCommand {
  return { text, directory };
}

function isSame(choice: CommandChoice, command: PanelCommand | undefined): boolean {
  return choice.text === command?.text && choice.directory === command.directory;
}
