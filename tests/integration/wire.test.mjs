// What holds the console's websocket together (PROTOCOL.md): the beat, being put right, who is there; and
// what no console sends, each of which costs nobody but its sender.

import assert from 'node:assert/strict'
import net from 'node:net'
import { describe, it } from 'node:test'
import { Desk } from './support/desk.mjs'
import { PASSWORD, run, world } from './support/kerbside.mjs'
import { until, within } from './support/wait.mjs'
import { TEXT } from './support/websocket.mjs'

const QUESTION = '@NorthmoorHelp do you sell second hand harpsichords'

const product = (a, b) => Math.imul(a, b) >>> 0
const hashOf = cases => cases.filter(each => each.state !== 'closed')
  .reduce((sum, each) => (sum + ((product(each.id, 2654435761) ^ product(each.version, 2246822519)) >>> 0)) % 2 ** 32, 0)

const ofType = (desk, type) => desk.frames.filter(frame => frame.type === type)

async function addStaff (kerbside, login, name, initials, role) {
  const { status, err } = await run(['staff', 'add', login, '--name', name, '--initials', initials, '--role', role,
    '--config', kerbside.config], { input: PASSWORD + '\n' })
  assert.equal(status, 0, err)
}

// --- what no console sends ---

const HOSTILE = [
  ['fragments without end', socket => {
    for (let n = 0; n < 40000; n++) socket.sendFrame(n ? 0 : TEXT, Buffer.from('  '), { final: false })
  }, 4400],
  ['a look at nothing', socket => socket.sendText('{"type":"look"}'), 4400],
  ['a look at an item of no kind', socket =>
    socket.sendText('{"type":"look","case":null,"typing":true,"item":"secret/bins.missed"}'), 4400],
  ['a look at an item without a name', socket =>
    socket.sendText('{"type":"look","case":null,"typing":true,"item":"intent/"}'), 4400],
  ['a look at an item of a long name', socket =>
    socket.sendText(`{"type":"look","case":null,"typing":true,"item":"intent/${'x'.repeat(100)}"}`), 4400],
  ['a look at a case and an item', socket =>
    socket.sendText('{"type":"look","case":12,"typing":true,"item":"intent/bins.missed"}'), 4400],
  ['a look at a text', socket => socket.sendText('{"type":"look","case":"12","typing":true}'), 4400],
  ['a mismatch without numbers', socket => socket.sendText('{"type":"mismatch"}'), 4400],
  ['a mismatch of huge numbers', socket =>
    socket.sendText('{"type":"mismatch","seq":1e300,"count":1,"hash":4294967296}'), 4400],
  ['a number beyond all numbers', socket => socket.sendText('{"type":"open","id":"c1","case":1e999}'), 4400],
  ['nesting inside a command', socket =>
    socket.sendText(`{"type":"open","id":"c1","case":${'['.repeat(20000)}${']'.repeat(20000)}}`), 4400]
]

const REFUSED = [
  ['a huge number', { type: 'open', id: 'h1', case: 9007199254740993 }],
  ['a fraction of a case', { type: 'open', id: 'h2', case: 0.5 }],
  ['a type that isn\'t there', { type: 'sudo', id: 'h3' }],
  ['an id of 41 characters', { type: 'open', id: 'x'.repeat(41), case: 1 }],
  ['a version from the future', { type: 'claim', id: 'h4', case: 1, version: 4000 }],
  ['a version from the past', { type: 'claim', id: 'h5', case: 1, version: 0 }]
]

