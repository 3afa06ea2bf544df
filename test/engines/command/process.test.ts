import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CommandProcess } from '../../../src/engines/command/process';
import { withFolder } from '../runner/simulating';

const environment = { PATH: process.env.PATH ?? '' };

async function untilGone(pid: number): Promise<void> {
  for (let waited = 0; waited < 100; waited++) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(50);
  }
  throw new Error(`Process ${pid} is still there.`);
}

async function contentOf(path: string): Promise<string> {
  for (let waited = 0; waited < 100; waited++) {
    try {
      const text = readFileSync(path, 'utf8');
      if (text.endsWith('\n')) return text;
    } catch {
      // Not written yet.
    }
    await sleep(50);
  }
  throw new Error(`Nothing came to be in ${path}.`);
}

describe('the process of a command', () => {
  it('runs in its folder, with nothing but the environment that it is given', async () => {
    await withFolder({ 'here.txt': 'found\n' }, async (folder) => {
      const command = new CommandProcess('cat here.txt; env | sort; echo wrong >&2; exit 7', folder, { ...environment, ONE: '1' });
      expect(await command.exited).toEqual({ code: 7, signal: null });
      const lines = command.output.lines(20, []);
      expect(lines.join('\n')).toMatch(/found/);
      expect(lines).toContain('ONE=1');
      expect(lines.some((line) => line.startsWith('HOME='))).toBe(false);
    });
  });

  it.skipIf(process.platform === 'win32')('leaves nothing of what it started behind, however it ends', async () => {
    await withFolder({}, async (folder) => {
      const ended = new CommandProcess('sleep 300 & echo $! > left; echo', folder, environment);
      await ended.exited;
      await untilGone(Number(await contentOf(join(folder, 'left'))));

      const killed = new CommandProcess('sleep 300 & echo $! > child; wait', folder, environment);
      const child = Number(await contentOf(join(folder, 'child')));
      await killed.kill();
      await untilGone(child);
      expect(await killed.exited).toEqual({ code: null, signal: 'SIGKILL' });
      await killed.kill();
    });
  });

  it.skipIf(process.platform === 'win32')('dies with its owner, though that is killed without a chance to say so', async () => {
    const files = {
      'owner.ts': `import { CommandProcess } from ${JSON.stringify(join(import.meta.dirname, '../../../src/engines/command/process'))};
new CommandProcess('sleep 300 & echo $! > child; wait', process.argv[2] ?? '.', { PATH: process.env.PATH ?? '' });
setInterval(() => undefined, 1000);`,
    };
    await withFolder(files, async (folder) => {
      const bundle = join(folder, 'owner.cjs');
      const { build } = await import('esbuild');
      await build({
        entryPoints: [join(folder, 'owner.ts')],
        bundle: true,
        platform: 'node',
        format: 'cjs',
        outfile: bundle,
        logLevel: 'silent',
      });
      const owner = spawn(process.execPath, [bundle, folder], { stdio: 'ignore' });
      const child = Number(await contentOf(join(folder, 'child')));
      owner.kill('SIGKILL');
      await once(owner, 'exit');
      await untilGone(child);
    });
  });
});
