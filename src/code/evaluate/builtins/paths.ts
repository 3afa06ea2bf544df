import { folderOf, normalize } from '../../resolve';

/**
 * Where the folder that is read lies, as far as the code can tell: deep enough that `..` leads to the files beside it. Migrations read
 * SQL from files by `path.join(__dirname, 'name.sql')`; db-migrate and others even generate that.
 */
export const root = '/\u0001/\u0001/\u0001/\u0001/\u0001/\u0001/\u0001/\u0001';

/** `__dirname` of a file. */
export function folderText(path: string): string {
  return absolute(folderOf(path));
}

/** `__filename` of a file. */
export function fileText(path: string): string {
  return absolute(path);
}

function absolute(path: string): string {
  return resolveFrom(root, path);
}

export function resolveFrom(base: string, path: string): string {
  const parts = path.startsWith('/') ? [] : base.split('/').slice(1);
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** The path of a file as the readers have it, relative to the folder that is read. */
export function relative(path: string): string {
  const rootParts = root.split('/').slice(1);
  const parts = path.split('/').slice(1);
  let shared = 0;
  while (shared < rootParts.length && parts[shared] === rootParts[shared]) shared++;
  return normalize([...rootParts.slice(shared).map(() => '..'), ...parts.slice(shared)].join('/'));
}
