// Who may ask: signatures, PKCE, rotation, and which endpoint takes which token.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { parseHeader, signature } from '../oauth1.mjs'
import { MENTIONS, NEWS, open, sign, US } from '../testing.mjs'

const CALLBACK = 'http://127.0.0.1:8089/callback'
const ALL = 'tweet.read tweet.write users.read dm.read dm.write offline.access'
const BASIC = 'Basic ' + Buffer.from('sandbox-client:sandbox-client-secret').toString('base64')
const CONSUMER = 'Basic ' +
  Buffer.from('sandbox-consumer:sandbox-consumer-secret').toString('base64')

test('signatures: the published examples', () => {
  const x = {
    oauth_consumer_key: 'xvz1evFS4wEEPTGEFPHBog',
    oauth_token: '370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb',
    oauth_nonce: 'kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg',
    oauth_timestamp: '1318622958',
    oauth_signature_method: 'HMAC-SHA1',
    oauth_version: '1.0'
  }
  const secrets = ['kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw',
    'LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE']
  const status = 'Hello Ladies + Gentlemen, a signed OAuth request!'
  const rows = [
    ['POST', 'https://api.x.com/1.1/statuses/update.json?include_entities=true', { status },
      'Ls93hJiZbQ3akF3HF3x1Bz8/zU4='],
    ['POST', 'https://api.twitter.com/1.1/statuses/update.json?include_entities=true', { status },
      'hCtSmYh+iHYCEqBWrE7C7hYmtUk='],
    ['POST', 'https://api.twitter.com/1/statuses/update.json?include_entities=true', { status },
      'tnnArxj06cWHq44gCs1OSKk/jLY='],
    ['POST', 'https://api.x.com/2/tweets', '{"text":"hello"}', 'lr+tV/DKclEvXKVjG6tgaSSLV0k='],
    ['GET', 'https://api.x.com/2/users/2244994945/mentions?max_results=100&since_id=100&' +
      'tweet.fields=author_id,conversation_id', '', 'wK9ZeWiuu4ESEw6P995kL1hK/fs=']
  ]
  const request = (method, url, body) => {
    const form = typeof body === 'object'
    return {
      method,
      url: new URL(url),
      headers: { 'content-type': `application/${form ? 'x-www-form-urlencoded' : 'json'}` },
      body: Buffer.from(form ? new URLSearchParams(body).toString() : body)
    }
  }
  for (const [method, url, body, expected] of rows) {
    assert.equal(signature(request(method, url, body), x, ...secrets), expected, url)
  }
  const photos = {
    oauth_consumer_key: 'dpf43f3p2l4k3l03',
    oauth_token: 'nnch734d00sl2jdk',
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: '137131202',
    oauth_nonce: 'chapoH',
    realm: 'Photos'
  }
  assert.equal(signature(
    request('GET', 'http://photos.example.net/photos?file=vacation.jpg&size=original', ''),
    photos, 'kd94hf93k423kf44', 'pfkkdhi9sl3r4s00'), 'MdpQcU8iPSUjWoN/UDMsK2sui9I=')
})

test('headers that are none', () => {
  assert.deepEqual(parseHeader('OAuth a="1%20", b="2"'), { a: '1 ', b: '2' })
  for (const header of [undefined, 'Bearer a', 'OAuth', 'OAuth a', 'OAuth a="1",a="2"',
    'OAuth a=1', 'OAuth a="%zz"', 'OAuth a="b c"']) {
    assert.equal(parseHeader(header), null, header)
  }
})

test('a signed request reads and posts as its account', async t => {
  const x = await open(t)
  const signed = (method, path, options) =>
    x.send(method, path, { ...options, headers: { authorization: sign(x, method, path, options) } })
  assert.equal((await signed('GET', '/2/users/me')).json.data.id, US)
  assert.equal((await signed('GET', '/2/users/me', { account: NEWS })).json.data.id, NEWS)
  const posted = await signed('POST', '/2/tweets', { body: { text: 'Hello' } })
  assert.equal(posted.status, 201)
  assert.equal((await signed('GET', `${MENTIONS}?max_results=5&tweet.fields=text,id`)).status, 200)
  assert.ok((await x.requests()).every(entry => !entry.violation))
})

