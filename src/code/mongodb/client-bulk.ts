import type { NativeCall } from '../native';
import { constantText } from '../text';
import { type ArrayValue, array, likeliest, type ObjectValue, object, type Value } from '../value';
import { argumentsOf } from './collection';
import { answer } from './cursor';
import { writeCollection } from './names';
import type { MongoRun } from './run';

/**
 * `client.bulkWrite([{ namespace: 'shop.users', name: 'updateOne', filter, update }])` of servers since 8.0: one `bulkWrite` per namespace,
 * as the shell has no words for several at once. What is not known of its list is named.
 */
export function clientBulkWrite(run: MongoRun, call: NativeCall): Value {
  const [models, options] = argumentsOf(call);
  if (models?.value.kind !== 'array') {
    call.machine.unread(call.place, 'what it writes is known only when it runs');
    return answer(call);
  }
  const groups = new Map<string, ArrayValue>();
  for (const given of models.value.items) {
    const model = likeliest(given);
    const read = model.kind === 'object' ? operationOf(model) : undefined;
    if (read === undefined) {
      call.machine.unread(call.place, 'into which collections it writes is known only when it runs');
      continue;
    }
    const group = groups.get(read.namespace) ?? array([], models.value.open);
    group.items.push(read.operation);
    groups.set(read.namespace, group);
  }
  for (const [namespace, operations] of groups) {
    const dot = namespace.indexOf('.');
    run.send(call, (text) => {
      const name: Value = { kind: 'text', pieces: [{ kind: 'written', text: namespace.slice(dot + 1), source: models.site }] };
      writeCollection(text, (inner) => void inner.add(`db.getSiblingDB(${JSON.stringify(namespace.slice(0, dot))})`), name, models.site);
      text
        .add('.bulkWrite(')
        .list([{ value: operations, site: models.site }, ...(options === undefined ? [] : [options])])
        .add(')');
    });
  }
  return answer(call);
}

function operationOf(model: ObjectValue): { readonly namespace: string; readonly operation: ObjectValue } | undefined {
  const namespace = constantText(model.properties.get('namespace') ?? object());
  const method = constantText(model.properties.get('name') ?? object());
  if (namespace === undefined || method === undefined || !/^[^.]+\../.test(namespace)) return undefined;
  const parts = new Map([...model.properties].filter(([name]) => name !== 'namespace' && name !== 'name'));
  const operation = object({ [method]: { ...object(parts, model.open), ...(model.source === undefined ? {} : { source: model.source }) } });
  return { namespace, operation };
}
