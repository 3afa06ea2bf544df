/** What Vite replaces when it builds: the modules of files that fit. */
interface ImportMeta {
  glob<T>(pattern: string, options: { readonly eager: true; readonly import: 'default' }): Record<string, T>;
}
