import { describe, expect, it } from 'vitest';
import { WorkspaceFolders } from '../../../src/server/workspace-folders';

describe('the folders of the workspace', () => {
  it('hold what lies in them, not what is only called alike', () => {
    const folders = new WorkspaceFolders();
    folders.change(['/work/app', '/work/app-two']);
    expect(folders.folderOf('/work/app/db/1.sql')).toBe('/work/app');
    expect(folders.folderOf('/work/app-two/db/1.sql')).toBe('/work/app-two');
    expect(folders.folderOf('/work/app-three/1.sql')).toBeUndefined();
    expect(folders.folderOf('/work/app/..sql')).toBe('/work/app');
  });

  it('of two in each other, the inner one counts', () => {
    const folders = new WorkspaceFolders();
    folders.change(['/work', '/work/app']);
    expect(folders.folderOf('/work/app/1.sql')).toBe('/work/app');
    expect(folders.folderOf('/work/1.sql')).toBe('/work');
  });

  it('come and go', () => {
    const folders = new WorkspaceFolders();
    folders.change(['/a']);
    folders.change(['/b'], ['/a']);
    expect(folders.folderOf('/a/1.sql')).toBeUndefined();
    expect(folders.folderOf('/b/1.sql')).toBe('/b');
  });
});
