import { uncontested } from './contention';
import { ownFailure } from './inside';

/** Another session holds what the statement needs, for longer than the server's timeout for locks allows. */
export const lockTimeoutFault = ownFailure({
  name: 'lock-timeout',
  happened: "The timeout for locks fired behind another session's lock",
  spared: uncontested('The statement waits for no lock that another session could hold: it touches nothing that was there before.'),
  eachForItself: true,
});
