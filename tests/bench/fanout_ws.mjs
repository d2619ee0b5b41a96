// The fan-out of Kerbside's console as Node's ws would do it, for tests/bench/fanout.c to measure beside ours: an
// event is made once and sent to everybody. Nothing is stored, nobody is asked who they are. Prints its port.
//
//   node tests/bench/fanout_ws.mjs CASES
import { createRequire } from 'node:module'

const { WebSocketServer } = createRequire(new URL('../peers/package.json', import.meta.url))('ws')
const cases = new Map(Array.from({ length: Number(process.argv[2]) }, (each, n) => [n + 1, {
  id: n + 1,
  reference: '4F7K-2',
  version: 1,
  state: 'open',
  priority: 2,
  reason: 'unresolved',
  sensitive: false,
  team: 'customer services',
  owner: null,
  lease_until: null,
  resident: { handle: `resident_${n}`, name: `resident_${n}` },
  summary: 'do you sell second hand harpsichords',
  opened_at: 1795000000,
  changed_at: 1795000100,
  due_at: null,
  warned: false,
  escalated: false,
  muted: false,
  messages: 1,
  outcome: null,
  department: null,
  acknowledged: false,
  failed_replies: 0,
  proposed_replies: 0,
  account: 'NorthmoorHelp',
  private: false,
  gone: false,
  expired: false,
  elsewhere: false
}]))
const owner = { id: 1, name: 'Sam Reed', initials: 'SR' }
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
let seq = 0

function change (about, type) {
  about.version++
  about.state = type === 'claim' ? 'claimed' : 'open'
  about.owner = type === 'claim' ? owner : null
  const event = { type: 'event', seq: ++seq, at: 1795000200, kind: `case.${type}ed`, by: owner.name, case: about }
  const text = JSON.stringify(event)
  for (const client of server.clients) client.send(text)
}

server.on('connection', client => {
  client.on('error', () => {})
  client.on('message', bytes => {
    const { type, id, case: number } = JSON.parse(bytes)
    if (type === 'hello') client.send(JSON.stringify({ type: 'snapshot', seq, cases: [...cases.values()] }))
    if (type === 'open') client.send(JSON.stringify({ type: 'case', id, case: cases.get(number), messages: [] }))
    if (type !== 'claim' && type !== 'release') return
    client.send(JSON.stringify({ type: 'ok', id }))
    change(cases.get(number), type)
  })
})
server.on('listening', () => console.log(server.address().port))
