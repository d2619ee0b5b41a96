// The connection is cut at every event of a day, with the console's own feed and state as client: what it shows
// in the end is what a fresh console is shown and what the database has, and it heard each event once.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load } from '../../handoff/console/test/load.mjs'
import { checkFrame } from '../peers/protocol.mjs'
import { Desk, signIn } from './support/desk.mjs'
import { world } from './support/kerbside.mjs'
import { Line } from './support/line.mjs'
import { until } from './support/wait.mjs'
import { WebSocket } from './support/websocket.mjs'

const { Feed } = await load('feed.ts')
const { initialState, reduce, sumOf } = await load('state.ts')

const AWAY = 9 // events that a console misses when it is cut once
const RESIDENTS = 9

// What the browser's WebSocket is to the feed, over a line that can be cut.
function dial (line, kerbside, cookie) {
  let ws = null
  let over = false
  const socket = {
    send (text) {
      checkFrame('client', text)
      ws.sendText(text)
    },
    close () {
      over = true
      ws?.drop()
    }
  }
  WebSocket.open(line.url, { origin: kerbside.origin, cookie }).then(opened => {
    ws = opened
    if (over) return ws.drop()
    ws.on('text', text => {
      checkFrame('server', text)
      socket.onmessage?.({ data: text })
    })
    ws.on('end', ({ code }) => socket.onclose?.({ code }))
    socket.onopen?.()
  }, () => socket.onclose?.({ code: 1006 }))
  return socket
}

// A console as it runs in a page, but that its delays are the test's.
class Console {
  state = initialState
  heard = []
  snapshots = 0
  comeBack = null

  static async open (kerbside, cookie, onEvent) {
    const one = new Console()
    one.line = await Line.to(kerbside.url)
    one.feed = new Feed({
      connect: () => dial(one.line, kerbside, cookie),
      onFrame: frame => one.#take(frame, onEvent),
      onConnection: connection => one.#act({ type: 'connection', connection }),
      sum: () => sumOf(one.state),
      after: (ms, run) => one.#after(ms, run)
    })
    one.feed.start()
    await until('a first snapshot', () => one.state.loaded)
    return one
  }

  // It comes back as soon as it has been cut, unless it is to stay away.
  staysAway = () => false
  #after (ms, run) {
    if (ms > 500) { // a silence that the test has no time for
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    }
    this.comeBack = run
    if (!this.staysAway()) this.back()
    return () => { this.comeBack = null }
  }

  back () {
    const run = this.comeBack
    this.comeBack = null
    if (run) setImmediate(run)
  }

  close () {
    this.feed.stop()
    this.line.close()
  }

  #act (action) { this.state = reduce(this.state, action) }

  #take (frame, onEvent) {
    this.#act({ type: 'frame', frame, at: frame.now_at ?? 0 })
    if (frame.type === 'snapshot') this.snapshots++
    if (frame.type !== 'event') return
    this.heard.push(frame.seq)
    onEvent(this, frame)
  }
}

// A resident's matter from the first word to the last: some ten events.
async function matter (x, desk, handle) {
  const post = await x.says(handle, '@NorthmoorHelp do you sell second hand harpsichords')
  const about = await desk.caseOf(handle)
  await desk.do('claim', about)
  await desk.do('reply', about, { text: `What colour, ${handle}?` })
  await desk.event('reply.sent', event => event.case.id === about.id)
  await x.says(handle, '@NorthmoorHelp a blue one', { in_reply_to: post })
  await desk.caseOf(handle, each => each.messages === 2)
  await desk.do('release', about)
  await desk.do('claim', about)
  await desk.do('close', about, { outcome: 'done' })
}

async function nuisance (x, desk, handle) {
  await x.says(handle, '@NorthmoorHelp clowns, all of you')
  const { ignored } = await desk.event('message.ignored', event => event.ignored.handle === handle)
  if (handle.endsWith('1')) {
    assert.equal((await desk.ask('restore', { message: ignored.message })).type, 'ok')
  }
}

const byId = cases => [...cases].sort((a, b) => a.id - b.id)

test('cut at every event of a day, a console misses nothing and hears nothing twice', async t => {
  const { kerbside, x } = await world(t)
  const desk = await Desk.open(kerbside)
  await nuisance(x, desk, 'early')
  const first = await desk.atRest()
  const cookie = await signIn(kerbside, 'priya')

  // One is cut at each event: behind it, or in the middle of the next frame.
  const consoles = [await Console.open(kerbside, cookie, (one, { seq }) => {
    if (seq % 2) one.line.cut()
    else one.line.cutAfter(20)
  })]
  // Each other is cut once, at an event of its own, and stays away for a while.
  for (let at = first + 1; at <= first + RESIDENTS * 10; at++) {
    const one = await Console.open(kerbside, cookie, (self, { seq }) => {
      if (seq === at) self.line.cut()
    })
    one.staysAway = () => desk.events.at(-1).seq < at + AWAY && !one.dayIsOver
    consoles.push(one)
  }
  t.after(() => consoles.forEach(one => one.close()))
  const watch = setInterval(() => {
    for (const one of consoles) if (one.comeBack && !one.staysAway()) one.back()
  }, 5)
  t.after(() => clearInterval(watch))

  for (let n = 0; n < RESIDENTS; n += 3) {
    await Promise.all([n, n + 1, n + 2].flatMap(k =>
      [matter(x, desk, `resident_${k}`), nuisance(x, desk, `shouty_${k}`)]))
  }

  await desk.atRest()
  const events = (await kerbside.sql('SELECT seq FROM event ORDER BY seq')).map(([seq]) => Number(seq))
  const day = events.filter(seq => seq > first)
  assert.ok(day.length >= RESIDENTS * 10, `${day.length} events are no day`)
  for (const one of consoles) one.dayIsOver = true
  const fresh = await Desk.open(kerbside, { login: 'priya' })
  await fresh.until('a snapshot', () => fresh.snapshot)
  const inDatabase = await kerbside.sql("SELECT id, version, state FROM handoff_case ORDER BY id")
  for (const [n, one] of consoles.entries()) {
    await until(`console ${n} has heard all`, () => one.heard.at(-1) === day.at(-1),
      { seen: () => one.heard.slice(-3) })
    assert.deepEqual(one.heard, day, `what console ${n} heard`)
    assert.equal(one.snapshots, 1)
    const shown = byId(one.state.cases.values())
    assert.deepEqual(shown, byId(fresh.snapshot.cases), `what console ${n} shows`)
    assert.deepEqual(shown.map(each => [each.id, each.version, each.state].map(String)), inDatabase)
  }
  assert.doesNotMatch(kerbside.log, /console\.mismatch/)
})
