// Webhooks: addresses that events are sent to. Each is proved by a challenge (CRC), each delivery
// signed with the app's consumer secret.

import { createHmac } from 'node:crypto'
import http from 'node:http'
import https from 'node:https'
import { readJson } from './body.mjs'
import { ok } from './input.mjs'
import { CONSUMER } from './identity.mjs'
import { isId, list } from './params.mjs'
import { invalid, problem } from './refusals.mjs'
import { classicMessage, classicPost } from './classic.mjs'

const APP = { app: true, oauth1: true, scopes: null }
const APP_ONLY = { app: true, oauth1: false, scopes: null }
const HOUR = 60 * 60 * 1000
// A webhook that X cannot reach stays valid this long after it last answered rightly.
const PATIENCE_MS = 28 * HOUR
const REPLAY_MS = 24 * HOUR
const FIELDS = ['created_at', 'id', 'url', 'valid']

const sign = bytes =>
  'sha256=' + createHmac('sha256', CONSUMER.secret).update(bytes).digest('base64')

export class Webhooks {
  #hooks = new Map() // by id: { id, url, valid, created_at, checkedAt, turn }
  #past = [] // { hook, event, at } of the last day, oldest first
  #checks = 0
  deliveries = []

  constructor (world) { this.world = world }

  get (id) { return this.#hooks.get(id) }

  list () { return [...this.#hooks.values()] }

  delete (id) { return this.#hooks.delete(id) }

  add (url) {
    const { store, clock } = this.world
    const now = clock.now()
    const at = new Date(now).toISOString()
    const hook = { id: store.newId(), url, valid: true, created_at: at, checkedAt: now, turn: null }
    this.#hooks.set(hook.id, hook)
    return hook
  }

  // Sends the challenge. Gives "passed", "wrong" for an answer that proves nothing, or "failed" for
  // trouble that may pass.
  async check (url) {
    const token = `challenge-${++this.#checks}`
    const target = new URL(url)
    target.searchParams.set('crc_token', token)
    const { status, body } = await this.#ask(target, 'GET')
    if (status >= 300 && status < 400) return 'wrong'
    if (!(status >= 200 && status < 300)) return 'failed'
    try {
      return JSON.parse(body).response_token === sign(token) ? 'passed' : 'wrong'
    } catch {
      return 'wrong'
    }
  }

  // The challenge for a webhook that is already there.
  async revalidate (hook) {
    const now = this.world.clock.now()
    const result = await this.check(hook.url)
    if (result === 'passed') Object.assign(hook, { valid: true, checkedAt: now })
    else if (result === 'wrong' || now - hook.checkedAt > PATIENCE_MS) hook.valid = false
    return result
  }

  // An event of a subscription; { data, source, user } as activity.mjs makes it. A webhook gets one
  // after the other, in order, unless a fault mixes them.
  deliver (id, event) {
    const hook = this.get(id)
    const now = this.world.clock.now()
    this.#past.push({ hook: id, event, at: now })
    while (this.#past[0].at < now - REPLAY_MS) this.#past.shift()
    if (hook?.valid) this.#send(hook, event, this.world.faults.take('webhook_events'))
  }

  // Everything of a stretch of time over again; how many that were.
  replay (hook, from, to) {
    const again = this.#past.filter(({ hook: id, at }) => id === hook.id && at >= from && at <= to)
    for (const { event } of again) this.#send(hook, event, null)
    return again.length
  }

  #send (hook, event, fault) {
    const job = { event, fault }
    if (hook.held) {
      const held = hook.held
      hook.held = null
      this.#enqueue(hook, job)
      return this.#enqueue(hook, held)
    }
    switch (fault?.kind) {
      case 'gap': return
      case 'out_of_order':
        hook.held = job
        return
      case 'delayed':
        this.world.later(fault.delay_ms ?? 1000, () => this.#enqueue(hook, job))
        return
      case 'twice':
        this.#enqueue(hook, job)
    }
    this.#enqueue(hook, job)
  }

  #enqueue (hook, job) {
    hook.turn = Promise.resolve(hook.turn).then(() => this.#post(hook, job))
  }

  async #post (hook, { event, fault }) {
    const { settings } = this.world
    const form = settings.webhook_form === 'activity' ? { data: event.data } : this.#classic(event)
    if (!form) return
    const kind = fault?.kind
    const whole = kind === 'huge_body' ? { ...form, filler: FILLER } : form
    const bytes = Buffer.from(JSON.stringify(whole))
    const signature = sign(kind === 'wrong_signature' ? 'something else' : bytes)
    const entry = {
      webhook_id: hook.id,
      event_uuid: event.data.event_uuid,
      event_type: event.data.event_type,
      status: null,
      ...(kind && { fault: kind })
    }
    this.deliveries.push(entry)
    const headers = {
      'x-twitter-webhooks-signature': signature, 'content-type': 'application/json'
    }
    const half = kind === 'half_body'
    const { status } = await this.#ask(new URL(hook.url), 'POST', { headers, bytes, half })
    entry.status = status
  }

  // The form of version 1.1, or null for what it has no form for.
  #classic ({ data, source, user }) {
    const { store } = this.world
    const about = { for_user_id: user }
    if (source.post) {
      const blocked = data.event_type === 'post.create' ? {} : { user_has_blocked: false }
      return { ...about, ...blocked, tweet_create_events: [classicPost(store, source.post)] }
    }
    if (source.message) return { ...about, ...classicMessage(store, source.message) }
    if (data.event_type === 'post.delete') {
      const { id, author_id: author } = data.payload
      const at = String(this.world.clock.now())
      return {
        ...about,
        tweet_delete_events: [{ status: { id, user_id: author }, timestamp_ms: at }]
      }
    }
    const { user_id: id, app_id: app, date_time: at } = data.payload
    return {
      user_event: { revoke: { date_time: at, target: { app_id: app }, source: { user_id: id } } }
    }
  }

  // { status, body }; the status is "timeout" or "broken" where there was none.
  #ask (url, method, { headers = {}, bytes, half = false } = {}) {
    return new Promise(resolve => {
      const client = url.protocol === 'https:' ? https : http
      const length = bytes && { 'content-length': bytes.length }
      const request = client.request(url, {
        method,
        agent: false,
        headers: { 'user-agent': 'Twitterbot/1.0', ...headers, ...length }
      }, response => {
        const pieces = []
        response.on('data', piece => pieces.push(piece))
        response.on('end', () => {
          done({ status: response.statusCode, body: Buffer.concat(pieces).toString('utf8') })
        })
      })
      const done = result => {
        clearTimeout(timer)
        resolve(result)
        request.destroy()
      }
      const patience = this.world.settings.webhook_timeout_ms
      const timer = setTimeout(() => done({ status: 'timeout' }), patience)
      timer.unref()
      request.on('error', () => done({ status: 'broken' }))
      if (!half) return request.end(bytes)
      request.write(bytes.subarray(0, bytes.length >> 1), () => done({ status: 'broken' }))
    })
  }
}

const FILLER = 'The same words over and over again. '.repeat(300000)

// --- endpoints ---

export const webhookRoutes = [
  {
    endpoint: 'create_webhook',
    method: 'POST',
    path: '/2/webhooks',
    tokens: APP,
    limits: { app: 450, user: 450 },
    answer: create
  },
  {
    endpoint: 'webhooks',
    method: 'GET',
    path: '/2/webhooks',
    tokens: APP_ONLY,
    limits: { app: 450 },
    query: { known: ['webhook_config.fields'], read: { 'webhook_config.fields': list(FIELDS) } },
    answer ({ webhooks }) {
      const data = webhooks.list().map(shown)
      return { status: 200, body: { data, meta: { result_count: data.length } } }
    }
  },
  {
    endpoint: 'replay',
    method: 'POST',
    path: '/2/webhooks/replay',
    tokens: APP_ONLY,
    limits: { app: 100 },
    answer: replay
  },
  {
    endpoint: 'check_webhook',
    method: 'PUT',
    path: '/2/webhooks/:id',
    tokens: APP,
    limits: { app: 450, user: 450 },
    answer: check
  },
  {
    endpoint: 'delete_webhook',
    method: 'DELETE',
    path: '/2/webhooks/:id',
    tokens: APP,
    limits: { app: 450, user: 450 },
    answer ({ webhooks }, { args: { id } }) {
      if (!webhooks.delete(id)) return failed('webhook_id', id, 'WebhookIdInvalid')
      return { status: 200, body: { data: { deleted: true } } }
    }
  }
]

const shown = ({ created_at: at, id, url, valid }) => ({ created_at: at, id, url, valid })

// X's pages name the reasons; in which body they come is not documented.
const failed = (name, value, reason) => invalid([problem(name, value, reason)])

async function create (world, { headers, body }) {
  const { webhooks, settings } = world
  const { value, errors } = readJson(headers, body, ['url'])
  if (errors) return invalid(errors)
  const { url } = value
  if (!mayListen(url, settings)) return failed('url', url, 'UrlValidationFailed')
  if (webhooks.list().some(hook => hook.url === url)) {
    return failed('url', url, 'DuplicateUrlFailed')
  }
  if (webhooks.list().length >= settings.webhook_limit) {
    return failed('url', url, 'WebhookLimitExceeded')
  }
  const result = await webhooks.check(url)
  if (result !== 'passed') return failed('url', url, 'CrcValidationFailed')
  return { status: 200, body: { data: shown(webhooks.add(url)) } }
}

// HTTPS, reachable for everybody and without a port; or this machine, where tests allow it.
function mayListen (text, settings) {
  if (typeof text !== 'string' || [...text].length > 200) return false
  let url
  try {
    url = new URL(text)
  } catch {
    return false
  }
  if (settings.webhook_loopback && url.hostname === '127.0.0.1') return url.protocol === 'http:'
  const colon = /^https:\/\/[^/?#]*:/i.test(text)
  return url.protocol === 'https:' && !colon && url.hostname.includes('.') &&
    !/^[\d.]+$|^\[/.test(url.hostname)
}

async function check ({ webhooks }, { args: { id } }) {
  const hook = webhooks.get(id)
  if (!hook) return failed('webhook_id', id, 'WebhookIdInvalid')
  const result = await webhooks.revalidate(hook)
  if (result !== 'passed') return failed('webhook_id', id, 'CrcValidationFailed')
  return { status: 200, body: { data: { valid: hook.valid } } }
}

function replay ({ webhooks, clock, store }, { headers, body }) {
  const { value, errors } = readJson(headers, body, ['webhook_id', 'from_date', 'to_date'])
  if (errors) return invalid(errors)
  const hook = isId(value.webhook_id) && webhooks.get(value.webhook_id)
  if (!hook) return failed('webhook_id', value.webhook_id, 'WebhookIdInvalid')
  const now = clock.now()
  const from = readMinute(value.from_date)
  const to = readMinute(value.to_date)
  const inPast = moment => moment >= now - REPLAY_MS - 60 * 1000 && moment <= now
  if (!inPast(from)) {
    return failed('from_date', value.from_date, 'from_date: must be in the last 24 hours')
  }
  if (!inPast(to) || to < from) {
    return failed('to_date', value.to_date,
      'to_date: must be after from_date and not in the future')
  }
  // The last minute counts to its end.
  webhooks.replay(hook, from, to + 60 * 1000 - 1)
  const at = new Date(now).toISOString()
  return { status: 200, body: { data: { job_id: store.newId(), created_at: at } } }
}

// Milliseconds of yyyymmddhhmm in UTC, or NaN.
function readMinute (text) {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text)
  return parts ? Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:00Z`) : NaN
}

// --- control ---

export const webhookControl = [
  {
    method: 'GET',
    path: '/sandbox/webhooks',
    answer: ({ webhooks }) =>
      ok({ webhooks: webhooks.list().map(shown), deliveries: webhooks.deliveries })
  },
  // The challenge that X sends of its own accord from time to time.
  {
    method: 'POST',
    path: '/sandbox/webhooks/check',
    async answer ({ webhooks }) {
      const results = []
      for (const hook of webhooks.list()) {
        results.push({ result: await webhooks.revalidate(hook), ...shown(hook) })
      }
      return ok(results)
    }
  }
]
