import * as vscode from 'vscode';

/** The Faultline output: the extension, the language client and the runner write to one channel, in one form. */
export interface Output {
  readonly channel: vscode.OutputChannel;
  info(message: string): void;
  warn(message: string): void;
  error(problem: unknown): void;
}

/** Opens the channel. Lines look like those of the language client, which writes to the same channel. */
export function createOutput(): Output {
  const channel = vscode.window.createOutputChannel('Faultline');
  const write = (level: string, message: string): void => {
    channel.appendLine(`[${level.padEnd(5)} - ${new Date().toLocaleTimeString()}] ${message}`);
  };
  return {
    channel,
    info: (message) => write('Info', message),
    warn: (message) => write('Warn', message),
    error: (problem) => write('Error', problem instanceof Error ? (problem.stack ?? problem.message) : String(problem)),
  };
}

/** What to tell the user of something that was thrown. */
export function messageOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}
