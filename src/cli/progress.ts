import { oneLine, truncate } from '../report/terminal-text';

/** One line on standard error that is written over: only on a terminal, and gone when the command is. */
export class Progress {
  private readonly active = process.stderr.isTTY === true && process.env.TERM !== 'dumb';
  private shown = false;

  show(text: string): void {
    if (!this.active) return;
    const columns = Math.min(process.stderr.columns || 80, 120) - 1;
    process.stderr.write(`\r\u001b[2K${truncate(oneLine(text), columns)}`);
    this.shown = true;
  }

  clear(): void {
    if (this.shown) process.stderr.write('\r\u001b[2K');
    this.shown = false;
  }
}