test('signatures that are refused', async t => {
  const x = await open(t)
  const once = sign(x, 'GET', '/2/users/me', {})
  const rows = [
    [{ once }, 200, undefined],
    [{ once }, 401, /nonce/],
    [{ age: 400 }, 401, /timestamp/],
    [{ age: -400 }, 401, /timestamp/],
    [{ secret: 'wrong' }, 401, /signature/],
    [{ signedPath: '/2/users/me?user.fields=name' }, 401, /signature/],
    [{ token: 'nobody' }, 401, /oauth_token/],
    [{ key: 'nobody' }, 401, /consumer/],
    [{ method: 'PLAINTEXT' }, 401, /HMAC-SHA1/]
  ]
  for (const [options, status, violation] of rows) {
    const path = '/2/users/me'
    const authorization = options.once ?? sign(x, 'GET', options.signedPath ?? path, options)
    const answer = await x.get(path, { headers: { authorization } })
    assert.equal(answer.status, status, JSON.stringify(options))
    const told = (await x.requests()).at(-1).violation
    if (violation) assert.match(told, violation)
    else assert.equal(told, undefined)
  }
})

test('each endpoint takes its kinds of token', async t => {
  const x = await open(t)
  const app = { authorization: 'Bearer sandbox-app-token' }
  const rows = [
    ['GET', MENTIONS, 200], ['GET', `/2/users/${US}/tweets`, 200], ['GET', '/2/tweets?ids=1', 200],
    ['GET', '/2/users/me', 403], ['POST', '/2/tweets', 403]
  ]
  for (const [method, path, status] of rows) {
    const body = method === 'POST' ? { text: 'Hello' } : undefined
    const answer = await x.send(method, path, { headers: app, body })
    assert.equal(answer.status, status, path)
    if (status === 200) continue
    assert.equal(answer.json.type, 'https://api.x.com/2/problems/unsupported-authentication')
    assert.equal(answer.json.title, 'Unsupported Authentication')
    assert.match((await x.requests()).at(-1).violation, /token of the kind app/)
  }
})

// The PKCE pair and the page's address.
function begin (x, more = {}) {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'sandbox-client',
    redirect_uri: CALLBACK,
    scope: ALL,
    state: 'the state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more
  })
  return { verifier, url: `${x.url}/i/oauth2/authorize?${query}` }
}

async function codeFrom (x, url, more = {}) {
  const { json } = await x.control('POST', 'identity/authorize', { url, ...more })
  return new URL(json.redirect).searchParams
}

const ask = (x, form, authorization = BASIC) => x.send('POST', '/2/oauth2/token', {
  body: new URLSearchParams(form).toString(),
  headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' }
})

const as = (x, token, path = '/2/users/me') =>
  x.get(path, { headers: { authorization: `Bearer ${token}` } })

async function logIn (x, more) {
  const { url, verifier } = begin(x, more)
  const code = (await codeFrom(x, url)).get('code')
  return (await ask(x, {
    grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: verifier
  })).json
}

test('a login with PKCE, from page to token', async t => {
  const x = await open(t)
  const { url, verifier } = begin(x)
  const page = await x.get(url.slice(x.url.length))
  assert.equal(page.status, 200)
  assert.match(page.text, /<button class="button">Authorise app/)
  assert.match(page.headers.get('content-security-policy'),
    /form-action 'self' http:\/\/127\.0\.0\.1:8089;/)
  const pressed = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: x.url, 'user-agent': 'a browser' },
    body: new URLSearchParams({ account: NEWS })
  })
  assert.equal(pressed.status, 302)
  const back = new URL(pressed.headers.get('location'))
  assert.equal(back.origin + back.pathname, CALLBACK)
  assert.equal(back.searchParams.get('state'), 'the state')
  const { status, json } = await ask(x, {
    grant_type: 'authorization_code',
    code: back.searchParams.get('code'),
    redirect_uri: CALLBACK,
    code_verifier: verifier
  })
  assert.equal(status, 200)
  assert.equal(json.token_type, 'bearer')
  assert.equal(json.expires_in, 7200)
  assert.equal(json.scope, ALL)
  assert.equal((await as(x, json.access_token)).json.data.id, NEWS)
  assert.ok((await x.requests()).every(entry => !entry.violation))
})

test('the page refuses what is wrong, and whoever presses from elsewhere', async t => {
  const x = await open(t)
  for (const more of [{ redirect_uri: CALLBACK + '/' }, { client_id: 'other' },
    { code_challenge_method: 'plain' }, { code_challenge: 'short' }, { scope: 'everything' },
    { state: 'a'.repeat(501) }, { response_type: 'token' }, { prompt: 'none' }, { state: '' }]) {
    const { url } = begin(x, more)
    const { status, text } = await x.get(url.slice(x.url.length))
    assert.equal(status, 400, JSON.stringify(more))
    assert.match(text, /Something went wrong/)
    assert.equal((await x.control('POST', 'identity/authorize', { url })).status, 400)
  }
  const pressed = await fetch(begin(x).url,
    { method: 'POST', redirect: 'manual', headers: { origin: 'https://northmoor.example' } })
  assert.equal(pressed.status, 400)
  const denied = await codeFrom(x, begin(x).url, { deny: true })
  assert.equal(denied.get('error'), 'access_denied')
  assert.equal(denied.get('code'), null)
})

