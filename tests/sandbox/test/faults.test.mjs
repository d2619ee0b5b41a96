// Each kind of fault, and the order in which faults come.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { startSandbox } from '../sandbox.mjs'
import { Client, ids, MENTIONS, open, TIMELINE } from '../testing.mjs'

test('faults that answer in place of X', async t => {
  const x = await open(t)
  const cases = [
    ['rate_limited', 429, /Too Many Requests/], ['usage_capped', 429, /UsageCapExceeded/],
    ['unauthorized', 401, /Unauthorized/], ['no_credits', 402, /CreditsDepleted/],
    ['forbidden', 403, /not permitted/], ['duplicate', 403, /duplicate content/],
    ['server_error', 500, /Internal Server Error/], ['bad_gateway', 502, /<html>/],
    ['unavailable', 503, /Service Unavailable/], ['html', 200, /<html>/]
  ]
  for (const [kind, status, words] of cases) {
    await x.fault({ on: 'post', kind })
    const answer = await x.tweet(`Hello ${kind}`)
    assert.equal(answer.status, status, kind)
    assert.match(answer.text, words, kind)
    assert.ok(answer.headers.get('x-rate-limit-reset'), kind)
    const isHtml = answer.headers.get('content-type').startsWith('text/html')
    assert.equal(isHtml, ['bad_gateway', 'html'].includes(kind), kind)
  }
  assert.deepEqual(await x.posts(), [])
  assert.deepEqual((await x.requests()).map(entry => entry.fault), cases.map(([kind]) => kind))
  assert.equal((await x.tweet('Hello')).status, 201)
})

