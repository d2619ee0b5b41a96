// What can go wrong with something that X sends of its own accord: a line of a stream, or an event
// on its way to a webhook. Ordered like the faults of an endpoint, with `on` naming the place.

export const DISCONNECTS = ['OperationalDisconnect', 'UpstreamOperationalDisconnect',
  'ForceDisconnect', 'UpstreamUncleanDisconnect', 'SlowReader', 'InternalError',
  'ClientApplicationStateDegraded', 'InvalidRules']

const MIB = 1024 * 1024
const json = value => Buffer.from(JSON.stringify(value) + '\r\n')

// Each is given the line (see stream.mjs), the bytes that should have gone, and the fault.
export const LINE_KINDS = {
  // The connection ends in the middle of the object, `at` bytes into it.
  cut: (line, bytes, { at = bytes.length >> 1 }) => {
    line.put(bytes.subarray(0, at))
    line.break('connection lost')
  },
  close: line => line.finish('closed by the server'),
  silence: line => line.hush(),
  gap: () => {},
  split: (line, bytes, { pieces = 7, delay_ms: wait = 0 }) => {
    const size = Math.max(1, Math.ceil(bytes.length / pieces))
    for (let n = 0; n < bytes.length; n += size) line.put(bytes.subarray(n, n + size), wait)
  },
  drip: (line, bytes, { delay_ms: wait = 1 }) => {
    for (let n = 0; n < bytes.length; n++) line.put(bytes.subarray(n, n + 1), wait)
  },
  batch: (line, bytes) => line.holdBack(next => line.put(Buffer.concat([bytes, next]))),
  out_of_order: (line, bytes) => line.holdBack(next => {
    line.put(next)
    line.put(bytes)
  }),
  duplicate: (line, bytes) => {
    line.put(bytes)
    line.put(bytes)
  },
  unknown: (line, bytes) => {
    line.put(json({ system: { kind: 'notice', text: 'A kind of message that nobody announced.' } }))
    line.put(bytes)
  },
  garbage: (line, bytes) => {
    line.put(Buffer.concat([Buffer.from([0xff, 0x00, 0x7b, 0x22, 0xc3]), Buffer.from('{]\r\n')]))
    line.put(bytes)
  },
  huge_line: (line, bytes) => {
    line.put(json({ system: { text: 'x'.repeat(MIB) } }))
    line.put(bytes)
  },
  disconnect: (line, bytes, { disconnect_type: type = 'UpstreamOperationalDisconnect' }) => {
    line.disconnect(type)
  }
}

// Kinds of an event on its way to a webhook; see webhooks.mjs.
export const EVENT_KINDS = ['wrong_signature', 'twice', 'out_of_order', 'delayed', 'half_body',
  'huge_body', 'gap']

export const PLACES = {
  stream_lines: Object.keys(LINE_KINDS),
  activity_lines: Object.keys(LINE_KINDS),
  webhook_events: EVENT_KINDS
}

// What is wrong with a fault on one of these places as ordered, or null.
export function placeProblem ({ on, kind, ...rest }) {
  const { disconnect_type: type, ...numbers } = rest
  if (!PLACES[on].includes(kind)) return `kind: must be one of ${PLACES[on].join(', ')}`
  if (type !== undefined && !DISCONNECTS.includes(type)) {
    return `disconnect_type: must be one of ${DISCONNECTS.join(', ')}`
  }
  for (const [name, value] of Object.entries(numbers)) {
    if (!['times', 'after', 'delay_ms', 'at', 'pieces'].includes(name)) {
      return `unknown member: ${name}`
    }
    const whole = Number.isInteger(value) && value >= 0 && value <= 1e9
    if (!whole) return `${name}: must be a whole number`
  }
  return rest.pieces === 0 ? 'pieces: must be at least 1' : null
}
