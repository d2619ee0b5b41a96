// The endpoints under /sandbox/: writing as a resident, looking behind the scenes, ordering faults,
// moving the clock. They are for tests and for the page, and only answer this machine.

import http from 'node:http'
import https from 'node:https'
import { faultProblem } from './faults.mjs'
import { ENDPOINTS, MODES } from './limits.mjs'
import { isId, parseTime } from './params.mjs'
import { hasForbiddenCharacter } from './weigh.mjs'

const LONGEST_POST = 25000
const KERBSIDE_TIMEOUT_MS = 3000

export class BadInput extends Error {}

function need (condition, message) {
  if (!condition) throw new BadInput(message)
}

function onlyMembers (body, known) {
  need(body !== null && typeof body === 'object' && !Array.isArray(body),
    'the body must be a JSON object')
  const unknown = Object.keys(body).find(name => !known.includes(name))
  need(unknown === undefined, `unknown member: ${unknown}`)
}

// A page from elsewhere must not reach the sandbox through the browser: neither under a name of
// its own (DNS rebinding) nor with a request across origins.
export function isFromHere ({ host = '', origin }) {
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(host)) return false
  return origin === undefined || origin.toLowerCase() === `http://${host.toLowerCase()}`
}

export class Control {
  #listeners = new Set()

  constructor ({ store, clock, faults, limits, log, kerbside }) {
    Object.assign(this, { store, clock, faults, limits, log, kerbside })
    store.on('post', post => this.#tell('post', this.describe(post)))
    store.on('deleted', id => this.#tell('deleted', { id }))
  }

  // { status, body }, or { events: true } for the stream. `body` is the parsed JSON or undefined.
  async answer (method, path, body) {
    const deleted = /^\/sandbox\/posts\/([^/]+)\/delete$/.exec(path)
    if (deleted && method === 'POST') return this.#delete(deleted[1])
    switch (`${method} ${path}`) {
      case 'GET /sandbox/posts':
        return { status: 200, body: this.store.posts().map(post => this.describe(post)) }
      case 'POST /sandbox/posts': return this.#write(body)
      case 'GET /sandbox/requests': return { status: 200, body: this.log.entries }
      case 'DELETE /sandbox/requests':
        this.log.clear()
        return { status: 200, body: [] }
      case 'GET /sandbox/faults': return { status: 200, body: this.faults.list() }
      case 'POST /sandbox/faults': return this.#order(body)
      case 'DELETE /sandbox/faults':
        this.faults.clear()
        return { status: 200, body: [] }
      case 'GET /sandbox/limits': return { status: 200, body: this.limits.describe() }
      case 'POST /sandbox/limits': return this.#limit(body)
      case 'GET /sandbox/clock': return { status: 200, body: this.#time() }
      case 'POST /sandbox/clock': return this.#move(body)
      case 'GET /sandbox/events': return { events: true }
    }
    return { status: 404, body: { error: `no such endpoint: ${method} ${path}` } }
  }

  // A post as written, for tests and the page.
  describe (post) {
    const author = this.store.user(post.author_id)
    const described = {
      id: post.id,
      handle: author.username,
      name: author.name,
      text: post.text,
      created_at: post.created_at,
      conversation_id: post.conversation_id,
      in_reply_to: post.in_reply_to,
      ours: this.store.isOurs(post)
    }
    return post.quote ? { ...described, quote: post.quote } : described
  }

  // Adds a server-sent events connection; the caller has written its head.
  listen (res) {
    this.#listeners.add(res)
    res.write('retry: 1000\n\n')
    res.on('close', () => this.#listeners.delete(res))
  }

  #tell (event, data) {
    const frame = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
    for (const res of this.#listeners) res.write(frame)
  }

  #write (body) {
    onlyMembers(body, ['handle', 'name', 'text', 'in_reply_to', 'quote', 'created_at'])
    const { handle: given, name, text, in_reply_to: parent, quote, created_at: at } = body
    need(typeof given === 'string', 'handle: must be a text')
    const handle = given.replace(/^@/, '')
    need(/^[A-Za-z0-9_]{1,15}$/.test(handle), 'handle: 1 to 15 letters, digits or _')
    need(name === undefined || (typeof name === 'string' && /^\S.{0,49}$/su.test(name)),
      'name: must be a text of 1 to 50 characters')
    need(typeof text === 'string' && text.trim() !== '', 'text: must be a text that is not empty')
    need([...text].length <= LONGEST_POST, `text: at most ${LONGEST_POST} characters`)
    need(!hasForbiddenCharacter(text), 'text: holds a character that no post may hold')
    const known = (id, member) => need(id === undefined || id === null ||
      (isId(id) && this.store.post(id)), `${member}: no such post`)
    known(parent, 'in_reply_to')
    known(quote, 'quote')
    const moment = at === undefined || at === null ? null : parseTime(at)
    need(!Number.isNaN(moment), 'created_at: must be an RFC 3339 date and time')
    const post = this.store.addPost({
      authorId: this.store.ensureUser(handle, name).id,
      text,
      inReplyTo: parent ?? null,
      quote: quote ?? null,
      createdAt: moment === null ? null : new Date(moment).toISOString()
    })
    return { status: 201, body: { id: post.id, conversation_id: post.conversation_id } }
  }

  #delete (id) {
    if (!this.store.deletePost(id)) return { status: 404, body: { error: 'no such post' } }
    return { status: 200, body: { id, deleted: true } }
  }

  #order (body) {
    onlyMembers(body, ['on', 'kind', 'times', 'after', 'delay_ms', 'reset_in_s', 'taken'])
    const problem = faultProblem(body)
    need(problem === null, problem)
    return { status: 201, body: this.faults.add(body) }
  }

  #limit (body) {
    onlyMembers(body, ['mode', 'window_s', ...ENDPOINTS])
    const { mode, ...numbers } = body
    need(mode === undefined || Object.hasOwn(MODES, mode),
      `mode: must be one of ${Object.keys(MODES).join(', ')}`)
    for (const [name, value] of Object.entries(numbers)) {
      need(Number.isInteger(value) && value >= 0, `${name}: must be a whole number`)
    }
    this.limits.set(body)
    return { status: 200, body: this.limits.describe() }
  }

  #time () {
    const at = new Date(this.clock.now()).toISOString()
    return { at, moved: this.clock.moved(), kerbside_url: this.kerbside ?? null }
  }

  async #move (body) {
    onlyMembers(body, ['at'])
    need('at' in body, 'at: is missing')
    const moment = body.at === null ? null : parseTime(body.at)
    need(!Number.isNaN(moment), 'at: must be an RFC 3339 date and time, or null')
    this.clock.set(moment)
    const time = this.#time()
    this.#tell('clock', { at: time.at, moved: time.moved })
    const kerbside = this.kerbside ? await forward(this.kerbside, body) : 'not given'
    return { status: 200, body: { at: time.at, kerbside } }
  }
}

// Tells Kerbside of the new time; how that went.
function forward (kerbside, body) {
  const url = new URL('demo/clock', kerbside.endsWith('/') ? kerbside : kerbside + '/')
  const client = url.protocol === 'https:' ? https : http
  const text = JSON.stringify(body)
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'user-agent': 'kerbside-sandbox'
  }
  return new Promise(resolve => {
    const options = {
      method: 'POST', headers, agent: false, signal: AbortSignal.timeout(KERBSIDE_TIMEOUT_MS)
    }
    const request = client.request(url, options, response => {
      response.resume()
      resolve(response.statusCode >= 200 && response.statusCode < 300 ? 'set' : 'refused')
    })
    request.on('error', () => resolve('unreachable'))
    request.end(text)
  })
}