test('every refusal has its form', async t => {
  const x = await open(t, { limits: 'off' })
  const rows = [
    ['bad_request', 400, 'invalid-request'], ['no_credits', 402, 'credits'],
    ['payment_required', 402, 'credits-depleted'], ['not_summoned', 403, 'about:blank'],
    ['parent_gone', 403, 'about:blank'], ['quote_refused', 403, 'about:blank'],
    ['oauth1_permissions', 403, 'oauth1-permissions'], ['not_enrolled', 403, 'client-forbidden'],
    ['official_client', 403, 'client-forbidden'], ['plan_subset', 403, undefined],
    ['unsupported_authentication', 403, 'unsupported-authentication'],
    ['dm_refused', 403, 'about:blank'], ['dm_closed', 403, 'about:blank'],
    ['not_found', 404, 'resource-not-found'],
    ['not_authorized', 404, 'not-authorized-for-resource'], ['conflict', 409, 'conflict'],
    ['rate_limited', 429, 'about:blank'], ['rate_limited_88', 429, undefined],
    ['rate_limit_exceeded', 429, 'rate-limit-exceeded'], ['app_day_spent', 429, 'about:blank'],
    ['user_day_spent', 429, 'about:blank'], ['usage_capped', 429, 'usage-capped'],
    ['too_many_connections', 429, 'streaming-connection']
  ]
  for (const [kind, status, type] of rows) {
    await x.fault({ on: 'post', kind })
    const answer = await x.tweet('Hello')
    assert.equal(answer.status, status, kind)
    assert.equal(answer.json.type?.replace(/^.*\/problems\//, ''), type, kind)
    assert.ok(answer.json.status === undefined || answer.json.status === status, kind)
  }
  await x.fault({ on: 'me', kind: 'gateway_timeout' })
  assert.equal((await x.get('/2/users/me')).status, 504)
  const { json } = await x.fault({ on: 'me', kind: 'token_invalid' })
  assert.match(json.error, /does not happen on me/)
})

test('part of an answer can be missing', async t => {
  const x = await open(t)
  const id = await x.write('@NorthmoorHelp hello')
  await x.fault({ on: 'mentions', kind: 'partial' })
  const answer = await x.get(MENTIONS)
  assert.deepEqual(ids(answer), [id])
  assert.match(answer.json.errors[0].type, /resource-unavailable$/)
})

test('headers that mislead', async t => {
  const x = await open(t, { limits: 'real' })
  const rate = async fault => {
    await x.fault({ on: 'me', ...fault })
    const { status, headers } = await x.get('/2/users/me')
    const names = ['limit', 'remaining', 'reset']
    return [status, ...names.map(name => headers.get('x-rate-limit-' + name))]
  }
  assert.deepEqual(await rate({ kind: 'headers', rate: 'none' }), [200, null, null, null])
  assert.deepEqual(await rate({ kind: 'rate_limited', rate: 'none' }), [429, null, null, null])
  const [status, limit, remaining, reset] = await rate({ kind: 'rate_limited', rate: 'past' })
  assert.deepEqual([status, limit, remaining], [429, '75', '0'])
  assert.ok(Number(reset) < Date.now() / 1000 - 50)
  assert.equal((await rate({ kind: 'headers', rate: 'large' }))[1], '1080000')
  assert.equal((await x.fault({ on: 'me', kind: 'headers', rate: 'odd' })).status, 400)
})

test('a day that is spent says so, while the window has room', async t => {
  const x = await open(t, { limits: 'real' })
  await x.fault({ on: 'post', kind: 'user_day_spent', reset_in_s: 3600 })
  const asked = Date.now() / 1000
  const { status, headers } = await x.tweet('Hello')
  assert.equal(status, 429)
  assert.equal(headers.get('x-rate-limit-remaining'), '99')
  assert.equal(headers.get('x-user-limit-24hour-remaining'), '0')
  const reset = Number(headers.get('x-user-limit-24hour-reset'))
  assert.ok(reset >= asked + 3600 && reset <= Date.now() / 1000 + 3601)
  await x.tweet('Hello')
  assert.match((await x.requests()).at(-1).violation, /before the reset/)
})

test('a rate limit names its reset', async t => {
  const x = await open(t)
  await x.fault({ on: 'mentions', kind: 'rate_limited', reset_in_s: 30, times: 2 })
  const asked = Date.now() / 1000
  const { headers } = await x.get(MENTIONS)
  const reset = Number(headers.get('x-rate-limit-reset'))
  assert.equal(headers.get('x-rate-limit-remaining'), '0')
  assert.ok(reset >= asked + 30 && reset <= Date.now() / 1000 + 31)
  await x.get(MENTIONS)
  await x.get(MENTIONS)
  const [first, second, third] = await x.requests()
  assert.equal(first.violation, undefined)
  assert.match(second.violation, /before the reset/)
  assert.match(third.violation, /before the reset/)
})

test('answers that are spoiled after the post was taken', async t => {
  const x = await open(t)
  for (const kind of ['garbage', 'half_json', 'huge', 'empty']) {
    await x.fault({ on: 'post', kind })
    const answer = await x.tweet(`Hello ${kind}`)
    assert.equal(answer.status, 200, kind)
    if (kind === 'huge') assert.ok(answer.text.length > 10e6 && answer.json.data.length > 1000)
    else assert.equal(answer.json, undefined, kind)
    if (kind === 'empty') assert.equal(answer.text, '')
  }
  assert.equal((await x.posts()).length, 4)
})

test('`taken` turns it round', async t => {
  const x = await open(t)
  await x.fault({ on: 'post', kind: 'bad_gateway', taken: true })
  await x.fault({ on: 'post', kind: 'garbage', taken: false })
  assert.equal((await x.tweet('Hello')).status, 502)
  assert.equal((await x.tweet('Good evening')).status, 200)
  assert.deepEqual((await x.posts()).map(post => post.text), ['Hello'])
})

test('connections that are reset', async t => {
  const x = await open(t)
  await x.fault({ on: 'post', kind: 'reset_before' })
  await x.fault({ on: 'post', kind: 'reset_after' })
  await assert.rejects(x.tweet('Hello'))
  assert.deepEqual(await x.posts(), [])
  await assert.rejects(x.tweet('Hello'))
  assert.equal((await x.posts()).length, 1)
  assert.deepEqual((await x.requests()).map(entry => entry.status), [null, null])
})

test('silence, before and after', async t => {
  const x = await open(t)
  for (const [kind, posts] of [['silent_before', 0], ['silent_after', 1]]) {
    await x.fault({ on: 'post', kind })
    const leave = new AbortController()
    const options = { body: { text: 'Hello' }, signal: leave.signal }
    const silent = x.send('POST', '/2/tweets', options)
    silent.catch(() => {})
    while (!(await x.requests()).some(entry => entry.fault === kind)) await x.posts()
    assert.equal((await x.posts()).length, posts, kind)
    leave.abort()
    await assert.rejects(silent)
  }
})

test('late posts arrive after younger ones', async t => {
  const x = await open(t)
  await x.fault({ on: 'mentions', kind: 'late' })
  const late = await x.write('@NorthmoorHelp first')
  const prompt = await x.write('@NorthmoorHelp second')
  assert.deepEqual(ids(await x.get(MENTIONS)), [prompt])
  assert.deepEqual(ids(await x.get(`/2/tweets?ids=${late}`)), [late])
  await x.control('DELETE', 'faults')
  assert.deepEqual(ids(await x.get(MENTIONS)), [prompt, late])
  await x.fault({ on: 'timeline', kind: 'late' })
  await x.tweet('Hello')
  assert.deepEqual(ids(await x.get(TIMELINE)), [])
})

test('a late post may come by itself', async t => {
  const x = await open(t)
  await x.fault({ on: 'mentions', kind: 'late', delay_ms: 40 })
  const begun = Date.now()
  const late = await x.write('@NorthmoorHelp first')
  let answer
  do answer = await x.get(MENTIONS); while (ids(answer).length === 0)
  assert.deepEqual(ids(answer), [late])
  assert.ok(Date.now() - begun >= 40)
})

test('posts delivered over again', async t => {
  const x = await open(t)
  const first = await x.write('@NorthmoorHelp first')
  const second = await x.write('@NorthmoorHelp second')
  await x.fault({ on: 'mentions', kind: 'repeat' })
  assert.deepEqual(ids(await x.get(`${MENTIONS}?since_id=${second}`)), [second, first])
  assert.deepEqual(ids(await x.get(`${MENTIONS}?since_id=${second}`)), [])
})

test('a slow answer is right, and its post is there at once', async t => {
  const x = await open(t)
  await x.fault({ on: 'post', kind: 'slow', delay_ms: 60 })
  const begun = Date.now()
  const answer = x.tweet('Hello')
  while ((await x.posts()).length === 0);
  assert.equal((await answer).status, 201)
  assert.ok(Date.now() - begun >= 50)
})

test('order, skipping, repeating and clearing', async t => {
  const x = await open(t)
  await x.fault({ on: 'me', kind: 'unavailable', after: 2 })
  await x.fault({ on: 'me', kind: 'server_error', times: 2 })
  await x.fault({ on: 'me', kind: 'bad_gateway', times: 0 })
  const seen = []
  for (let n = 0; n < 5; n++) seen.push((await x.get('/2/users/me')).status)
  assert.deepEqual(seen, [500, 500, 503, 502, 502])
  assert.deepEqual((await x.control('GET', 'faults')).json,
    [{ on: 'me', kind: 'bad_gateway', times: 0, after: 0, left: null }])
  await x.control('DELETE', 'faults')
  assert.equal((await x.get('/2/users/me')).status, 200)
})

test('faults that make no sense', async t => {
  const x = await open(t)
  for (const fault of [{}, { on: 'me', kind: 'x' }, { on: 'x', kind: 'empty' }, { on: 'me' },
    { on: 'post', kind: 'late' }, { on: 'me', kind: 'empty', times: -1 },
    { on: 'me', kind: 'empty', often: 1 }, { on: 'me', kind: 'constructor' }]) {
    const { status, json } = await x.fault(fault)
    assert.equal(status, 400)
    assert.equal(typeof json.error, 'string')
  }
})

test('stopping closes what was left silent', async t => {
  const sandbox = await startSandbox()
  const x = new Client(sandbox.url)
  await x.fault({ on: 'me', kind: 'silent_before' })
  const silent = x.get('/2/users/me')
  silent.catch(() => {})
  while ((await x.requests()).length === 0);
  const closed = once(sandbox.server, 'close')
  await sandbox.stop()
  await closed
  await assert.rejects(silent)
})
