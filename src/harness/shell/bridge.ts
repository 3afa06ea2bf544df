import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import * as BSON from 'bson';
import { fileBeside } from '../beside';
import type { Answer, Question, WorkerOrder } from './message';

/** What the server refused, as a script can catch it. */
export class ShellError extends Error {
  constructor(name: string, message: string, details: object) {
    super(message);
    this.name = name;
    Object.assign(this, details);
  }
}

/** Asks the driver's thread and waits: a script of the shell has no promises. */
export class Bridge {
  private readonly port: MessagePort;
  private readonly flag: Int32Array;

  constructor(url: string) {
    const { port1, port2 } = new MessageChannel();
    const signal = new SharedArrayBuffer(4);
    const order: WorkerOrder & { port: MessagePort } = { url, signal, port: port2 };
    const worker = new Worker(fileBeside('harness-shell-worker'), { workerData: order, transferList: [port2] });
    worker.unref();
    this.port = port1;
    port1.unref();
    this.flag = new Int32Array(signal);
  }

  ask(question: Question): unknown {
    Atomics.store(this.flag, 0, 0);
    this.port.postMessage(question);
    Atomics.wait(this.flag, 0, 0);
    const answer = receiveMessageOnPort(this.port)?.message as Answer | undefined;
    if (answer === undefined) throw new Error('The thread of the driver has ended.');
    if ('error' in answer) throw new ShellError(answer.error.name, answer.error.message, read(answer.error.details));
    return read(answer.value).v;
  }
}

export function documentsOf(values: readonly unknown[]): Uint8Array {
  return BSON.serialize({ v: values }, { ignoreUndefined: false });
}

export function optionsOf(options: object): Uint8Array {
  return BSON.serialize({ v: options }, { ignoreUndefined: true });
}

/** As the shell does: numbers of 64 bits keep their type, the others are numbers. */
function read(bytes: Uint8Array): BSON.Document {
  return BSON.deserialize(bytes, { promoteLongs: false, bsonRegExp: false });
}
