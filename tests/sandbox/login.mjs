// How a program gets its tokens: OAuth 2.0 with PKCE, the app's bearer token, OAuth 1.0a in three
// legs. People agree on a page; tests by POST /sandbox/identity/authorize.

import { isFromHere, need, ok, onlyMembers } from './input.mjs'
import { SCOPES } from './identity.mjs'
import { formOf } from './oauth1.mjs'
import { ACCOUNTS } from './store.mjs'

export const loginRoutes = [
  // The pages say the first address, X's OpenAPI document the second.
  { endpoint: 'authorize', method: 'GET', path: '/i/oauth2/authorize', answer: askPage },
  { endpoint: 'authorize', method: 'POST', path: '/i/oauth2/authorize', answer: agree },
  { endpoint: 'authorize', method: 'GET', path: '/2/oauth2/authorize', answer: askPage },
  { endpoint: 'authorize', method: 'POST', path: '/2/oauth2/authorize', answer: agree },
  { endpoint: 'token', method: 'POST', path: '/2/oauth2/token', answer: token },
  { endpoint: 'revoke', method: 'POST', path: '/2/oauth2/revoke', answer: revoke },
  { endpoint: 'app_token', method: 'POST', path: '/oauth2/token', answer: appToken },
  { endpoint: 'request_token', method: 'POST', path: '/oauth/request_token', answer: requestToken },
  { endpoint: 'authorize', method: 'GET', path: '/oauth/authorize', answer: signPage },
  { endpoint: 'authorize', method: 'GET', path: '/oauth/authenticate', answer: signPage },
  { endpoint: 'authorize', method: 'POST', path: '/oauth/authorize', answer: agreeToSign },
  { endpoint: 'authorize', method: 'POST', path: '/oauth/authenticate', answer: agreeToSign },
  { endpoint: 'access_token', method: 'POST', path: '/oauth/access_token', answer: accessToken }
]

export const loginControl = [
  {
    method: 'GET',
    path: '/sandbox/identity',
    answer: ({ identity }) => ok(identity.describe())
  },
  { method: 'POST', path: '/sandbox/identity', answer: settle },
  { method: 'POST', path: '/sandbox/identity/authorize', answer: agreeByControl },
  { method: 'POST', path: '/sandbox/identity/expire', answer: expire },
  { method: 'POST', path: '/sandbox/identity/revoke', answer: withdraw }
]

// --- OAuth 2.0: the account's side ---

// What is wrong with the query of an authorisation page, or null.
function authorisationProblem (identity, asked) {
  const known = ['response_type', 'client_id', 'redirect_uri', 'scope', 'state', 'code_challenge',
    'code_challenge_method']
  const names = [...asked.keys()]
  const missing = known.find(name => !asked.get(name))
  if (missing) return `${missing} is missing`
  if (names.length !== known.length) return 'a parameter is unknown or there twice'
  if (asked.get('response_type') !== 'code') return 'response_type is not code'
  if (!identity.isClient(asked.get('client_id'))) return 'client_id is not known'
  if (!identity.isRedirect(asked.get('redirect_uri'))) return 'redirect_uri is not registered'
  if ([...asked.get('state')].length > 500) return 'state is longer than 500 characters'
  const scopes = asked.get('scope').split(' ')
  const odd = scopes.find(scope => !SCOPES.includes(scope))
  if (odd !== undefined) return `scope ${odd} is not known`
  // Clients are known that write it small, and X takes it.
  if (!/^s256$/i.test(asked.get('code_challenge_method'))) {
    return 'code_challenge_method is not S256'
  }
  return /^[A-Za-z0-9\-_]{43}$/.test(asked.get('code_challenge'))
    ? null
    : 'code_challenge is not a SHA-256 in base64url'
}

function askPage ({ identity }, { url, search }) {
  const asked = new URLSearchParams(search)
  const problem = authorisationProblem(identity, asked)
  if (problem) return failure(problem)
  const scopes = asked.get('scope').split(' ').join(', ')
  return page('An app wants to act for an account', `It asks for: ${scopes}.`,
    { action: url.pathname + url.search, onward: new URL(asked.get('redirect_uri')).origin })
}

