// Who asks: the tokens of accounts and of the app, the grants behind them, signatures. In memory
// only: a restart knows the built-in tokens again and no others. Lives are measured on the real
// clock.

import { createHash, randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { equal, parseHeader, signature } from './oauth1.mjs'
import { plainProblem, PROBLEMS, REFUSALS } from './refusals.mjs'
import { ACCOUNTS } from './store.mjs'

export const CONSUMER = { key: 'sandbox-consumer', secret: 'sandbox-consumer-secret' }
export const APP_TOKEN = 'sandbox-app-token'
// Without a secret it is a public client.
const CLIENTS = new Map([
  ['sandbox-client', 'sandbox-client-secret'],
  ['sandbox-public-client', null]
])
export const SCOPES = ['tweet.read', 'tweet.write', 'tweet.moderate.write', 'users.read', 'dm.read',
  'dm.write', 'offline.access']

const BUILT_IN = [
  {
    bearer: 'sandbox-token',
    refresh: 'sandbox-refresh-token',
    token: `${ACCOUNTS[0].id}-sandbox`,
    secret: 'sandbox-token-secret'
  },
  {
    bearer: 'sandbox-news-token',
    refresh: 'sandbox-news-refresh-token',
    token: `${ACCOUNTS[1].id}-sandbox`,
    secret: 'sandbox-news-token-secret'
  }
]

const CLOCK_TOLERANCE_S = 300
const LIVES = { access_life_s: 7200, code_life_s: 30 }
const REDIRECTS = ['http://127.0.0.1:8089/callback']

const newToken = () => randomBytes(32).toString('base64url')

const SPOKEN = { app: 'OAuth 2.0 Application-Only', oauth1: 'OAuth 1.0a User Context' }
const OAUTH2 = 'OAuth 2.0 User Context'

function unsupported (kind, { app, oauth1, scopes }) {
  const allowed = [oauth1 && SPOKEN.oauth1, scopes && OAUTH2, app && SPOKEN.app].filter(Boolean)
  return {
    status: 403,
    violation: `this endpoint does not take a token of the kind ${kind}`,
    body: {
      title: 'Unsupported Authentication',
      detail: `Authenticating with ${SPOKEN[kind] ?? OAUTH2} is forbidden for this endpoint.  ` +
        `Supported authentication types are [${allowed.join(', ')}].`,
      type: PROBLEMS + 'unsupported-authentication',
      status: 403
    }
  }
}

// Why a caller may not use an endpoint, or undefined. `tokens` is of the form in routes.mjs.
export function forbids (tokens, { kind, scopes, refusal }) {
  if (!tokens) return undefined
  if (refusal) return refusal
  if (kind === 'oauth2' ? !tokens.scopes : !tokens[kind]) return unsupported(kind, tokens)
  const missing = kind === 'oauth2' ? tokens.scopes.filter(scope => !scopes.includes(scope)) : []
  if (missing.length === 0) return undefined
  // X's body for this is not documented.
  const violation = `the token lacks the scope ${missing.join(' ')}`
  return { ...plainProblem(403, 'Forbidden'), violation }
}

// Emits "revoked" with { user } when an account withdraws what it granted.
export class Identity extends EventEmitter {
  #bearers = new Map() // access token to { user, scopes, expiresAt, grant }
  #grants = new Set() // { user, scopes, client, refresh, old: Set of spent refresh tokens }
  #codes = new Map() // authorization code to what it was given for
  #signers = new Map() // OAuth 1.0a token to { secret, user }
  #pending = new Map() // OAuth 1.0a request token to { secret, callback, user, verifier }
  #nonces = new Map() // timestamp to the nonces seen with it
  #appBearer = APP_TOKEN

  constructor ({ store, options }) {
    super()
    this.store = store
    this.settings = { ...LIVES, redirect_uris: REDIRECTS }
    BUILT_IN.forEach(({ bearer, refresh, token, secret }, n) => {
      const user = store.user(ACCOUNTS[n].id)
      const grant = { user, scopes: SCOPES, client: 'sandbox-client', refresh, old: new Set() }
      this.#grants.add(grant)
      const access = n === 0 ? options.token : bearer
      this.#bearers.set(access, { user, scopes: SCOPES, expiresAt: Infinity, grant })
      this.#signers.set(token, { secret, user })
    })
  }

  // The caller as routes.mjs says, or one with a `refusal`.
  caller (request) {
    const header = request.headers.authorization ?? ''
    if (/^oauth\b/i.test(header)) return this.#signed(request)
    const bearer = /^bearer +(\S+)$/i.exec(header)?.[1]
    if (bearer !== undefined && bearer === this.#appBearer) return { kind: 'app', key: 'app' }
    const known = this.#bearers.get(bearer)
    if (!known) return stranger('wrong or missing bearer token')
    // To be met with an expired token is the ordinary course of things, and no fault of the
    // client's.
    if (Date.now() >= known.expiresAt) return stranger()
    const { user, scopes } = known
    return { kind: 'oauth2', user, scopes, key: `oauth2 ${user.id}` }
  }

  // Checks a signature; gives the parts of its header, or null and says why through `wrong`.
  verify (request, secretOf, wrong) {
    const parts = parseHeader(request.headers.authorization)
    if (!parts) return wrong('a malformed OAuth header')
    for (const name of ['oauth_consumer_key', 'oauth_nonce', 'oauth_signature',
      'oauth_signature_method', 'oauth_timestamp']) {
      if (!parts[name]) return wrong(`no ${name}`)
    }
    if (parts.oauth_consumer_key !== CONSUMER.key) return wrong('unknown consumer key')
    if (parts.oauth_signature_method !== 'HMAC-SHA1') return wrong('not signed by HMAC-SHA1')
    if ((parts.oauth_version ?? '1.0') !== '1.0') return wrong('oauth_version is not 1.0')
    const secret = secretOf(parts)
    if (secret === undefined) return wrong('unknown or missing oauth_token')
    if (!equal(parts.oauth_signature, signature(request, parts, CONSUMER.secret, secret))) {
      return wrong('wrong signature')
    }
    const { oauth_timestamp: at, oauth_nonce: nonce } = parts
    const now = Date.now() / 1000
    if (!/^\d{1,12}$/.test(at) || Math.abs(now - at) > CLOCK_TOLERANCE_S) {
      return wrong('oauth_timestamp is far from the true time')
    }
    if (!this.#fresh(at, nonce, now)) return wrong('this nonce was seen before')
    return parts
  }

  #fresh (at, nonce, now) {
    for (const old of this.#nonces.keys()) {
      if (now - old > CLOCK_TOLERANCE_S) this.#nonces.delete(old)
    }
    const seen = this.#nonces.get(at) ?? new Set()
    this.#nonces.set(at, seen)
    return !seen.has(nonce) && Boolean(seen.add(nonce))
  }

  #signed (request) {
    let why
    const parts = this.verify(request, ({ oauth_token: token }) => this.#signers.get(token)?.secret,
      message => {
        why = message
        return null
      })
    if (!parts) return stranger(why)
    const { user } = this.#signers.get(parts.oauth_token)
    return { kind: 'oauth1', user, key: `oauth1 ${user.id}` }
  }

  // --- OAuth 2.0 ---

  isClient (id) { return CLIENTS.has(id) }

  isRedirect (uri) { return this.settings.redirect_uris.includes(uri) }

  // The client that a request to a token endpoint authenticates: { id }, or { wrong }.
  client ({ headers }, form) {
    const basic = readBasic(headers.authorization)
    if (basic) {
      const [id, secret] = basic
      const right = CLIENTS.get(id) && equal(secret, CLIENTS.get(id))
      return right ? { id } : { wrong: 'Invalid client credentials' }
    }
    const id = form.get('client_id')
    return CLIENTS.get(id) === null ? { id } : { wrong: 'Missing valid authorization header' }
  }

  // An account agrees: the code that goes back to the program. `asked` is the checked query.
  giveCode (asked, user) {
    const code = newToken()
    const expiresAt = Date.now() + this.settings.code_life_s * 1000
    this.#codes.set(code, { ...asked, user, expiresAt, grant: null })
    return code
  }

  // The answer to a code, or { wrong } with X's words.
  redeem ({ code, redirect_uri: uri, code_verifier: verifier, client }) {
    const given = this.#codes.get(code)
    if (given?.grant) {
      this.#void(given.grant)
      this.#codes.delete(code)
    }
    if (!given || given.grant || given.client_id !== client || Date.now() >= given.expiresAt) {
      return { wrong: 'Value passed for the authorization code was invalid.' }
    }
    if (uri !== given.redirect_uri) {
      return {
        wrong: 'Value passed for the redirect uri did not match the uri of the authorization code.'
      }
    }
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    if (!/^[A-Za-z0-9\-._~]{43,128}$/.test(verifier) || challenge !== given.code_challenge) {
      return { wrong: 'Value passed for the code verifier did not match the code challenge.' }
    }
    const scopes = given.scope.split(' ')
    given.grant = { user: given.user, scopes, client, refresh: null, old: new Set() }
    this.#grants.add(given.grant)
    return this.#issue(given.grant)
  }

  // A refresh token works once; one that comes again voids the grant.
  refresh (token, client) {
    const wrong = { wrong: 'Value passed for the token was invalid.' }
    for (const grant of this.#grants) {
      if (grant.client !== client) continue
      if (grant.refresh === token) {
        grant.old.add(token)
        return this.#issue(grant)
      }
      if (!grant.old.has(token)) continue
      this.#void(grant)
      return { ...wrong, violation: 'a spent refresh token was used again' }
    }
    return wrong
  }

  // A refresh token takes its whole grant along, an access token only itself.
  revoke (token) {
    this.#bearers.delete(token)
    for (const grant of this.#grants) if (grant.refresh === token) this.#void(grant)
  }

  #issue (grant) {
    const access = newToken()
    const { user, scopes } = grant
    const expiresAt = Date.now() + this.settings.access_life_s * 1000
    this.#bearers.set(access, { user, scopes, expiresAt, grant })
    const lasting = scopes.includes('offline.access')
    if (lasting) grant.refresh = newToken()
    return {
      token_type: 'bearer',
      expires_in: this.settings.access_life_s,
      access_token: access,
      scope: scopes.join(' '),
      ...(lasting && { refresh_token: grant.refresh })
    }
  }

  #void (grant) {
    this.#grants.delete(grant)
    for (const [token, bearer] of this.#bearers) {
      if (bearer.grant === grant) this.#bearers.delete(token)
    }
  }

  // --- the app ---

  // The same token every time, as long as it was not revoked.
  appBearer () {
    this.#appBearer ??= newToken()
    return this.#appBearer
  }

  isConsumer (headers) {
    const basic = readBasic(headers.authorization)
    return Boolean(basic) && basic[0] === CONSUMER.key && equal(basic[1], CONSUMER.secret)
  }

  // --- OAuth 1.0a, three-legged ---

  beginSigning (callback) {
    const token = newToken()
    this.#pending.set(token, { secret: newToken(), callback })
    return { token, secret: this.#pending.get(token).secret }
  }

  pending (token) { return this.#pending.get(token) }

  // An account agrees: the verifier that goes back to the program.
  verifierFor (token, user) {
    const pending = this.#pending.get(token)
    pending.user = user
    pending.verifier = pending.callback === 'oob'
      ? String(randomBytes(4).readUInt32BE() % 10000000).padStart(7, '0')
      : newToken()
    return pending.verifier
  }

  // The lasting token of the account, or null for a wrong verifier. Spent by the first use.
  endSigning (token, verifier) {
    const { user, verifier: right } = this.#pending.get(token)
    if (!right || verifier !== right) return null
    this.#pending.delete(token)
    let [access, signer] = [...this.#signers].find(([, { user: owner }]) => owner === user) ?? []
    if (!access) {
      access = `${user.id}-${newToken()}`
      signer = { secret: newToken(), user }
      this.#signers.set(access, signer)
    }
    return { token: access, secret: signer.secret, user }
  }

  // --- by control ---

  describe () {
    const count = user => [...this.#bearers.values()]
      .filter(bearer => bearer.user === user && Date.now() < bearer.expiresAt).length
    const accounts = ACCOUNTS.map(({ id, username }) => {
      const user = this.store.user(id)
      return {
        handle: username,
        access_tokens: count(user),
        grants: [...this.#grants].filter(grant => grant.user === user).length,
        oauth1_tokens: [...this.#signers.values()].filter(signer => signer.user === user).length
      }
    })
    return { ...this.settings, app_token: this.#appBearer !== null, accounts }
  }

  // Access tokens of the account end now; refreshing goes on.
  expire (user) {
    for (const bearer of this.#bearers.values()) if (bearer.user === user) bearer.expiresAt = 0
  }

  // The account takes everything back; with null, the app's own token is invalidated.
  withdraw (user) {
    if (user === null) {
      this.#appBearer = null
      return
    }
    for (const grant of this.#grants) if (grant.user === user) this.#void(grant)
    for (const [token, signer] of this.#signers) {
      if (signer.user === user) this.#signers.delete(token)
    }
    this.emit('revoked', { user })
  }
}

function stranger (violation) {
  return { kind: 'nobody', key: 'nobody', refusal: { ...REFUSALS.unauthorized(), violation } }
}

// User and password of a Basic header, each percent-encoded before (RFC 6749, 2.3.1); or null.
function readBasic (header = '') {
  const found = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(header)
  const pair = found && /^([^:]*):(.*)$/s.exec(Buffer.from(found[1], 'base64').toString('utf8'))
  if (!pair) return null
  const plain = text => {
    try {
      return decodeURIComponent(text)
    } catch {
      return text
    }
  }
  return pair.slice(1).map(plain)
}
