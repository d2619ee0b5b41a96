// A member of staff at the console: signs in, keeps the queue as a browser would, gives commands.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { checkFrame } from '../../peers/protocol.mjs'
import { PASSWORD } from './kerbside.mjs'
import { until, within } from './wait.mjs'
import { WebSocket } from './websocket.mjs'

// The session's cookie as a browser would send it back.
export async function signIn (kerbside, login = 'sam', password = PASSWORD) {
  const { status, headers, text } = await kerbside.request('POST', '/api/sign-in',
    { body: { login, password } })
  assert.equal(status, 200, text)
  return headers['set-cookie'][0].split(';')[0]
}

export class Desk {
  frames = [] // all that came, oldest first
  events = []
  seq = 0 // of the last event that it knows of
  cases = new Map() // by id, as last told
  ignored = new Map() // since it was opened, by message
  #name = randomBytes(4).toString('hex') // no other desk of the same person gives its commands these ids
  #commands = 0
  #answers = new Map()

  // Signs in if there is no cookie, connects, says hello, and has all that is shown if it had nothing.
  static async open (kerbside, { login = 'sam', cookie, last = 0 } = {}) {
    const desk = new Desk()
    desk.kerbside = kerbside
    desk.cookie = cookie ?? await signIn(kerbside, login)
    const { origin } = kerbside
    desk.socket = await WebSocket.open(kerbside.url, { origin, cookie: desk.cookie })
    desk.socket.on('text', text => {
      checkFrame('server', text)
      desk.#take(JSON.parse(text))
    })
    desk.send({ type: 'hello', last })
    await desk.until('welcome', () => desk.welcome && (last || desk.snapshot))
    return desk
  }

  send (frame) { this.socket.sendText(JSON.stringify(frame)) }

  // Gives a command and waits for its answer.
  ask (type, members = {}) {
    const id = `${this.#name}-${++this.#commands}`
    const answered = new Promise((resolve, reject) => {
      this.#answers.set(id, resolve)
      this.socket.ended.then(ending => reject(new Error(`the websocket ended: ${ending.code}`)))
    })
    this.send({ type, id, ...members })
    return within(`an answer to ${type}`, answered)
  }

  // Waits until all has come that this desk was told before now, also of what was done elsewhere.
  async caughtUp () { await this.ask('count', { text: '' }) }

  // As ask, about a case as this desk has been told of it; the answer must be "ok".
  async do (type, about, members = {}) {
    await this.caughtUp()
    const { id, version } = this.cases.get(about.id)
    const answer = await this.ask(type, { case: id, version, ...members })
    assert.equal(answer.type, 'ok', JSON.stringify(answer))
    // The event that tells of it has come or comes at once; the next command needs its version.
    if (type !== 'open') {
      await this.until(`a newer version of case ${id}`, () => this.cases.get(id).version > version)
    }
    return answer
  }

  // Waits, but not on a connection that has ended.
  until (what, look, options = {}) {
    return until(what, () => {
      const found = look()
      if (!found && this.socket.closed) throw new Error(`the websocket ended before: ${what}`)
      return found
    }, { seen: () => this.frames.slice(-5), ...options })
  }

  event (kind, fits = () => true, options) {
    return this.until(`the event ${kind}`,
      () => this.events.find(event => event.kind === kind && fits(event)), options)
  }

  // The case of a resident, by handle, once there is one that fits.
  caseOf (handle, fits = () => true, options) {
    return this.until(`a case of ${handle}`, () => [...this.cases.values()].find(about =>
      about.resident.handle === handle && fits(about)), options)
  }

  // Waits until nothing is under way in the record that would be told of by itself, clocks that are to be set and replies
  // that are to leave, and this desk, which must see all, has been told of everything. Gives the last event's number.
  async atRest () {
    const look = () => this.kerbside.sql(`SELECT (SELECT count(*) FROM handoff_case WHERE wakes_at=0),
      (SELECT count(*) FROM reply WHERE state IN ('queued', 'sending', 'unknown')),
      (SELECT coalesce(max(seq), 0) FROM event)`)
    const [[, , last]] = await until('a record at rest', async () => {
      const found = await look()
      return found[0][0] === '0' && found[0][1] === '0' && found
    }, { seen: look })
    await this.until(`event ${last}`, () => this.seq >= Number(last))
    return this.seq
  }

  networkIs (ok, options) {
    return this.until(`network.ok ${ok}`, () => this.network.ok === ok && this.network,
      { seen: () => this.network, ...options })
  }

  close () { return this.socket.close() }

  #take (frame) {
    this.frames.push(frame)
    if (frame.type === 'welcome') this.welcome = frame
    if (frame.network) Object.assign(this, { network: frame.network, hours: frame.open })
    // A welcome has the server's number; what comes behind it may still lead there.
    if (['snapshot', 'event', 'beat'].includes(frame.type)) this.seq = frame.seq
    if (frame.type === 'snapshot') {
      this.snapshot = frame
      this.cases = new Map(frame.cases.map(about => [about.id, about]))
    }
    if (frame.type === 'event') {
      this.events.push(frame)
      if (frame.kind === 'message.ignored') this.ignored.set(frame.ignored.message, frame.ignored)
      if (frame.kind === 'message.restored') this.ignored.delete(frame.ignored.message)
    }
    if (frame.case && frame.type !== 'case') this.cases.set(frame.case.id, frame.case)
    if (this.#answers.has(frame.id)) {
      this.#answers.get(frame.id)(frame)
      this.#answers.delete(frame.id)
    }
  }
}
