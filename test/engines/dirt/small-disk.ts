import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverAccount } from '../../../src/sandbox/process/account';
import { prepareSmallDisk } from '../../../src/sandbox/process/small-disk';
import { requireOrSkip } from '../../require';

/** True where this machine does not let a server have a small disk of its own. */
export async function smallDiskMissing(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-disk-'));
  const disk = prepareSmallDisk(folder, serverAccount());
  rmSync(folder, { recursive: true });
  return requireOrSkip('small disk', 'unavailable' in disk ? disk.unavailable : undefined);
}