test('codes are for one exchange, and for who asked', async t => {
  const x = await open(t)
  const cases = [
    [{ code: 'other' }, /authorization code was invalid/],
    [{ redirect_uri: CALLBACK + '/' }, /redirect uri did not match/],
    [{ code_verifier: 'a'.repeat(43) }, /code verifier did not match/],
    [{ grant_type: 'password' }, /not supported/],
    [{ code_verifier: '' }, /Missing required parameter \[code_verifier\]/]
  ]
  for (const [change, words] of cases) {
    const { url, verifier } = begin(x)
    const code = (await codeFrom(x, url)).get('code')
    const { status, json } = await ask(x, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      code_verifier: verifier,
      ...change
    })
    assert.equal(status, 400)
    assert.match(json.error_description, words)
  }
  const { url, verifier } = begin(x)
  const code = (await codeFrom(x, url)).get('code')
  const form = {
    grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: verifier
  }
  const bare = await ask(x, form, '')
  assert.equal(bare.status, 401)
  assert.deepEqual(bare.json, {
    error: 'unauthorized_client', error_description: 'Missing valid authorization header'
  })
  const { access_token: access } = (await ask(x, form)).json
  assert.equal((await ask(x, form)).status, 400)
  assert.equal((await as(x, access)).status, 401, 'a code used twice takes its tokens along')
  await x.control('POST', 'identity', { code_life_s: 0 })
  const late = begin(x)
  const { status } = await ask(x, {
    ...form, code: (await codeFrom(x, late.url)).get('code'), code_verifier: late.verifier
  })
  assert.equal(status, 400)
})

test('a refresh rotates, and a spent token voids the grant', async t => {
  const x = await open(t)
  const first = await logIn(x)
  const refresh = token => ask(x, { grant_type: 'refresh_token', refresh_token: token })
  const second = (await refresh(first.refresh_token)).json
  assert.notEqual(second.refresh_token, first.refresh_token)
  assert.equal((await as(x, first.access_token)).status, 200)
  assert.equal((await as(x, second.access_token)).status, 200)
  const again = await refresh(first.refresh_token)
  assert.equal(again.status, 400)
  assert.deepEqual(again.json, {
    error: 'invalid_request', error_description: 'Value passed for the token was invalid.'
  })
  assert.match((await x.requests()).at(-1).violation, /spent refresh token/)
  assert.equal((await refresh(second.refresh_token)).status, 400)
  assert.equal((await as(x, second.access_token)).status, 401)
})

test('the built-in token can be expired, refreshed and revoked', async t => {
  const x = await open(t)
  await x.control('POST', 'identity/expire', {})
  assert.equal((await x.get('/2/users/me')).status, 401)
  assert.equal((await x.requests()).at(-1).violation, undefined)
  const form = { grant_type: 'refresh_token', refresh_token: 'sandbox-refresh-token' }
  const { json } = await ask(x, form)
  assert.equal((await as(x, json.access_token)).status, 200)
  const revoked = await x.send('POST', '/2/oauth2/revoke', {
    body: new URLSearchParams({ token: json.refresh_token }).toString(),
    headers: { authorization: BASIC, 'content-type': 'application/x-www-form-urlencoded' }
  })
  assert.deepEqual(revoked.json, { revoked: true })
  assert.equal((await as(x, json.access_token)).status, 401)
  assert.equal((await as(x, 'sandbox-news-token')).status, 200)
  await x.control('POST', 'identity/revoke', { account: 'NorthmoorNews' })
  assert.equal((await as(x, 'sandbox-news-token')).status, 401)
  const { accounts } = (await x.control('GET', 'identity')).json
  assert.deepEqual(accounts[1],
    { handle: 'NorthmoorNews', access_tokens: 0, grants: 0, oauth1_tokens: 0 })
})

test('JSON at the token endpoint is taken, and told', async t => {
  const x = await open(t)
  const body = { grant_type: 'refresh_token', refresh_token: 'sandbox-refresh-token' }
  const headers = { authorization: BASIC }
  assert.equal((await x.send('POST', '/2/oauth2/token', { body, headers })).status, 200)
  assert.match((await x.requests()).at(-1).violation, /JSON where a form belongs/)
  assert.equal((await x.send('POST', '/2/oauth2/token', { body: '{', headers })).status, 400)
})

