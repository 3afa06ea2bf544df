/** Where PostgreSQL keeps what ends with the session; it is looked through first, and its name can be written (manual, "search_path"). */
export const temporarySchema = 'pg_temp';
