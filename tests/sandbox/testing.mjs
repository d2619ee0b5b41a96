// For tests: a sandbox on a free port, and short ways to speak to it.

import { createHmac, randomBytes } from 'node:crypto'
import { startSandbox } from './sandbox.mjs'

export const US = '1500000000000000001'
export const NEWS = '1500000000000000002'
export const MENTIONS = `/2/users/${US}/mentions`
export const TIMELINE = `/2/users/${US}/tweets`

// A sandbox that is stopped with the test `t`.
export async function open (t, options = {}) {
  const sandbox = await startSandbox(options)
  t.after(() => sandbox.stop())
  return new Client(sandbox.url, options.token)
}

export class Client {
  constructor (url, token = 'sandbox-token') {
    this.url = url.replace(/\/$/, '')
    this.token = token
  }

  // { status, headers, text, json }; `json` is undefined for a body that is none.
  async send (method, path, { body, headers, signal } = {}) {
    const raw = typeof body === 'string'
    const response = await fetch(this.url + path, {
      method,
      signal,
      headers: {
        authorization: `Bearer ${this.token}`,
        'user-agent': 'kerbside-test',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers
      },
      body: body === undefined || raw ? body : JSON.stringify(body)
    })
    const text = await response.text()
    let json
    try { json = JSON.parse(text) } catch { json = undefined }
    return { status: response.status, headers: response.headers, text, json }
  }

  get (path, options) { return this.send('GET', path, options) }

  // As the council's account.
  tweet (text, parent) {
    const body = parent ? { text, reply: { in_reply_to_tweet_id: parent } } : { text }
    return this.send('POST', '/2/tweets', { body })
  }

  async control (method, path, body) {
    return this.send(method, '/sandbox/' + path, { body })
  }

  // As a resident; the new post's id.
  async write (text, more = {}) {
    const { json } = await this.control('POST', 'posts', { handle: 'elm_close_sam', text, ...more })
    return json.id
  }

  async posts () { return (await this.control('GET', 'posts')).json }

  async requests () { return (await this.control('GET', 'requests')).json }

  fault (fault) { return this.control('POST', 'faults', fault) }
}

// The same sandbox as another account of ours.
export function as (x, account) {
  return new Client(x.url, account === NEWS ? 'sandbox-news-token' : 'sandbox-token')
}

export const ids = answer => (answer.json.data ?? []).map(post => post.id)

const SECRETS = { [US]: 'sandbox-token-secret', [NEWS]: 'sandbox-news-token-secret' }

// The header of a request signed by OAuth 1.0a, put together apart from what the sandbox checks it
// by. Right unless an option spoils it; `token` null signs for the app alone, `more` adds oauth_*
// members.
export function sign (x, verb, path, options = {}) {
  const { account = US, age = 0, method = 'HMAC-SHA1', key = 'sandbox-consumer' } = options
  const { token = `${account}-sandbox`, more = {} } = options
  const secret = options.secret ?? (token === null ? '' : SECRETS[account])
  const url = new URL(x.url + path)
  const escape = text => encodeURIComponent(text).replace(/[!'()*]/g,
    char => '%' + char.charCodeAt(0).toString(16).toUpperCase())
  const oauth = {
    oauth_consumer_key: key,
    oauth_nonce: randomBytes(16).toString('hex'),
    oauth_signature_method: method,
    oauth_timestamp: String(Math.floor(Date.now() / 1000) - age),
    ...(token !== null && { oauth_token: token }),
    oauth_version: '1.0',
    ...more
  }
  const sorted = [...Object.entries(oauth), ...url.searchParams]
    .map(pair => pair.map(escape).join('=')).sort().join('&')
  const base = [verb, url.origin + url.pathname, sorted].map(escape).join('&')
  oauth.oauth_signature = createHmac('sha1', `sandbox-consumer-secret&${escape(secret)}`)
    .update(base).digest('base64')
  const parts = Object.entries(oauth).map(([name, value]) => `${name}="${escape(value)}"`)
  return 'OAuth ' + parts.join(', ')
}