function agree (world, request) {
  const asked = new URLSearchParams(request.search)
  const problem = authorisationProblem(world.identity, asked) ?? notFromPage(request)
  if (problem) return failure(problem)
  const form = formOf(request)
  const user = world.store.user(form.get('account')) ?? world.store.user(ACCOUNTS[0].id)
  return redirect(goBack(world.identity, asked, form.get('deny') ? null : user))
}

// The address that takes the browser back to the program; a null user refused.
function goBack (identity, asked, user) {
  const back = new URL(asked.get('redirect_uri'))
  back.searchParams.set('state', asked.get('state'))
  if (user) back.searchParams.set('code', identity.giveCode(Object.fromEntries(asked), user))
  else back.searchParams.set('error', 'access_denied')
  return back.href
}

// --- OAuth 2.0: the program's side ---

const oauthError = (status, error, description, violation = description) =>
  ({ status, violation, body: { error, error_description: description } })

// The form of a request to a token endpoint and its client, or a refusal. X's pages have a form; a
// client in wide use sends JSON, and X takes it: so it is taken, but is a violation.
function readForm (identity, request) {
  const type = request.headers['content-type'] ?? ''
  const isJson = /^application\/json *(;|$)/i.test(type)
  if (!isJson && !/^application\/x-www-form-urlencoded *(;|$)/i.test(type)) {
    return { refusal: oauthError(400, 'invalid_request', 'The body must be a form.') }
  }
  if (request.search) {
    return { refusal: oauthError(400, 'invalid_request', 'Parameters belong into the body.') }
  }
  const form = isJson ? formOfJson(request.body) : formOf(request)
  if (!form) return { refusal: oauthError(400, 'invalid_request', 'The body is no JSON object.') }
  const { id, wrong } = identity.client(request, form)
  if (wrong) return { refusal: oauthError(401, 'unauthorized_client', wrong) }
  return { form, client: id, violation: isJson ? 'JSON where a form belongs' : undefined }
}

function formOfJson (body) {
  try {
    return new URLSearchParams(JSON.parse(body.toString('utf8')))
  } catch {
    return null
  }
}

const missing = name => oauthError(400, 'invalid_request', `Missing required parameter [${name}].`)

function token ({ identity }, request) {
  const { form, client, refusal, violation: unusual } = readForm(identity, request)
  if (refusal) return refusal
  const grants = {
    authorization_code: {
      needs: ['code', 'redirect_uri', 'code_verifier'],
      give: asked => identity.redeem({ ...asked, client })
    },
    refresh_token: {
      needs: ['refresh_token'],
      give: asked => identity.refresh(asked.refresh_token, client)
    }
  }
  const type = form.get('grant_type')
  if (!type) return missing('grant_type')
  if (!Object.hasOwn(grants, type)) {
    return oauthError(400, 'unsupported_grant_type', `Grant type [${type}] is not supported.`)
  }
  const { needs, give } = grants[type]
  const absent = needs.find(name => !form.get(name))
  if (absent) return missing(absent)
  const { wrong, violation, ...given } = give(Object.fromEntries(form))
  // A dead token is the account's doing as often as the program's: only a re-used one is a
  // violation.
  if (wrong) return { ...oauthError(400, 'invalid_request', wrong), violation }
  return { status: 200, body: given, violation: unusual }
}

function revoke ({ identity }, request) {
  const { form, refusal, violation } = readForm(identity, request)
  if (refusal) return refusal
  if (!form.get('token')) return missing('token')
  identity.revoke(form.get('token'))
  return { status: 200, body: { revoked: true }, violation }
}

// --- the app's bearer token ---

const listed = (status, code, message, label) =>
  ({ status, violation: message, body: { errors: [{ code, message, ...(label && { label }) }] } })

