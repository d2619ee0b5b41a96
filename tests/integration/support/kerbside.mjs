// The real program, with a folder of its own, beside the real sandbox. Nothing is shared between two
// worlds, and every port is the system's choice, so test files run side by side.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import {
  copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync
} from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { Client, US } from '../../sandbox/testing.mjs'
import { sql } from './sql.mjs'
import { until, within } from './wait.mjs'

export { US, sql }
export const KB = fileURLToPath(new URL('../kb', import.meta.url))
const HOLIDAYS = fileURLToPath(new URL('../../../config/bank-holidays.json', import.meta.url))
const PROGRAM = process.env.KERBSIDE

if (!PROGRAM) throw new Error('the variable KERBSIDE must name the program to test')

export const PASSWORD = 'bins before breakfast'
export const STAFF = [
  { login: 'sam', name: 'Sam Reed', initials: 'SR' },
  { login: 'priya', name: 'Priya Nair', initials: 'PN' }
]

const ALWAYS = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
  .map(day => [day, ['00:00-24:00']]))
export const OFFICE = {
  mon: ['09:00-17:00'],
  tue: ['09:00-17:00'],
  wed: ['09:00-17:00'],
  thu: ['09:00-17:00'],
  fri: ['09:00-16:30']
}

// Runs the program to its end, which comes within `ms`: { status, out, err }.
export function run (args, { input = '', env = {}, ms = 120000 } = {}) {
  const child = spawn(PROGRAM, args, { env: { ...process.env, ...env } })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', piece => { out += piece })
  child.stderr.setEncoding('utf8').on('data', piece => { err += piece })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ status: code ?? signal, out, err }))
  })
  return within(`the end of kerbside ${args.join(' ')}`, ended, ms)
    .finally(() => child.kill('SIGKILL'))
}

// Hashing passwords is slow by intent: staff are added to one database, which worlds copy.
let staffed
export function staffedDatabase () {
  staffed ??= makeStaffed()
  return staffed
}

async function makeStaffed () {
  const dir = mkdtempSync(join(tmpdir(), 'kerbside-staff-'))
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
  const config = writeConfig(dir, 'http://127.0.0.1:9/', {})
  for (const { login, name, initials } of STAFF) {
    const { status, err } = await run(['staff', 'add', login, '--name', name,
      '--initials', initials, '--config', config], { input: PASSWORD + '\n' })
    assert.equal(status, 0, err)
  }
  return join(dir, 'kerbside.db')
}

// Writes kerbside.json and the token into `dir`. `more` is merged into it, section by section. Unless it has office hours
// somebody is always there, on a bank holiday too.
export function writeConfig (dir, api, more = {}) {
  const { x, hours, console: desk, account, knowledge, ...rest } = more
  const config = {
    kb: KB,
    database: 'kerbside.db',
    demo: true,
    hours: { zone: 'Europe/London', week: ALWAYS, ...(hours?.week && { holidays: HOLIDAYS }), ...hours },
    knowledge: { check_links: false, ...knowledge },
    console: { address: '127.0.0.1', port: 0, undo_s: 0, ...desk },
    x: {
      api: api.replace(/\/$/, ''),
      poll_every_ms: 100,
      timeout_ms: 15000, // a busy machine is no silent one
      lookup_wait_ms: 60,
      ...x
    },
    accounts: [{ id: US, handle: 'NorthmoorHelp', token_file: 'token', ...account }],
    ...rest
  }
  const file = join(dir, 'kerbside.json')
  writeFileSync(file, JSON.stringify(config, null, 2))
  const token = join(dir, 'token')
  if (!existsSync(token)) writeFileSync(token, 'sandbox-token\n', { mode: 0o600 })
  return file
}

// Files that only their owner may read, each an object or a text.
export function putSecrets (dir, files = {}) {
  for (const [name, secret] of Object.entries(files)) {
    const text = typeof secret === 'string' ? secret : JSON.stringify(secret)
    writeFileSync(join(dir, name), text, { mode: 0o600 })
  }
}

// What the sandbox knows its app by.
export const APP = {
  client_id: 'sandbox-client',
  client_secret: 'sandbox-client-secret',
  consumer_key: 'sandbox-consumer',
  consumer_secret: 'sandbox-consumer-secret',
  bearer_token: 'sandbox-app-token'
}

export class Kerbside {
  constructor (dir, config) {
    Object.assign(this, { dir, config, database: join(dir, 'kerbside.db'), log: '' })
  }

