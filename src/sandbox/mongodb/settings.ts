/** The only member of the set knows itself by this address; clients come through other ports and ask for a direct connection. */
export const setName = 'rs0';
export const ownPort = 27017;

/**
 * Settings of every mongod of a sandbox, as its command line takes them (manual, "mongod" and "MongoDB Server Parameters"). None changes what a
 * migration sees, waits for or leaves behind; they keep the server small, quiet and repeatable.
 */
export const serverParameters: readonly string[] = [
  '--replSet',
  setName,
  '--oplogSize',
  '256',
  '--wiredTigerCacheSizeGB',
  '0.25',
  '--quiet',
  // The server removes expired documents at a time of its own choosing, which would change a state between two runs.
  '--setParameter',
  'ttlMonitorEnabled=false',
  '--setParameter',
  'diagnosticDataCollectionEnabled=false',
];