function appToken ({ identity }, request) {
  if (!identity.isConsumer(request.headers)) {
    return listed(403, 99, 'Unable to verify your credentials', 'authenticity_token_error')
  }
  if (formOf(request).get('grant_type') !== 'client_credentials') {
    return listed(403, 170, 'Missing required parameter: grant_type', 'forbidden_missing_parameter')
  }
  return { status: 200, body: { token_type: 'bearer', access_token: identity.appBearer() } }
}

// --- OAuth 1.0a ---

// Checks a signed request; gives its parts or a refusal.
function signedBy (identity, request, secretOf) {
  let refusal
  const parts = identity.verify(request, secretOf, why => {
    const [code, message] = why.includes('timestamp')
      ? [135, 'Timestamp out of bounds.']
      : [32, 'Could not authenticate you.']
    refusal = { ...listed(401, code, message), violation: why }
    return null
  })
  return { parts, refusal }
}

const given = (request, parts, name) =>
  parts[name] ?? formOf(request).get(name) ?? request.url.searchParams.get(name)

function requestToken ({ identity }, request) {
  const { parts, refusal } = signedBy(identity, request,
    ({ oauth_token: token }) => token ? undefined : '')
  if (refusal) return refusal
  const callback = given(request, parts, 'oauth_callback')
  if (callback !== 'oob' && !identity.isRedirect(callback)) {
    return listed(403, 415, 'Callback URL not approved for this client application. Approved ' +
      'callback URLs can be adjusted in your application settings')
  }
  const { token, secret } = identity.beginSigning(callback)
  return form({
    oauth_token: token, oauth_token_secret: secret, oauth_callback_confirmed: 'true'
  })
}

function signPage ({ identity }, { url }) {
  const pending = identity.pending(url.searchParams.get('oauth_token'))
  if (!pending) return failure('oauth_token is not known')
  const onward = pending.callback === 'oob' ? '' : new URL(pending.callback).origin
  return page('An app wants to act for an account', 'It asks to read, write and send messages.',
    { action: url.pathname + url.search, onward })
}

function agreeToSign ({ identity, store }, request) {
  const token = request.url.searchParams.get('oauth_token')
  const pending = identity.pending(token)
  const problem = pending ? notFromPage(request) : 'oauth_token is not known'
  if (problem) return failure(problem)
  const answers = formOf(request)
  const user = store.user(answers.get('account')) ?? store.user(ACCOUNTS[0].id)
  const back = signBack(identity, token, answers.get('deny') ? null : user)
  return back.startsWith('http')
    ? redirect(back)
    : page('Enter this number in the app', back, null)
}

// The address back to the program, or for `oob` the number that a person types.
function signBack (identity, token, user) {
  const { callback } = identity.pending(token)
  const verifier = user && identity.verifierFor(token, user)
  if (callback === 'oob') return verifier ?? 'Refused'
  const back = new URL(callback)
  if (user) {
    back.searchParams.set('oauth_token', token)
    back.searchParams.set('oauth_verifier', verifier)
  } else {
    back.searchParams.set('denied', token)
  }
  return back.href
}

function accessToken ({ identity }, request) {
  const { parts, refusal } = signedBy(identity, request,
    ({ oauth_token: token }) => identity.pending(token)?.secret)
  if (refusal) return refusal
  const verifier = given(request, parts, 'oauth_verifier')
  const result = identity.endSigning(parts.oauth_token, verifier)
  if (!result) return listed(401, 32, 'Could not authenticate you.')
  return form({
    oauth_token: result.token,
    oauth_token_secret: result.secret,
    user_id: result.user.id,
    screen_name: result.user.username
  })
}

// X sends these with a type of text/html.
const form = members => ({
  status: 200, type: 'text/html; charset=utf-8', bytes: new URLSearchParams(members).toString()
})

// --- pages ---

// A page from elsewhere must not press our button.
function notFromPage ({ headers }) {
  return headers.origin && isFromHere(headers) ? null : 'the button was not pressed on this page'
}

const redirect = location => ({ status: 302, bytes: '', headers: { location } })

