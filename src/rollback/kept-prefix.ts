/** What is kept is called so: a later reader, and `restoring`, know it by its name. */
export const keptPrefix = 'faultline_kept';
