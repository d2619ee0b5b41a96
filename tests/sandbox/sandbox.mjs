#!/usr/bin/env node
// A stand-in for X on this machine: the command line, and startSandbox() for tests.

import { readFileSync, realpathSync } from 'node:fs'
import http from 'node:http'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Activity } from './activity.mjs'
import { Api } from './api.mjs'
import { Bill } from './bill.mjs'
import { Control } from './control.mjs'
import { Faults, play } from './faults.mjs'
import { Identity } from './identity.mjs'
import { BadInput, isFromHere } from './input.mjs'
import { Limits, MODES } from './limits.mjs'
import { Messages } from './messages.mjs'
import { readDocument } from './openapi.mjs'
import { Router, ROUTES } from './routes.mjs'
import { Settings } from './settings.mjs'
import { DataFileError, Store } from './store.mjs'
import { Storm } from './storm.mjs'
import { Streams } from './stream.mjs'
import { Watch } from './watch.mjs'
import { Webhooks } from './webhooks.mjs'

const MAX_BODY = 1024 * 1024
const LOG_LENGTH = 100000

const PAGE = {
  '/': ['index.html', 'text/html'],
  '/page.js': ['page.js', 'text/javascript'],
  '/page.css': ['page.css', 'text/css']
}
const PAGE_HEADERS = {
  'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; " +
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; " +
    "frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin'
}