function failure (problem) {
  const words = "You weren't able to give access to the app."
  return { ...page('Something went wrong', `${words} (${problem})`, null, 400), violation: problem }
}

const escape = text => text.replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`)

// `button` is { action, onward }: where the form goes, and the origin it leads on to.
function page (title, words, button, status = 200) {
  const choices = ACCOUNTS.map(({ id, username }, n) =>
    `<p><label><input type="radio" name="account" value="${id}"${n === 0 ? ' checked' : ''}> ` +
    `@${username}</label></p>`).join('')
  const form = button && `<form method="post" action="${escape(button.action)}"><fieldset>` +
    `<legend>Which account?</legend>${choices}</fieldset>` +
    '<p><button class="button">Authorise app</button> ' +
    '<button class="button button--quiet" name="deny" value="1">Cancel</button></p></form>'
  const html = '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<title>${escape(title)}</title><link rel="icon" href="data:,">` +
    '<link rel="stylesheet" href="/page.css"></head><body><main class="card">' +
    `<h1>${escape(title)}</h1><p>${escape(words)}</p>${form ?? ''}</main></body></html>\n`
  return {
    status,
    type: 'text/html; charset=utf-8',
    bytes: html,
    headers: {
      'content-security-policy': "default-src 'none'; style-src 'self'; img-src data:; " +
        `base-uri 'none'; form-action 'self' ${button?.onward ?? ''}; frame-ancestors 'none'`,
      'referrer-policy': 'same-origin'
    }
  }
}

// --- control ---

// The account of ours by its handle; the first one if none is named.
function account ({ store }, handle = ACCOUNTS[0].username) {
  const found = ACCOUNTS.find(({ username }) => username === handle)
  need(found, `account: must be one of ${ACCOUNTS.map(({ username }) => username).join(', ')}`)
  return store.user(found.id)
}

function settle ({ identity }, { body }) {
  onlyMembers(body, ['access_life_s', 'code_life_s', 'redirect_uris'])
  for (const name of ['access_life_s', 'code_life_s']) {
    need(body[name] === undefined || (Number.isInteger(body[name]) && body[name] >= 0),
      `${name}: must be a whole number of seconds`)
  }
  const { redirect_uris: uris } = body
  const right = Array.isArray(uris) && uris.length <= 10 && uris.every(isRedirectUri)
  need(uris === undefined || right,
    'redirect_uris: at most 10 addresses; https, or http on 127.0.0.1 and not localhost')
  Object.assign(identity.settings, body)
  return ok(identity.describe())
}

function isRedirectUri (text) {
  try {
    const { protocol, hostname } = new URL(text)
    return protocol === 'https:' || (protocol === 'http:' && hostname === '127.0.0.1')
  } catch {
    return false
  }
}

// What a person would do on the page at `url`, without a browser.
function agreeByControl (world, { body }) {
  onlyMembers(body, ['url', 'account', 'deny'])
  const { identity } = world
  const user = body.deny ? null : account(world, body.account)
  let url
  try {
    url = new URL(body.url)
  } catch {
    need(false, 'url: must be the address of the page')
  }
  if (url.pathname.startsWith('/oauth/')) {
    const token = url.searchParams.get('oauth_token')
    need(identity.pending(token), 'url: its oauth_token is not known')
    return ok({ redirect: signBack(identity, token, user) })
  }
  const problem = authorisationProblem(identity, url.searchParams)
  need(problem === null, `url: ${problem}`)
  return ok({ redirect: goBack(identity, url.searchParams, user) })
}

function expire (world, { body = {} }) {
  onlyMembers(body, ['account'])
  world.identity.expire(account(world, body.account))
  return ok(world.identity.describe())
}

function withdraw (world, { body = {} }) {
  onlyMembers(body, ['account', 'app'])
  need(body.app === undefined || body.app === true, 'app: must be true')
  world.identity.withdraw(body.app ? null : account(world, body.account))
  return ok(world.identity.describe())
}
