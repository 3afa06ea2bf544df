/**
 * Loaded into every Node process that a simulated command starts (NODE_OPTIONS, --require). A tool may have the address of a real
 * database in a configuration file; this keeps it from being migrated. What speaks to the sandbox, and all that is neither PostgreSQL, MySQL nor MongoDB, passes.
 */
const net = require('node:net');

const sandboxPort = Number(process.env.FAULTLINE_SANDBOX_PORT);
/** SSLRequest, GSSENCRequest, and the protocol versions 3.x of a startup packet (manual, "Message Formats"). */
const openings = new Set([80877103, 80877104, 196608, 196609, 196610, 196611]);
const target = Symbol('target');
const checked = Symbol('checked');

const { connect, write } = net.Socket.prototype;

/**
 * The first thing that a client says: PostgreSQL's opening, or MySQL's answer to the greeting (manual, "HandshakeResponse41"), which is the second
 * packet of the conversation and claims the protocol of 4.1. A request for encryption is as long as the beginning of that answer.
 */
function opensDatabase(bytes) {
  if (openings.has(bytes.readUInt32BE(4))) return true;
  if (opensMongodb(bytes)) return true;
  return bytes.length >= 36 && bytes.readUIntLE(0, 3) === bytes.length - 4 && bytes[3] === 1 && (bytes.readUInt32LE(4) & 0x200) !== 0;
}

/** OP_QUERY, OP_COMPRESSED, OP_MSG: a request, which answers nothing, with its length in front (manual, "MongoDB Wire Protocol"). */
const requests = new Set([2004, 2012, 2013]);

function opensMongodb(bytes) {
  if (bytes.length < 16 || !requests.has(bytes.readInt32LE(12))) return false;
  return bytes.readInt32LE(8) === 0 && bytes.readInt32LE(0) >= bytes.length;
}

net.Socket.prototype.connect = function (...given) {
  // Called with options, with a port and a host, or inside of Node with both in one list.
  const [first, second] = Array.isArray(given[0]) ? given[0] : given;
  const options = typeof first === 'object' && first !== null ? first : { port: first, host: second };
  this[target] = {
    port: Number(options.port),
    name: options.path ?? `${typeof options.host === 'string' ? options.host : 'localhost'}:${options.port}`,
  };
  return connect.apply(this, given);
};

net.Socket.prototype.write = function (chunk, ...rest) {
  const to = this[target];
  if (to !== undefined && !this[checked] && to.port !== sandboxPort && chunk?.length >= 8) {
    this[checked] = true;
    if (typeof chunk !== 'string' && opensDatabase(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))) {
      const message =
        `Faultline refused a connection to the database ${to.name}: it is not the sandbox. ` +
        'Let the configuration of the tool read DATABASE_URL (or PGHOST, MONGODB_URI and their kin), or write {url} in the command';
      this.destroy(Object.assign(new Error(message), { code: 'EFAULTLINE' }));
      return false;
    }
  }
  return write.call(this, chunk, ...rest);
};
