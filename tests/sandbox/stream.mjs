// The streams: connections that stay open, the lines written to them, and the filtered stream with
// its rules. Which events the activity stream carries is in activity.mjs.

import { createHash } from 'node:crypto'
import { need, ok, onlyMembers } from './input.mjs'
import { DISCONNECTS, LINE_KINDS } from './misbehaviour.mjs'
import { envelope, paginate } from './reading.mjs'
import { isObject, readJson } from './body.mjs'
import { flag, isId, list, number, oneOf, VIEW } from './params.mjs'
import { invalid, notFound, problem, PROBLEMS } from './refusals.mjs'
import { parseRule, RULE_CAP, Rules } from './rules.mjs'

const APP_ONLY = { app: true, oauth1: false, scopes: null }
const BACKFILL_MS = 5 * 60 * 1000
// More than this waiting for one client means that it does not read.
const MOST_WAITING = 16 * 1024 * 1024
const COUNT_FIELDS = ['all_project_client_apps', 'cap_per_client_app', 'cap_per_project',
  'client_app_rules_count', 'project_rules_count']
const CONNECTION_FIELDS = ['client_ip', 'connected_at', 'disconnect_reason', 'disconnected_at',
  'endpoint_name', 'id']

// What X calls each stream in /2/connections, how many connections it takes, and where a test
// orders faults for its lines.
const CHANNELS = {
  stream: {
    name: 'filtered_stream', most: { 'self-serve': 1, enterprise: 2 }, lines: 'stream_lines'
  },
  activity_stream: {
    name: 'activity_stream', most: { 'self-serve': 2, enterprise: 2 }, lines: 'activity_lines'
  }
}

const tooMany = () => ({
  status: 429,
  body: {
    title: 'ConnectionException',
    detail: 'This stream is currently at the maximum allowed connection limit.',
    connection_issue: 'TooManyConnections',
    type: PROBLEMS + 'streaming-connection'
  }
})

// One open connection. What is put waits its turn, so that nothing gets between an object's pieces.
class Line {
  #queue = []
  #busy = false
  #held = null
  #quiet = false