  // Starts it and waits until it says that it is ready. `env` adds to the environment. False if it
  // ended before.
  async start ({ env = {}, mayDie = false } = {}) {
    const child = spawn(PROGRAM, ['serve', '--config', this.config],
      { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    this.child = child
    this.ended = null
    this.ending = new Promise(resolve => child.on('close', (code, signal) => {
      this.ended = { code, signal }
      resolve(this.ended)
    }))
    child.stderr.setEncoding('utf8').on('data', piece => { this.log += piece })
    const ready = new Promise(resolve => {
      child.stdout.setEncoding('utf8').on('data', piece => {
        out += piece
        const found = /^kerbside ready (\S+)$/m.exec(out)
        if (found) resolve(found[1])
      })
      child.on('close', () => resolve(null))
    })
    this.url = await within('kerbside ready', ready, 120000)
    if (!this.url && !mayDie) throw new Error(`kerbside ended: ${this.log}`)
    if (this.url) this.origin = this.url.replace(/\/$/, '')
    return this.url !== null
  }

  // { code, signal }
  async stop (signal = 'SIGTERM') {
    if (!this.child) return null
    this.child.kill(signal)
    return within(`the end of kerbside after ${signal}`, this.ending).catch(error => {
      this.child.kill('SIGKILL')
      throw error
    })
  }

  async restart (options) {
    const ended = await this.stop()
    assert.deepEqual(ended, { code: 0, signal: null }, this.log)
    return this.start(options)
  }

  // Are these bytes anywhere in what the database keeps on disk, its log included? The log is looked at first, since
  // what is in it moves to the other file at any moment.
  holds (text) {
    return [this.database + '-wal', this.database].some(file =>
      existsSync(file) && readFileSync(file).includes(text))
  }

  sql (statement) { return sql(this.database, statement) }

  // A request to the console's server: { status, headers, text, json }. node:http and not fetch,
  // which sends no Origin of the caller's choice.
  request (method, path, { body, origin = this.origin, cookie, type = 'application/json', more } = {}) {
    const bytes = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
    const headers = { 'content-length': Buffer.byteLength(bytes), ...more }
    if (bytes) headers['content-type'] = type
    if (origin) headers.origin = origin
    if (cookie) headers.cookie = cookie
    const answered = new Promise((resolve, reject) => {
      const url = new URL(path, this.url)
      const request = http.request(url, { method, headers, agent: false }, response => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', piece => { text += piece })
        response.on('error', reject)
        response.on('end', () => {
          let json
          try { json = JSON.parse(text) } catch { json = undefined }
          resolve({ status: response.statusCode, headers: response.headers, text, json })
        })
      })
      request.on('error', reject)
      request.end(bytes)
    })
    return within(`an answer to ${method} ${path}`, answered)
  }
}

// Where X's pages show several forms of an answer.
const AS_IN_DOCUMENT = { subscription_answer: 'subscription', rules_status: 200 }

// A sandbox and Kerbside beside it, both ended with the test `t`. Options: `conf` is merged into the
// configuration, `sandbox` goes to startSandbox, `staffed` false leaves the database out, `started`
// false doesn't start Kerbside, `env` adds to its environment, `files` are secrets by their names.
export async function world (t, options = {}) {
  const { conf = {}, sandbox: choices = {}, staffed = true, started = true, env, files } = options
  const dir = mkdtempSync(join(tmpdir(), 'kerbside-test-'))
  putSecrets(dir, files)
  const openapi = process.env.X_OPENAPI
  const settings = { ...(openapi && AS_IN_DOCUMENT), ...choices.settings }
  const sandbox = await startSandbox({ limits: 'off', openapi, ...choices, settings })
  const kerbside = new Kerbside(dir, writeConfig(dir, sandbox.url, conf))
  t.after(async () => {
    try {
      if (kerbside.child && !kerbside.ended) await kerbside.stop()
      assert.doesNotMatch(kerbside.log, /Sanitizer|runtime error/, 'a sanitizer spoke')
    } finally {
      await sandbox.stop()
      rmSync(dir, { recursive: true, force: true })
    }
  })
  if (staffed) copyFileSync(await staffedDatabase(), kerbside.database)
  if (started) await kerbside.start({ env })
  return { dir, sandbox, kerbside, x: new Resident(sandbox.url) }
}

// The sandbox as tests see it: residents write, and look at what stands under their posts.
export class Resident extends Client {
  // The post's id, as `handle`.
  async says (handle, text, more = {}) { return this.write(text, { handle, ...more }) }

  async repliesTo (id) {
    return (await this.posts()).filter(post => post.ours && post.in_reply_to === id)
  }

  // The first reply of ours under `id`.
  async replyTo (id, options) {
    const [reply] = await until(`a reply under ${id}`, async () => {
      const replies = await this.repliesTo(id)
      return replies.length ? replies : null
    }, options)
    return reply
  }

  async ours () { return (await this.posts()).filter(post => post.ours) }

  async requestsTo (method, path) {
    return (await this.requests()).filter(asked => asked.method === method &&
      asked.path.split('?')[0] === path)
  }

  // `reads` sweeps of a feed that began after this call have been answered: whatever was there has been seen.
  async sweeps (reads = 2, path = `/2/users/${US}/mentions`) {
    const before = (await this.requestsTo('GET', path)).length
    await until(`${reads} further reads`, async () =>
      (await this.requestsTo('GET', path)).filter(asked => asked.status !== null).length >=
        before + reads)
  }

  async noViolations () {
    const broken = (await this.requests()).filter(asked => asked.violation)
    assert.deepEqual(broken, [], 'the program broke a rule of the network')
  }

  // A direct message to our account, or to the account @to; its id.
  async whispers (handle, text, more = {}) {
    return (await this.control('POST', 'messages', { handle, text, ...more })).json.id
  }

  // All direct messages, oldest first.
  async whispered () { return (await this.control('GET', 'messages')).json }

  async clearFaults () { await this.control('DELETE', 'faults') }
}

// The moment `seconds` ago, as a post's created_at: what lies over a minute apart is no burst.
export const ago = seconds => new Date(Date.now() - seconds * 1000).toISOString()

// Moves both clocks, as the sandbox's page does.
export async function moveClock ({ x, kerbside }, at) {
  await x.control('POST', 'clock', { at })
  const { status, text } = await kerbside.request('POST', '/demo/clock',
    { body: { at }, origin: null })
  assert.equal(status, 200, text)
}
