// A CSMS for ocpp1.6 and ocpp2.0.1 that is none of ours: the server of npm's ocpp-rpc in strict mode, which validates
// every call and every result with schemas of its own.
//
//   node strict_csms.mjs [--password SECRET] [--interval SECONDS]
//
//   stdout  a JSON object a line, by "type":
//           listening {port}; connected {identity, protocol}; refused {identity, why}; disconnected {identity, code};
//           call {identity, messageId, action, payload}: a call of the station;
//           invalid {identity, messageId, action, isCall, outbound, error, payload}: a strict validation failure;
//           bad_message {identity, error}: a frame that is no OCPP-J frame;
//           answer {id, action, payload} or {id, action, code, description}: what a command came to
//   stdin   a JSON object a line: {"id", "action", "payload"} calls the station that connected last.
//           The end of stdin ends the server.

import { timingSafeEqual } from 'node:crypto';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { RPCServer, createRPCError } from 'ocpp-rpc';

const { values: options } = parseArgs({
  options: { password: { type: 'string' }, interval: { type: 'string', default: '300' } },
});
const interval = Number(options.interval);

function say(object) {
  process.stdout.write(JSON.stringify(object) + '\n');
}

const now = () => new Date().toISOString();
const empty = () => ({});
let transactions = 0;

const HANDLERS = {
  'ocpp1.6': {
    BootNotification: () => ({ status: 'Accepted', currentTime: now(), interval }),
    Authorize: () => ({ idTagInfo: { status: 'Accepted' } }),
    StartTransaction: () => ({ transactionId: ++transactions, idTagInfo: { status: 'Accepted' } }),
    StopTransaction: ({ idTag }) => (idTag === undefined ? {} : { idTagInfo: { status: 'Accepted' } }),
    MeterValues: empty,
    StatusNotification: empty,
    Heartbeat: () => ({ currentTime: now() }),
    DataTransfer: () => ({ status: 'Accepted' }),
    SecurityEventNotification: empty,
    DiagnosticsStatusNotification: empty,
    FirmwareStatusNotification: empty,
  },
  'ocpp2.0.1': {
    BootNotification: () => ({ status: 'Accepted', currentTime: now(), interval }),
    Authorize: () => ({ idTokenInfo: { status: 'Accepted' } }),
    TransactionEvent: ({ idToken }) => (idToken === undefined ? {} : { idTokenInfo: { status: 'Accepted' } }),
    MeterValues: empty,
    StatusNotification: empty,
    Heartbeat: () => ({ currentTime: now() }),
    DataTransfer: () => ({ status: 'Accepted' }),
    SecurityEventNotification: empty,
    NotifyReport: empty,
    NotifyEvent: empty,
    FirmwareStatusNotification: empty,
    LogStatusNotification: empty,
  },
};

function mayEnter(password) {
  if (options.password === undefined) return true;
  const wanted = Buffer.from(options.password);
  return password !== undefined && password.length === wanted.length && timingSafeEqual(password, wanted);
}

let station;

function serve(client) {
  const { identity, protocol } = client;
  station = client;
  say({ type: 'connected', identity, protocol });
  client.on('call', ({ outbound, payload }) => {
    if (!outbound) say({ type: 'call', identity, messageId: payload[1], action: payload[2], payload: payload[3] });
  });
  client.on('strictValidationFailure', ({ messageId, method, params, result, error, outbound, isCall }) => {
    const payload = isCall ? params : result;
    say({ type: 'invalid', identity, messageId, action: method, isCall, outbound, error: error.message, payload });
  });
  client.on('badMessage', ({ error }) => say({ type: 'bad_message', identity, error: error.message }));
  client.on('close', ({ code }) => {
    if (station === client) station = undefined;
    say({ type: 'disconnected', identity, code });
  });
  client.handle(({ method, params }) => {
    const handler = HANDLERS[protocol][method];
    if (handler === undefined) throw createRPCError('NotImplemented', `${method} is not served here`);
    return handler(params);
  });
}

async function command({ id, action, payload }) {
  try {
    if (station === undefined) throw new Error('no station is connected');
    say({ type: 'answer', id, action, payload: await station.call(action, payload) });
  } catch (error) {
    say({ type: 'answer', id, action, code: error.rpcErrorCode ?? error.name, description: error.message });
  }
}

const server = new RPCServer({
  protocols: ['ocpp1.6', 'ocpp2.0.1'],
  strictMode: true,
  respondWithDetailedErrors: false,
});
server.auth((accept, reject, { identity, password, protocols }) => {
  if (!mayEnter(password)) {
    say({ type: 'refused', identity, why: 'password' });
    reject(401);
    return;
  }
  const protocol = [...protocols].find((name) => name in HANDLERS); // the first that the station prefers
  if (protocol === undefined) {
    say({ type: 'refused', identity, why: 'subprotocol' });
    reject(400, 'No subprotocol in common');
    return;
  }
  accept({}, protocol);
});
server.on('client', serve);

const http = await server.listen(0, '127.0.0.1');
say({ type: 'listening', port: http.address().port });

for await (const text of createInterface({ input: process.stdin })) {
  if (text.trim() !== '') void command(JSON.parse(text));
}
await server.close({ force: true });
process.exit(0);