  constructor (world, entry, res, view) {
    Object.assign(this, { world, entry, res, view })
    res.socket?.setNoDelay(true)
    const beat = world.settings.keep_alive_ms
    if (beat) this.timer = setInterval(() => this.#beat(), beat)
    res.on('close', () => {
      clearInterval(this.timer)
      world.streams.gone(this)
    })
  }

  // An object of the stream, which meets the fault that waits for it.
  send (value) {
    const bytes = Buffer.from(JSON.stringify(value) + '\r\n')
    if (this.#held) {
      const release = this.#held
      this.#held = null
      return release(bytes)
    }
    const fault = this.world.faults.take(CHANNELS[this.entry.channel].lines)
    if (fault) LINE_KINDS[fault.kind](this, bytes, fault)
    else this.put(bytes)
  }

  // Bytes as they are, `wait` milliseconds after those before; undefined means in the same go.
  put (bytes, wait) {
    this.#queue.push({ bytes, wait })
    this.#pump()
  }

  // Nothing goes until the next object comes: `release` is then given its bytes.
  holdBack (release) { this.#held = release }

  // Open, but dead: no objects and no keep-alives any more.
  hush () { this.#quiet = true }

  disconnect (type) {
    const title = type === 'UpstreamOperationalDisconnect' || type === 'OperationalDisconnect'
      ? 'operational-disconnect'
      : type
    const detail = 'This stream has been disconnected upstream for operational reasons.'
    const problem = PROBLEMS + 'operational-disconnect'
    const errors = [{ title, disconnect_type: type, detail, type: problem }]
    this.put(Buffer.from(JSON.stringify({ errors }) + '\r\n'))
    this.finish(type)
  }

  // Ends as HTTP wants it; `break` just goes away.
  finish (reason) { this.#last(reason, () => this.res.end()) }

  break (reason) { this.#last(reason, () => this.res.destroy()) }

  #last (reason, end) {
    this.entry.disconnect_reason = reason
    this.#queue.push({ end })
    this.#pump()
  }

  #beat () {
    if (!this.#busy) this.put(Buffer.from('\r\n'))
  }

  #pump () {
    while (!this.#busy && this.#queue.length) {
      const { bytes, wait, end } = this.#queue.shift()
      if (this.#quiet && !end) continue
      if (end) {
        // Only when all before has left, or it would be lost.
        this.#busy = true
        this.res.write('', end)
        return
      }
      if (this.res.writableLength > MOST_WAITING) {
        this.#queue = []
        return this.break('SlowReader')
      }
      this.res.write(bytes)
      if (wait === undefined) continue
      this.#busy = true
      this.world.later(wait, () => {
        this.#busy = false
        this.#pump()
      })
    }
  }
}

export class Streams {
  rules = new Rules()
  #lines = new Set()
  #entries = [] // of /2/connections, oldest first
  #past = { stream: [], activity_stream: [] } // what was sent in the last minutes

  constructor (world) {
    this.world = world
    world.store.on('post', post => this.#offer(post))
    world.store.on('edited', ({ post }) => this.#offer(post))
  }

  // The answer to a request for a stream.
  connect (channel, { view, params, headers }) {
    const { settings } = this.world
    const counted = this.#entries.filter(entry => entry.channel === channel && this.#counts(entry))
    if (counted.length >= CHANNELS[channel].most[settings.plan]) return tooMany()
    return {
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
      stream: res => this.#open(channel, res, view, params.backfill_minutes ?? 0)
    }
  }

  #open (channel, res, view, backfill) {
    const entry = {
      id: uuid(this.#entries.length + 1),
      channel,
      endpoint_name: CHANNELS[channel].name,
      client_ip: res.socket?.remoteAddress,
      connected_at: new Date().toISOString()
    }
    this.#entries.push(entry)
    res.flushHeaders()
    const line = new Line(this.world, entry, res, view)
    this.#lines.add(line)
    const since = Date.now() - backfill * 60 * 1000
    if (backfill) {
      for (const { at, render } of this.#past[channel]) if (at >= since) line.send(render(view))
    }
  }

  // Called when a connection has ended, whoever ended it.
  gone (line) {
    if (!this.#lines.delete(line)) return
    line.entry.disconnected_at = new Date().toISOString()
    line.entry.disconnect_reason ??= 'closed by the client'
    line.entry.held_until = Date.now() + this.world.settings.hold_ms
  }

  // X notices late that a client has gone.
  #counts (entry) { return !entry.disconnected_at || Date.now() < entry.held_until }

  // To everybody on a stream: `render (view)` gives the object.
  publish (channel, render) {
    const now = Date.now()
    const past = this.#past[channel]
    past.push({ at: now, render })
    while (past[0].at < now - BACKFILL_MS) past.shift()
    for (const line of this.#lines) {
      if (line.entry.channel === channel) line.send(render(line.view))
    }
  }

  // Ends the open connections of a stream in one of the ways of a line.
  end (channel, how) {
    const lines = [...this.#lines].filter(line => line.entry.channel === channel)
    for (const line of lines) {
      if (how === 'cut') line.break('connection lost')
      else if (how === 'close') line.finish('closed by the server')
      else if (how === 'silence') line.hush()
      else line.disconnect(how)
    }
    return lines.length
  }

  connections (status) {
    const wanted = entry => status === 'all' || this.#counts(entry) === (status === 'active')
    return this.#entries.filter(wanted).reverse()
  }

  // Also those that only still count.
  endAll () {
    const counted = this.#entries.filter(entry => this.#counts(entry))
    for (const entry of counted) entry.held_until = 0
    for (const line of this.#lines) {
      line.finish('ForceDisconnect')
      this.gone(line)
      line.entry.held_until = 0
    }
    return counted
  }

  #offer (post) {
    const { store } = this.world
    if (!this.rules.size || store.hides(post.id, null)) return
    const matching = this.rules.matching(post, store)
      .map(({ id, tag }) => ({ id, ...(tag !== undefined && { tag }) }))
    if (!matching.length) return
    this.publish('stream', view => {
      this.world.bill.read('post_read', 'post', post.id)
      const { data: [data], ...rest } = envelope(store, [post], view, null)
      return { data, ...rest, matching_rules: matching }
    })
  }
}

// Always the same ones, in the order of the connections.
function uuid (n) {
  const digits = createHash('sha256').update(`connection ${n}`).digest('hex')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}

// --- endpoints ---

const minutes = number(0, 5)

export const streamRoutes = [
  {
    endpoint: 'stream',
    method: 'GET',
    path: '/2/tweets/search/stream',
    tokens: APP_ONLY,
    limits: { app: 50 },
    query: {
      known: [...VIEW.filter(name => name !== 'post.fields'), 'backfill_minutes'],
      read: { backfill_minutes: minutes }
    },
    answer: connect
  },
  {
    endpoint: 'rules',
    method: 'GET',
    path: '/2/tweets/search/stream/rules',
    tokens: APP_ONLY,
    limits: { app: 450 },
    query: { known: ['ids', 'max_results', 'pagination_token'], page: [1, 1000] },
    answer: listRules
  },
  {
    endpoint: 'change_rules',
    method: 'POST',
    path: '/2/tweets/search/stream/rules',
    tokens: APP_ONLY,
    limits: { app: 100 },
    query: { known: ['dry_run', 'delete_all'], read: { dry_run: flag, delete_all: flag } },
    answer: changeRules
  },
  {
    endpoint: 'rule_counts',
    method: 'GET',
    path: '/2/tweets/search/stream/rules/counts',
    tokens: APP_ONLY,
    limits: { app: 450 },
    query: { known: ['rules_count.fields'], read: { 'rules_count.fields': list(COUNT_FIELDS) } },
    answer: countRules
  },
  {
    endpoint: 'connections',
    method: 'GET',
    path: '/2/connections',
    tokens: APP_ONLY,
    limits: { app: 450 },
    query: {
      known: ['status', 'endpoints', 'max_results', 'connection.fields'],
      page: [1, 100],
      read: {
        status: oneOf(['active', 'inactive', 'all']),
        endpoints: list(Object.values(CHANNELS).map(({ name }) => name)),
        'connection.fields': list(CONNECTION_FIELDS)
      }
    },
    answer: listConnections
  },
  {
    endpoint: 'end_connections',
    method: 'DELETE',
    path: '/2/connections/all',
    tokens: APP_ONLY,
    limits: { app: 25 },
    answer: endConnections
  }
]

function connect ({ streams, settings }, request) {
  const { backfill_minutes: backfill } = request.params
  if (backfill !== undefined && settings.plan !== 'enterprise') {
    return invalid([problem('backfill_minutes', backfill,
      'The `backfill_minutes` query parameter needs an Enterprise plan')])
  }
  if (streams.rules.size === 0) {
    return {
      status: 409,
      body: {
        title: 'ConnectionException',
        detail: 'Rules must be configured before connecting to this stream.',
        connection_issue: 'RuleConfigurationIssue',
        type: PROBLEMS + 'streaming-connection'
      }
    }
  }
  return streams.connect('stream', request)
}

const shown = ({ id, value, tag }) => ({ id, value, ...(tag !== undefined && { tag }) })
const sent = () => new Date().toISOString()

function listRules ({ streams }, { params }) {
  const all = streams.rules.list().filter(({ id }) => !params.ids || params.ids.includes(id))
  const { page, meta } = paginate(all.reverse(), { max_results: 1000, ...params })
  const { result_count: count, next_token: next } = meta
  return {
    status: 200,
    body: {
      ...(page.length && { data: page.map(shown) }),
      meta: { result_count: count, ...(next && { next_token: next }) }
    }
  }
}

function countRules ({ streams }) {
  const own = { client_app_id: '29820954', rule_count: streams.rules.size }
  return {
    status: 200,
    body: {
      data: {
        cap_per_client_app: String(RULE_CAP),
        cap_per_project: String(RULE_CAP),
        project_rules_count: String(streams.rules.size),
        client_app_rules_count: own,
        all_project_client_apps: [own]
      }
    }
  }
}

function changeRules (world, { headers, body, params }) {
  const { value, errors } = readJson(headers, body, ['add', 'delete'])
  if (errors) return invalid(errors)
  const { rules } = world.streams
  if (params.delete_all) return deleteRules(rules, rules.list(), [], params)
  if ((value.add === undefined) === (value.delete === undefined)) {
    return invalid([problem('body', '', 'Exactly one of add and delete must be given')])
  }
  return value.add === undefined
    ? deleteNamed(rules, value.delete, params)
    : addRules(world, value.add, params)
}

function addRules ({ streams: { rules }, store, settings }, add, { dry_run: dry }) {
  const fits = item => isObject(item) && typeof item.value === 'string' &&
    (item.tag === undefined || typeof item.tag === 'string') &&
    Object.keys(item).every(name => ['value', 'tag'].includes(name))
  if (!Array.isArray(add) || !add.length || !add.every(fits)) {
    return invalid([problem('add', JSON.stringify(add), '$.add: must be a list of {value, tag}')])
  }
  const made = []
  const errors = []
  for (const { value, tag } of add) {
    const known = rules.byValue(value) ?? made.find(rule => rule.value === value)
    const { problem: wrong, matches } = parseRule(value)
    if (known) {
      const type = PROBLEMS + 'duplicate-rules'
      errors.push({ value, id: known.id, title: 'DuplicateRule', type })
    } else if (wrong) {
      const type = PROBLEMS + 'invalid-rules'
      errors.push({ value, details: [wrong], title: 'UnprocessableEntity', type })
    } else if (rules.size + made.length >= RULE_CAP) {
      const detail = `Your rules are limited to ${RULE_CAP}.`
      errors.push({ value, detail, title: 'RulesCapExceeded', type: PROBLEMS + 'rule-cap' })
    } else {
      const since = Date.now() + settings.rule_delay_ms
      made.push({ id: store.newId(), value, tag, matches, since })
    }
  }
  if (!dry) for (const rule of made) rules.add(rule)
  const invalidOnes = errors.filter(({ type }) => type.endsWith('invalid-rules')).length
  const summary = {
    created: made.length,
    not_created: errors.length,
    valid: add.length - invalidOnes,
    invalid: invalidOnes
  }
  return {
    status: made.length ? settings.rules_status : 200,
    body: {
      ...(made.length && { data: made.map(shown) }),
      meta: { sent: sent(), summary },
      ...(errors.length && { errors })
    }
  }
}

function deleteNamed (rules, given, params) {
  const named = Object.entries(given ?? {})
  const [name, values] = named[0] ?? []
  const fits = named.length === 1 && Array.isArray(values) && values.length > 0 &&
    ((name === 'ids' && values.every(isId)) ||
    (name === 'values' && values.every(value => typeof value === 'string')))
  if (!fits) {
    return invalid([problem('delete', JSON.stringify(given),
      '$.delete: must be {ids} or {values}')])
  }
  const find = value => name === 'ids' ? rules.get(value) : rules.byValue(value)
  const missing = values.filter(value => !find(value))
  return deleteRules(rules, values.map(find).filter(Boolean), missing, params)
}

function deleteRules (rules, found, missing, { dry_run: dry }) {
  if (!dry) for (const rule of found) rules.delete(rule)
  const errors = missing.map(value => notFound('rule', 'delete', value))
  const summary = { deleted: found.length, not_deleted: missing.length }
  const meta = { sent: sent(), summary }
  return { status: 200, body: { meta, ...(errors.length && { errors }) } }
}

function listConnections ({ streams }, { params }) {
  const { status = 'active', endpoints, max_results: size = 10 } = params
  const fields = ['id', ...(params['connection.fields'] ?? [])]
  const all = streams.connections(status)
    .filter(entry => !endpoints || endpoints.includes(entry.endpoint_name))
  const data = all.slice(0, size).map(entry =>
    Object.fromEntries(fields.filter(name => entry[name]).map(name => [name, entry[name]])))
  const meta = { result_count: data.length }
  return { status: 200, body: { ...(data.length && { data }), meta } }
}

function endConnections ({ streams }) {
  const results = streams.endAll().map(({ id }) => ({ uuid: id, success: true }))
  const data = { successful_kills: results.length, failed_kills: 0, results }
  return { status: 200, body: { data } }
}

// --- control ---

export const streamControl = [
  {
    method: 'POST',
    path: '/sandbox/streams/end',
    answer ({ streams }, { body }) {
      onlyMembers(body, ['on', 'how'])
      const ways = ['cut', 'close', 'silence', ...DISCONNECTS]
      need(Object.hasOwn(CHANNELS, body.on),
        `on: must be one of ${Object.keys(CHANNELS).join(', ')}`)
      need(ways.includes(body.how), `how: must be one of ${ways.join(', ')}`)
      return ok({ ended: streams.end(body.on, body.how) })
    }
  }
]
