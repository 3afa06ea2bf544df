/** The driver for projects that have none of their own where it can be found. */
export * from 'mongodb';