// The sandbox's own time: real time plus an offset.
class Clock {
  #offset = 0
  now () { return Date.now() + this.#offset }
  moved () { return this.#offset !== 0 }
  set (moment) { this.#offset = moment === null ? 0 : moment - Date.now() }
}

class RequestLog {
  entries = []
  add (entry) {
    this.entries.push(entry)
    if (this.entries.length > LOG_LENGTH) this.entries.shift()
    return entry
  }

  clear () { this.entries = [] }
}

// What the files of endpoints get as `world`.
class Sandbox {
  #timers = new Set()
  #sockets = new Set()
  #router = new Router(ROUTES)

  constructor (options) {
    const { limits, kerbside, data, carried, warn } = options
    this.options = options
    this.clock = new Clock()
    this.store = new Store({ clock: this.clock, file: data, carried, warn })
    this.limits = new Limits(limits)
    this.faults = new Faults()
    this.log = new RequestLog()
    this.identity = new Identity(this)
    this.watch = new Watch(this)
    this.bill = new Bill(this)
    this.api = new Api(this)
    this.settings = new Settings(options.settings)
    this.webhooks = new Webhooks(this)
    this.streams = new Streams(this)
    this.activity = new Activity(this)
    this.messages = new Messages(this)
    this.storm = new Storm(this)
    this.control = new Control(this, kerbside)
    this.openapi = options.openapi ? readDocument(options.openapi) : null
    this.store.on('post', post => {
      this.faults.hold(post, this.store.isOurs(post) ? 'timeline' : 'mentions')
    })
    this.server = http.createServer((req, res) => {
      this.#serve(req, res).catch(error => {
        console.error(error)
        res.destroy()
      })
    })
    // Longer than clients keep an idle connection, so that none is closed under a new request.
    this.server.keepAliveTimeout = 10 * 60 * 1000
    this.server.on('connection', socket => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  listen (port) {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(port, '127.0.0.1', () => {
        this.server.off('error', reject)
        this.port = this.server.address().port
        this.url = `http://127.0.0.1:${this.port}/`
        resolve()
      })
    })
  }

  // Closes everything, also connections that were left waiting for an answer.
  async stop () {
    for (const timer of this.#timers) clearTimeout(timer)
    const closed = this.server.listening
      ? new Promise(resolve => this.server.close(resolve))
      : Promise.resolve()
    for (const socket of this.#sockets) socket.destroy()
    await closed
    this.store.close()
  }

  async #serve (req, res) {
    // A client may go away at any moment; that is its right.
    req.on('error', () => {})
    res.on('error', () => {})
    const [path, search = ''] = req.url.split(/\?(.*)/s)
    const local = Object.hasOwn(PAGE, path) || path.startsWith('/sandbox/')
    if (local && !isFromHere(req.headers)) {
      return send(res, 403, { error: 'only from this machine, not from another site' })
    }
    const body = await readBody(req)
    if (body === null) return res.destroy()
    if (body === undefined) {
      res.shouldKeepAlive = false
      return send(res, 413, { title: 'Payload Too Large', type: 'about:blank', status: 413 })
    }
    if (!local) await this.#serveApi(req, res, { path, search, body })
    else if (Object.hasOwn(PAGE, path)) servePage(req, res, path)
    else await this.#serveControl(req, res, path, body)
  }

  async #serveApi (req, res, { path, search, body }) {
    const { route, args, refusal } = this.#router.find(req.method, path)
    const entry = this.log.add({
      method: req.method, path: req.url, status: null, at: new Date().toISOString()
    })
    const fault = this.faults.take(route.endpoint)
    if (fault) entry.fault = fault.kind
    const request = {
      route,
      args,
      refusal,
      method: req.method,
      url: new URL(req.url, `http://${req.headers.host ?? '127.0.0.1'}`),
      search,
      headers: req.headers,
      body,
      visible: post => !this.faults.isHeld(post),
      repeat: fault?.kind === 'repeat'
    }
    request.caller = this.identity.caller(request)
    const finish = outcome => {
      if (outcome.violation) entry.violation = outcome.violation
      this.#compare(request, entry, outcome)
      if (outcome.silent) return
      if (outcome.reset) return req.socket.resetAndDestroy()
      entry.status = outcome.status
      const { status, type, stream } = outcome
      const headers = { ...outcome.headers, ...(type && contentType(type)) }
      if (!stream) return send(res, status, outcome.bytes ?? outcome.body, headers)
      res.writeHead(status, headers)
      stream(res)
    }
    const exchange = () => play(fault, {
      process: () => this.api.answer(request),
      notice: () => this.api.notice(request),
      spend: (seconds, which) =>
        this.limits.pretendSpent(route, request.caller, seconds, which)
    })
    if (!fault?.delay_ms) return finish(await exchange())
    // A slow answer is only slow to arrive; any other fault waits before it happens.
    if (fault.kind === 'slow') {
      const outcome = await exchange()
      this.later(fault.delay_ms, () => finish(outcome))
    } else {
      this.later(fault.delay_ms, async () => finish(await exchange()))
    }
  }

  // Against X's own document; an answer that a fault spoiled is left out.
  #compare ({ method, url, headers, body, caller, route }, entry, outcome) {
    if (!this.openapi || !url.pathname.startsWith('/2/') || !route.tokens) return
    const exchange = { method, url, kind: caller.kind, type: headers['content-type'], body }
    const whole = !entry.fault && !outcome.stream
    const differs = this.openapi.check(whole
      ? {
          ...exchange,
          status: outcome.status,
          answerType: outcome.type ?? typeOf(outcome.status, outcome.body),
          answer: Buffer.from(JSON.stringify(outcome.body))
        }
      : exchange)
    if (differs.length === 0) return
    entry.differs = differs
    entry.violation = [entry.violation, ...differs].filter(Boolean).join('; ')
  }

  async #serveControl (req, res, path, bytes) {
    try {
      const result = await this.control.answer(req.method, path, parseJson(bytes))
      if (!result.events) return send(res, result.status, result.body)
      res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      this.control.listen(res)
    } catch (error) {
      if (!(error instanceof BadInput)) throw error
      send(res, 400, { error: error.message })
    }
  }

  // Runs `work` after a while, unless the sandbox stops before.
  later (ms, work) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      work()
    }, ms)
    this.#timers.add(timer)
  }
}

const contentType = type => ({ 'content-type': type })

// The whole body; undefined if it is too long, null if the client left before its end.
function readBody (req) {
  return new Promise(resolve => {
    const pieces = []
    let size = 0
    req.on('data', piece => {
      size += piece.length
      if (size <= MAX_BODY) pieces.push(piece)
      else resolve(undefined)
    })
    req.on('end', () => resolve(Buffer.concat(pieces)))
    req.on('close', () => resolve(null))
  })
}

function parseJson (bytes) {
  if (bytes.length === 0) return undefined
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new BadInput('the body is not valid JSON')
  }
}

