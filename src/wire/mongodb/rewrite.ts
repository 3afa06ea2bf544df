import type { DatabaseMap } from './databases';
import { documentsOf, type RawCommand } from './messages';
import {
  arrayValue,
  bsonType,
  changed,
  changedItems,
  documentValue,
  fieldOf,
  fieldsOf,
  type RawField,
  type RawValue,
  stringValue,
  textOf,
} from './raw';

/**
 * A command in the server's names of databases: `$db`, the names of renameCollection, the targets of $out and $merge, the namespaces of the
 * command bulkWrite. Not mapped, as no migration is known to need it: databases inside of a command that is explained, in roles of users,
 * and in filters of listDatabases and $currentOp.
 */
export function commandToServer(command: RawCommand, databases: DatabaseMap): RawCommand {
  const [first] = fieldsOf(command.body);
  const name = first?.name ?? '';
  const body = changed(command.body, (field) => {
    switch (field.name) {
      case '$db':
        return mappedText(field, (text) => databases.toServer(text));
      case 'renameCollection':
      case 'to':
        return name === 'renameCollection' ? mappedText(field, (text) => databases.namespaceToServer(text)) : field;
      case 'pipeline':
        return name === 'aggregate' ? mappedPipeline(field, databases) : field;
      case 'nsInfo':
        return mapped(
          field,
          changedItems(field, (item) => ({ ...item, bytes: namespaceInfo(item.bytes, databases) })),
        );
      default:
        return field;
    }
  });
  const sequences = command.sequences.map((sequence) => {
    if (sequence.name !== 'nsInfo') return sequence;
    return { name: sequence.name, bytes: Buffer.concat(documentsOf(sequence).map((each) => namespaceInfo(each, databases))) };
  });
  return { body, sequences };
}

function namespaceInfo(document: Buffer, databases: DatabaseMap): Buffer {
  return changed(document, (field) => (field.name === 'ns' ? mappedText(field, (text) => databases.namespaceToServer(text)) : field));
}

/** `{ $out: { db, coll } }`, `{ $merge: { into: { db, coll } } }`. */
function mappedPipeline(field: RawField, databases: DatabaseMap): RawField {
  const inDatabase = (target: RawField): RawField =>
    target.type === bsonType.document ? mapped(target, documentValue(withDatabase(target.bytes, databases))) : target;
  const stages = changedItems(field, (stage) => {
    if (stage.type !== bsonType.document) return stage;
    const bytes = changed(stage.bytes, (operator) => {
      if (operator.name === '$out') return inDatabase(operator);
      if (operator.name !== '$merge' || operator.type !== bsonType.document) return operator;
      const changedMerge = changed(operator.bytes, (part) => (part.name === 'into' ? inDatabase(part) : part));
      return changedMerge === operator.bytes ? operator : { ...operator, bytes: changedMerge };
    });
    return bytes === stage.bytes ? stage : documentValue(bytes);
  });
  return mapped(field, stages);
}

function withDatabase(target: Buffer, databases: DatabaseMap): Buffer {
  return changed(target, (part) => (part.name === 'db' ? mappedText(part, (text) => databases.toServer(text)) : part));
}

function mapped(field: RawField, value: RawValue): RawField {
  return value.bytes === field.bytes ? field : { ...field, ...value };
}

function mappedText(field: RawField, map: (text: string) => string): RawField {
  const text = textOf(field);
  if (text === undefined) return field;
  const after = map(text);
  return after === text ? field : { ...stringValue(after), name: field.name };
}

/**
 * An answer in the client's names of databases: `ns` of cursors and collections, `dropped`, the list of databases (of the sandbox's others it
 * says nothing), messages of errors. Not mapped back: what explain, $currentOp and the replica set's commands say.
 */
export function answerToClient(answer: Buffer, databases: DatabaseMap): Buffer {
  return changed(answer, (field) => {
    switch (field.name) {
      case 'ns':
        return mappedText(field, (text) => databases.namespaceToClient(text));
      case 'db':
      case 'dropped':
        return mappedText(field, (text) => databases.toClient(text) ?? text);
      case 'errmsg':
        return mappedText(field, (text) => databases.textToClient(text));
      case 'writeErrors':
        return mapped(
          field,
          changedItems(field, (item) => withMessage(item, databases)),
        );
      case 'cursor':
        return field.type === bsonType.document ? mapped(field, documentValue(cursorToClient(field.bytes, databases))) : field;
      case 'databases':
        return mapped(
          field,
          changedItems(field, (item) => listedDatabase(item, databases)),
        );
      default:
        return field;
    }
  });
}

function withMessage(item: RawValue, databases: DatabaseMap): RawValue {
  if (item.type !== bsonType.document) return item;
  const bytes = changed(item.bytes, (part) => (part.name === 'errmsg' ? mappedText(part, (text) => databases.textToClient(text)) : part));
  return bytes === item.bytes ? item : documentValue(bytes);
}

function cursorToClient(cursor: Buffer, databases: DatabaseMap): Buffer {
  return changed(cursor, (part) => (part.name === 'ns' ? mappedText(part, (text) => databases.namespaceToClient(text)) : part));
}

function listedDatabase(item: RawValue, databases: DatabaseMap): RawValue | undefined {
  const name = item.type === bsonType.document ? textOf(fieldOf(item.bytes, 'name')) : undefined;
  if (name === undefined) return item;
  const own = databases.toClient(name);
  if (own === undefined) return undefined;
  return own === name ? item : documentValue(changed(item.bytes, (part) => (part.name === 'name' ? mappedText(part, () => own) : part)));
}

/** What a client asks in hello, without the compression that it offers: what is compressed could not be read here. */
export function helloToServer(body: Buffer): Buffer {
  return changed(body, (field) => (field.name === 'compression' ? undefined : field));
}

/**
 * The server's answer to hello, in which the proxy is the only member of its set: a driver goes on with the addresses that it is told, whatever
 * address it was given (specification, "Server Discovery And Monitoring").
 * @param proxy `host:port` by which the client has come
 */
export function helloToClient(body: Buffer, proxy: string): Buffer {
  const named = stringValue(proxy);
  return changed(body, (field) => {
    switch (field.name) {
      case 'hosts':
        return { ...arrayValue([named]), name: field.name };
      case 'me':
      case 'primary':
        return { ...named, name: field.name };
      case 'passives':
      case 'arbiters':
      case 'compression':
        return undefined;
      default:
        return field;
    }
  });
}