// Each in a world of its own, side by side: most of the time passes in waiting.
describe('the wire', { concurrency: 3 }, () => {
  it('hostile frames and connections cost nobody but their sender', async t => {
    const { kerbside, x } = await world(t)
    await addStaff(kerbside, 'tom', 'Tom Ives', 'TI', 'trainee')
    const desk = await Desk.open(kerbside)
    await x.says('curious', QUESTION)
    const about = await desk.caseOf('curious')
    const { hostname, port } = new URL(kerbside.url)

    // Handshakes that never come to an end, and connections that say nothing: closed by and by, see below.
    const slow = ['', 'GET /ws HTTP/1.1\r\n', 'GET /ws HTTP/1.1\r\nX-Slow: '].flatMap(head =>
      Array.from({ length: 20 }, () => {
        const socket = net.connect(Number(port), hostname)
        socket.on('error', () => {})
        socket.resume()
        socket.write(head)
        const drip = setInterval(() => socket.write(head && 'a'), 500)
        return new Promise(resolve => socket.on('close', () => { clearInterval(drip); resolve() }))
      }))

    // One that is still there as far as anybody can tell, but hears and says nothing: see below.
    const half = await Desk.open(kerbside, { login: 'tom' })
    half.socket.pause()
    // One that has so much to say that its answers to pings come too late: it stays, longer than the other.
    const busy = await Desk.open(kerbside, { cookie: desk.cookie })
    busy.socket.pongs = false
    const talk = setInterval(() => busy.send({ type: 'look', case: null, typing: false }), 200)
    t.after(() => clearInterval(talk))

    for (const [what, send, expected] of HOSTILE) {
      const victim = await Desk.open(kerbside, { cookie: desk.cookie })
      send(victim.socket)
      const { code, reason } = await within(`the end after ${what}`, victim.socket.ended)
      assert.equal(code, expected, `${what}: ${code} ${reason}`)
      assert.ok(reason.length > 5, `${what}: why?`)
    }

    for (const [what, frame] of REFUSED) {
      const before = ofType(desk, 'refused').length
      desk.send(frame)
      await desk.until(`a refusal of ${what}`, () => ofType(desk, 'refused').length > before)
    }

    const flood = await Desk.open(kerbside, { login: 'priya' })
    const many = 10000
    const { id, version } = desk.cases.get(about.id)
    // The server finds the flood and, behind it, the colleague's claim, which flood is told of when it is done.
    kerbside.child.kill('SIGSTOP')
    for (let n = 0; n < many; n++) flood.send({ type: 'count', id: `f${n}`, text: 'a' })
    const claimed = desk.ask('claim', { case: id, version })
    kerbside.child.kill('SIGCONT')
    assert.equal((await claimed).type, 'ok')
    await flood.until('all answers', () => ofType(flood, 'count').length === many, { ms: 120000 })
    const told = flood.frames.findIndex(({ type, case: of }) => type === 'event' && of?.id === about.id)
    assert.ok(told >= 0 && told < flood.frames.map(({ type }) => type).lastIndexOf('count'),
      'nobody waits for somebody else\'s flood')
    await desk.do('release', about)
    assert.deepEqual(ofType(flood, 'count').map(({ id }) => id), Array.from({ length: many }, (each, n) => `f${n}`))

    // Gone without a word, in the middle of a frame.
    const gone = await Desk.open(kerbside, { cookie: desk.cookie })
    gone.socket.sendBytes(Buffer.from([0x81, 0xfe, 0x10, 0x00, 1, 2, 3, 4, 5]))
    gone.socket.drop()

    await desk.do('claim', about)
    await within('the end of the slow handshakes', Promise.all(slow), 120000)
    const tom = () => ofType(desk, 'people').at(-1).people.find(each => each.name === 'Tom Ives')
    await desk.until('the end of the half-open connection', () => !tom().here, { ms: 120000 })
    assert.equal((await busy.ask('count', { text: 'still here' })).type, 'count')
    await desk.do('release', about)
  })

  // --- the beat, and being put right ---

  it('a beat follows hello and carries count and hash of what is open', async t => {
    const { kerbside, x } = await world(t)
    const desk = await Desk.open(kerbside)
    for (let n = 0; n < 4; n++) await x.says(`r${n}`, QUESTION)
    const cases = await Promise.all([0, 1, 2, 3].map(n => desk.caseOf(`r${n}`)))
    await desk.do('claim', cases[0])
    await desk.do('claim', cases[1])
    await desk.do('close', cases[1], { outcome: 'done' })
    await desk.atRest()
    const other = await Desk.open(kerbside, { login: 'priya' })
    const [beat] = await other.until('a beat', () => ofType(other, 'beat').length && ofType(other, 'beat'))
    assert.deepEqual([beat.seq, beat.count, beat.hash], [other.snapshot.seq, 3, hashOf(other.snapshot.cases)])

    const back = await Desk.open(kerbside, { cookie: other.cookie, last: beat.seq - 2 })
    await back.until('a beat', () => ofType(back, 'beat').length)
    const greeting = back.frames.slice(0, back.frames.findIndex(({ type }) => type === 'beat') + 1)
    assert.deepEqual(greeting.map(({ type }) => type), ['welcome', 'event', 'event', 'people', 'beat'])
    assert.equal(greeting.at(-1).hash, beat.hash)
  })

  it('a mismatch is logged with both sides\' numbers and answered by everything anew, once a beat', async t => {
    const { kerbside, x } = await world(t)
    const desk = await Desk.open(kerbside)
    await x.says('curious', QUESTION)
    await desk.caseOf('curious')
    await desk.event('case.timed')
    const { seq } = await desk.until('a beat', () => ofType(desk, 'beat')[0])
    const mismatch = { type: 'mismatch', seq, count: 7, hash: 99 }
    desk.send(mismatch)
    await desk.until('a second snapshot', () => ofType(desk, 'snapshot').length === 2)
    const types = desk.frames.map(frame => frame.type)
    const at = types.lastIndexOf('snapshot')
    assert.deepEqual(desk.frames[at - 1], { type: 'reset', why: 'mismatch' })
    assert.equal(desk.frames[at].cases.length, 1)
    const line = `console.mismatch staff=1 seq=${seq} count=7 hash=99 our_seq=2 our_count=1 ` +
      `our_hash=${hashOf(desk.frames[at].cases)}`
    await until('both sides in the log', () => kerbside.log.includes(line), { seen: () => kerbside.log })
    while (!desk.socket.closed) {
      const shown = ofType(desk, 'snapshot').length
      assert.ok(shown <= 1 + ofType(desk, 'beat').length, 'once a beat')
      desk.send(mismatch)
      await until('an answer or the end', () => desk.socket.closed || ofType(desk, 'snapshot').length > shown)
    }
    assert.equal(desk.socket.closed.code, 4400)
  })

  it('who missed too much, or comes from another record, is told so before the snapshot', async t => {
    const { kerbside, x } = await world(t)
    const desk = await Desk.open(kerbside)
    await x.says('curious', QUESTION)
    const about = await desk.caseOf('curious')
    await desk.event('case.timed')
    const other = await Desk.open(kerbside, { cookie: desk.cookie, last: 4711 })
    await other.until('a snapshot', () => other.snapshot)
    assert.deepEqual(other.frames.map(frame => frame.type).slice(0, 3), ['welcome', 'reset', 'snapshot'])
    assert.equal(other.frames[1].why, 'other_record')
    await kerbside.sql("INSERT INTO event(at, kind, case_id) WITH RECURSIVE n(i) AS " +
      `(SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<501) SELECT 1795000000, 'case.message', ${about.id} FROM n`)
    await desk.until('the last of them', () => desk.events.length === 503)
    const late = await Desk.open(kerbside, { cookie: desk.cookie, last: 2 })
    await late.until('a snapshot', () => late.snapshot)
    assert.equal(late.frames[1].why, 'too_old')
    const soon = await Desk.open(kerbside, { cookie: desk.cookie, last: 3 })
    await soon.until('the last of them', () => soon.events.length === 500)
    assert.equal(soon.snapshot, undefined)
  })

  // --- who is there ---

  it('colleagues are seen: at the desk, here, what they look at, whether they write', async t => {
    const { kerbside, x } = await world(t)
    const sam = await Desk.open(kerbside)
    const seen = (desk, login) => ofType(desk, 'people').at(-1)?.people.find(each => each.name.startsWith(login))
    await x.says('curious', QUESTION)
    const { id } = await sam.caseOf('curious')
    await sam.until('people', () => seen(sam, 'Priya'))
    assert.deepEqual(seen(sam, 'Priya'),
      { id: 2, name: 'Priya Nair', initials: 'PN', role: 'agent', on: false, here: false, case: null, typing: false, item: null })

    const priya = await Desk.open(kerbside, { login: 'priya' })
    await sam.until('Priya here', () => seen(sam, 'Priya').here)
    priya.send({ type: 'look', case: id, typing: true })
    await sam.until('Priya writing', () => seen(sam, 'Priya').typing && seen(sam, 'Priya').case === id)
    priya.send({ type: 'look', case: null, typing: false })
    await sam.until('Priya looking up', () => seen(sam, 'Priya').case === null && !seen(sam, 'Priya').typing)
    priya.send({ type: 'look', case: null, typing: true, item: 'intent/bins.missed' })
    await sam.until('Priya editing', () => seen(sam, 'Priya').item === 'intent/bins.missed' && seen(sam, 'Priya').typing)
    priya.send({ type: 'look', case: id, typing: false })
    await sam.until('Priya at the case', () => seen(sam, 'Priya').item === null && seen(sam, 'Priya').case === id)
    priya.send({ type: 'look', case: null, typing: false })
    await priya.ask('sign_on', { account: 'NorthmoorHelp', post: null })
    await sam.until('Priya at the desk', () => seen(sam, 'Priya').on)
    const before = ofType(sam, 'people').length
    for (let n = 0; n < 300; n++) priya.send({ type: 'look', case: n % 2 ? id : null, typing: false })
    await priya.ask('count', { text: 'all of them are taken' })
    assert.ok(ofType(sam, 'people').length < before + 100, 'they are told together')
    priya.socket.drop()
    await sam.until('Priya gone', () => !seen(sam, 'Priya').here)
  })

  it('a private case that somebody looks at is named to nobody who may not see it', async t => {
    const { kerbside, x } = await world(t)
    await addStaff(kerbside, 'tom', 'Tom Ives', 'TI', 'trainee')
    const sam = await Desk.open(kerbside)
    const priya = await Desk.open(kerbside, { login: 'priya' })
    await x.says('curious', QUESTION)
    const { id } = await sam.caseOf('curious')
    await kerbside.sql("UPDATE message SET kind='private'")
    const tom = await Desk.open(kerbside, { login: 'tom' })
    const seen = desk => ofType(desk, 'people').at(-1)?.people.find(each => each.id === 1)
    sam.send({ type: 'look', case: id, typing: true })
    await priya.until('Sam writing', () => seen(priya).case === id && seen(priya).typing)
    await tom.until('Sam here', () => seen(tom)?.here)
    tom.send({ type: 'look', case: id, typing: true })
    assert.equal((await tom.ask('count', { text: 'taken' })).type, 'count')
    const [beat] = await tom.until('a beat', () => ofType(tom, 'beat').length && ofType(tom, 'beat'))
    assert.deepEqual([beat.count, beat.hash], [0, 0])
    sam.send({ type: 'look', case: null, typing: false })
    await priya.until('Sam looking up', () => seen(priya).case === null)
    for (const { people } of ofType(tom, 'people')) assert.ok(people.every(each => each.case === null && !each.typing))
    const toms = ofType(priya, 'people').flatMap(({ people }) => people.filter(each => each.role === 'trainee'))
    assert.ok(toms.every(each => each.case === null))
  })
})