const typeOf = (status, body) =>
  status >= 400 && body?.type ? 'application/problem+json' : 'application/json'

function send (res, status, body, headers = {}) {
  const raw = typeof body === 'string' || Buffer.isBuffer(body)
  const bytes = Buffer.from(raw ? body : JSON.stringify(body))
  res.writeHead(status, {
    'content-type': `${typeOf(status, body)}; charset=utf-8`,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers
  })
  res.end(bytes)
}

function servePage (req, res, path) {
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    return send(res, 405, { error: 'only GET' }, { allow: 'GET, HEAD' })
  }
  const [file, type] = PAGE[path]
  const bytes = readFileSync(new URL(`page/${file}`, import.meta.url))
  send(res, 200, bytes, { ...PAGE_HEADERS, ...contentType(`${type}; charset=utf-8`) })
}

const DEFAULTS = {
  token: 'sandbox-token',
  limits: 'demo',
  carried: true,
  searchLag: 30,
  bareReplies: 'refused',
  watch: false,
  warn: text => process.stderr.write(`sandbox: ${text}\n`)
}

// Starts a sandbox. Options: port (0 takes any), kerbside, data, and those of DEFAULTS: token,
// limits ("demo", "real", "off"), carried, searchLag in seconds, bareReplies ("refused",
// "allowed"), watch, warn. The result has `url`, `port`, `store` and `stop()`.
export async function startSandbox ({ port = 0, ...options } = {}) {
  const sandbox = new Sandbox({ ...DEFAULTS, ...options })
  try {
    await sandbox.listen(port)
  } catch (error) {
    sandbox.store.close()
    throw error
  }
  return sandbox
}

class UsageError extends Error {}

function readCommandLine (args) {
  const text = { type: 'string' }
  const options = {
    port: text,
    token: text,
    openapi: text,
    kerbside: text,
    data: text,
    limits: text,
    carried: text,
    'search-lag': text,
    'bare-replies': text,
    watch: text
  }
  let values
  try {
    values = parseArgs({ args, options }).values
  } catch (error) {
    throw new UsageError(error.message.split(/[.\n]/)[0])
  }
  const oneOf = (name, choices) => {
    if (values[name] !== undefined && !choices.includes(values[name])) {
      throw new UsageError(`--${name} must be one of ${choices.join(', ')}`)
    }
  }
  oneOf('limits', MODES)
  oneOf('carried', ['on', 'off'])
  oneOf('watch', ['on', 'off'])
  oneOf('bare-replies', ['refused', 'allowed'])
  const { 'search-lag': lag = '30', 'bare-replies': bareReplies = 'refused', ...rest } = values
  if (!/^\d{1,5}$/.test(lag)) throw new UsageError('--search-lag must be a number of seconds')
  if (!/^\d{1,5}$/.test(values.port ?? '0') || Number(values.port ?? 0) > 65535) {
    throw new UsageError('--port must be a number from 0 to 65535')
  }
  if (values.token !== undefined && !/^\S+$/.test(values.token)) {
    throw new UsageError('--token must be a text without spaces')
  }
  if (values.kerbside !== undefined && !isHttpUrl(values.kerbside)) {
    throw new UsageError('--kerbside must be a URL that begins with http:// or https://')
  }
  return {
    ...rest,
    port: Number(values.port ?? 0),
    carried: values.carried !== 'off',
    watch: values.watch === 'on',
    searchLag: Number(lag),
    bareReplies
  }
}

function isHttpUrl (text) {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol)
  } catch {
    return false
  }
}

async function main () {
  const fail = (code, message) => {
    process.stderr.write(`sandbox: ${message}\n`)
    process.exitCode = code
  }
  let sandbox
  try {
    const options = readCommandLine(process.argv.slice(2))
    sandbox = await startSandbox(options)
  } catch (error) {
    if (error instanceof UsageError) return fail(2, error.message)
    if (error.code === 'EADDRINUSE') return fail(1, `port ${error.port} is in use`)
    if (error instanceof DataFileError || error.syscall) return fail(1, error.message)
    throw error
  }
  const stop = () => sandbox.stop().finally(() => process.exit(0))
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.stdout.write(`sandbox ready ${sandbox.url}\n`)
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main()
}