test('scopes bound a token, and without offline.access nothing is refreshed', async t => {
  const x = await open(t)
  const { access_token: access, ...rest } = await logIn(x, { scope: 'tweet.read users.read' })
  assert.equal(rest.refresh_token, undefined)
  assert.equal((await as(x, access)).status, 200)
  const posted = await x.send('POST', '/2/tweets',
    { body: { text: 'Hello' }, headers: { authorization: `Bearer ${access}` } })
  assert.equal(posted.status, 403)
  assert.match((await x.requests()).at(-1).violation, /lacks the scope tweet\.write/)
})

test('the next refresh can go wrong', async t => {
  const x = await open(t)
  const form = { grant_type: 'refresh_token', refresh_token: 'sandbox-refresh-token' }
  await x.fault({ on: 'token', kind: 'unavailable' })
  assert.equal((await ask(x, form)).status, 503)
  await x.fault({ on: 'token', kind: 'reset_after' })
  await assert.rejects(ask(x, form))
  assert.equal((await ask(x, form)).status, 400, 'the lost answer had spent the token')
})

test('a public client names itself', async t => {
  const x = await open(t)
  const { url, verifier } = begin(x, { client_id: 'sandbox-public-client' })
  const code = (await codeFrom(x, url)).get('code')
  const form = {
    grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: verifier
  }
  assert.equal((await ask(x, { ...form, client_id: 'sandbox-client' }, '')).status, 401)
  assert.equal((await ask(x, { ...form, client_id: 'sandbox-public-client' }, '')).status, 200)
})

test('the app\'s own token', async t => {
  const x = await open(t)
  const get = (authorization, body = 'grant_type=client_credentials') =>
    x.send('POST', '/oauth2/token', {
      body, headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' }
    })
  const { status, json } = await get(CONSUMER)
  assert.equal(status, 200)
  assert.deepEqual(json, { token_type: 'bearer', access_token: 'sandbox-app-token' })
  await x.control('POST', 'identity/revoke', { app: true })
  assert.equal((await as(x, 'sandbox-app-token', MENTIONS)).status, 401)
  const anew = (await get(CONSUMER)).json.access_token
  assert.equal((await as(x, anew, MENTIONS)).status, 200)
  assert.equal((await get(BASIC)).json.errors[0].code, 99)
  assert.equal((await get(CONSUMER, 'grant_type=password')).json.errors[0].code, 170)
})

test('OAuth 1.0a in three legs', async t => {
  const x = await open(t)
  const leg = async (path, options) => {
    const headers = { authorization: sign(x, 'POST', path, options) }
    const answer = await x.send('POST', path, { headers })
    return { status: answer.status, form: Object.fromEntries(new URLSearchParams(answer.text)) }
  }
  const odd = await leg('/oauth/request_token',
    { token: null, more: { oauth_callback: 'http://a.b/' } })
  assert.equal(odd.status, 403)
  for (const callback of [CALLBACK, 'oob']) {
    const { form } = await leg('/oauth/request_token',
      { token: null, more: { oauth_callback: callback } })
    assert.equal(form.oauth_callback_confirmed, 'true')
    const path = `/oauth/authenticate?oauth_token=${form.oauth_token}`
    assert.match((await x.get(path)).text, /Authorise app/)
    const { json } = await x.control('POST', 'identity/authorize',
      { url: x.url + path, account: 'NorthmoorNews' })
    const verifier = callback === 'oob'
      ? json.redirect
      : new URL(json.redirect).searchParams.get('oauth_verifier')
    const pair = { token: form.oauth_token, secret: form.oauth_token_secret }
    assert.equal((await leg('/oauth/access_token',
      { ...pair, more: { oauth_verifier: 'x' } })).status, 401)
    const done = await leg('/oauth/access_token', { ...pair, more: { oauth_verifier: verifier } })
    assert.deepEqual(done.form, {
      oauth_token: `${NEWS}-sandbox`,
      oauth_token_secret: 'sandbox-news-token-secret',
      user_id: NEWS,
      screen_name: 'NorthmoorNews'
    })
  }
})

test('settings that make no sense', async t => {
  const x = await open(t)
  for (const [path, body] of [['identity', { access_life_s: -1 }], ['identity', { life: 1 }],
    ['identity', { redirect_uris: ['http://localhost:1/'] }],
    ['identity/expire', { account: 'someone' }], ['identity/authorize', { url: 'here' }]]) {
    assert.equal((await x.control('POST', path, body)).status, 400, JSON.stringify(body))
  }
})
