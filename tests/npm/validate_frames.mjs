// Validates recorded OCPP payloads with typed-ocpp, which has schemas and a validator of its own.
//
//   stdin   one JSON object a line: {"version": "1.6" | "2.0.1" | "2.1", "action": "...", "kind": "call" | "result",
//           "payload": {...}}; anything else in the object is ignored
//   stdout  one JSON object for each payload that is not valid: {"line", "version", "action", "kind", "errors", "payload"};
//           then one {"checked": n, "failed": n}
//   exit    0 if all are valid, 1 if any is not, 2 if a line cannot be read

import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { OCPP16, OCPP20, OCPP21 } from 'typed-ocpp';

const VERSIONS = { '1.6': OCPP16, '2.0.1': OCPP20, '2.1': OCPP21 };
const MESSAGE_ID = 'x';

function say(object) {
  process.stdout.write(JSON.stringify(object) + '\n');
}

function errorsOf({ version, action, kind, payload }) {
  const ocpp = VERSIONS[version];
  if (ocpp === undefined) return [`unknown version ${version}`];
  if (!Object.values(ocpp.Action).includes(action)) return [`unknown action ${action}`];
  // The library deletes properties that the schema does not allow instead of naming them, so that it is given a copy
  // and the copy is compared.
  const copy = structuredClone(payload);
  if (kind === 'call') {
    if (!ocpp.validateCall([ocpp.MessageType.CALL, MESSAGE_ID, action, copy])) return ocpp.validateCall.errors;
  } else if (kind === 'result') {
    const result = [ocpp.MessageType.CALLRESULT, MESSAGE_ID, copy];
    if (!ocpp.validateCallResult(result)) return ocpp.validateCallResult.errors;
    const call = [ocpp.MessageType.CALL, MESSAGE_ID, action, {}];
    if (!ocpp.checkCallResult(result, call)) return ocpp.checkCallResult.errors;
  } else {
    return [`unknown kind ${kind}`];
  }
  return isDeepStrictEqual(copy, payload) ? [] : ['a property that the schema does not allow'];
}

let line = 0;
let checked = 0;
let failed = 0;
for await (const text of createInterface({ input: process.stdin })) {
  line += 1;
  if (text.trim() === '') continue;
  let entry;
  try {
    entry = JSON.parse(text);
  } catch (error) {
    console.error(`line ${line}: ${error.message}`);
    process.exit(2);
  }
  checked += 1;
  const errors = errorsOf(entry);
  if (errors.length > 0) {
    failed += 1;
    const { version, action, kind, payload } = entry;
    say({ line, version, action, kind, errors, payload });
  }
}
say({ checked, failed });
process.exitCode = failed > 0 ? 1 : 0;
