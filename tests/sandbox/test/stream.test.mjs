// The filtered stream: its rules, its connections, and how its lines go wrong.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { APP, listen } from '../listening.mjs'
import { MENTIONS, open } from '../testing.mjs'

const STREAM = '/2/tweets/search/stream'
const RULES = STREAM + '/rules'
const asApp = { headers: { authorization: `Bearer ${APP}` } }

const addRules = (x, ...add) => x.send('POST', RULES, { ...asApp, body: { add } })

async function openWithRule (t, settings = {}, value = '@NorthmoorHelp') {
  const x = await open(t, { settings: { keep_alive_ms: 0, ...settings } })
  await addRules(x, { value, tag: 'to us' })
  return x
}

test('rules are added, listed, tried, refused and deleted', async t => {
  const x = await open(t)
  const made = await addRules(x, { value: '@NorthmoorHelp', tag: 'to us' }, { value: 'pothole' })
  assert.equal(made.status, 201)
  assert.deepEqual(made.json.meta.summary, { created: 2, not_created: 0, valid: 2, invalid: 0 })
  const [first, second] = made.json.data
  assert.equal(second.tag, undefined)

  const mixed = await addRules(x, { value: 'pothole' }, { value: 'lang:en' }, { value: 'bins' })
  assert.deepEqual(mixed.json.meta.summary, { created: 1, not_created: 2, valid: 2, invalid: 1 })
  const [twice, alone] = mixed.json.errors
  assert.match(twice.type, /duplicate-rules$/)
  assert.equal(twice.id, second.id)
  assert.match(alone.type, /invalid-rules$/)

  const trial = { ...asApp, body: { add: [{ value: 'dry' }] } }
  const dry = await x.send('POST', RULES + '?dry_run=true', trial)
  assert.equal(dry.json.meta.summary.created, 1)
  const all = await x.get(RULES, asApp)
  const values = all.json.data.map(({ value }) => value).sort()
  assert.deepEqual(values, ['@NorthmoorHelp', 'bins', 'pothole'])
  assert.deepEqual((await x.get(`${RULES}?ids=${first.id}`, asApp)).json.data, [first])
  const page = await x.get(RULES + '?max_results=2', asApp)
  assert.equal(page.json.data.length, 2)
  const token = page.json.meta.next_token
  const rest = await x.get(`${RULES}?max_results=2&pagination_token=${token}`, asApp)
  assert.equal(rest.json.data.length, 1)

  const counts = (await x.get(RULES + '/counts', asApp)).json.data
  assert.equal(counts.client_app_rules_count.rule_count, 3)
  assert.equal(counts.cap_per_client_app, '1000')

  const gone = await x.send('POST', RULES,
    { ...asApp, body: { delete: { ids: [first.id, '77'] } } })
  assert.deepEqual(gone.json.meta.summary, { deleted: 1, not_deleted: 1 })
  assert.equal(gone.json.errors[0].value, '77')
  const byValue = await x.send('POST', RULES, { ...asApp, body: { delete: { values: ['bins'] } } })
  assert.deepEqual(byValue.json.meta.summary, { deleted: 1, not_deleted: 0 })
  await x.send('POST', RULES + '?delete_all=true', { ...asApp, body: {} })
  assert.equal((await x.get(RULES, asApp)).json.meta.result_count, 0)
})

test('what a change of rules may not say', async t => {
  const x = await open(t)
  const wrong = [{}, { add: [] }, { add: [{ tag: 'a' }] }, { add: [{ value: 'a', id: '1' }] },
    { add: [{ value: 'a' }], delete: { ids: ['1'] } }, { delete: { ids: ['x'] } }, { delete: {} },
    { delete: { ids: ['1'], values: ['a'] } }, { other: 1 }]
  for (const body of wrong) {
    const answer = await x.send('POST', RULES, { ...asApp, body })
    assert.equal(answer.status, 400, JSON.stringify(body))
    assert.match(answer.json.type, /invalid-request$/)
  }
  assert.equal((await x.get(RULES)).status, 403)
  assert.equal((await x.get(STREAM)).status, 403)
})

test('no more rules than the cap', async t => {
  const x = await open(t)
  const many = Array.from({ length: 1001 }, (_, n) => ({ value: `word${n}` }))
  const { json } = await addRules(x, ...many)
  assert.deepEqual(json.meta.summary, { created: 1000, not_created: 1, valid: 1001, invalid: 0 })
  assert.match(json.errors[0].type, /rule-cap$/)
})

test('rules that cannot be', async t => {
  const x = await open(t)
  for (const value of ['', 'x'.repeat(1025), 'is:reply', '-cat', 'cat near:here', '(cat',
    'cat OR']) {
    const { json } = await addRules(x, { value })
    assert.match(json.errors[0].type, /invalid-rules$/, value)
    assert.deepEqual(json.meta.summary, { created: 0, not_created: 1, valid: 0, invalid: 1 })
  }
})

test('a matching post comes with its rules', async t => {
  const x = await openWithRule(t)
  const query = '?tweet.fields=author_id,created_at&expansions=author_id&user.fields=username'
  const stream = await listen(x, STREAM + query)
  await x.write('Nothing for you')
  const id = await x.write('@NorthmoorHelp hello')
  const { data, includes, matching_rules: matching } = await stream.next()
  assert.equal(data.id, id)
  assert.ok(data.author_id && data.created_at)
  assert.equal(includes.users[0].username, 'elm_close_sam')
  assert.equal(matching[0].tag, 'to us')
  assert.match(stream.headers['content-type'], /json/)
  const bad = await listen(x, STREAM + '?post.fields=author_id')
  assert.equal(bad.status, 400)
})

test('connecting: rules first, one connection, no backfill for the plan', async t => {
  const x = await open(t, { settings: { keep_alive_ms: 0 } })
  const none = await listen(x, STREAM)
  assert.equal(none.status, 409)
  assert.equal(none.json.connection_issue, 'RuleConfigurationIssue')
  await addRules(x, { value: 'bins' })
  assert.equal((await listen(x, STREAM + '?backfill_minutes=2')).status, 400)
  assert.equal((await listen(x, STREAM + '?start_time=2026-01-01T00:00:00Z')).status, 400)
  const stream = await listen(x, STREAM)
  const second = await listen(x, STREAM)
  assert.equal(second.status, 429)
  assert.equal(second.json.title, 'ConnectionException')
  assert.equal(second.json.connection_issue, 'TooManyConnections')
  assert.match(second.json.type, /streaming-connection$/)
  stream.close()
})

test('keep-alives are empty lines', async t => {
  const x = await openWithRule(t, { keep_alive_ms: 5 })
  const stream = await listen(x, STREAM)
  assert.equal(await stream.lines.next(), '')
  assert.equal(await stream.lines.next(), '')
})

test('a connection that is gone still counts, until all are ended', async t => {
  const x = await openWithRule(t, { hold_ms: 1e9 })
  const stream = await listen(x, STREAM)
  await x.control('POST', 'streams/end', { on: 'stream', how: 'close' })
  assert.equal(await stream.end, 'end')
  assert.equal((await listen(x, STREAM)).status, 429)
  const fields = 'connection.fields=endpoint_name,connected_at'
  const { data } = (await x.get(`/2/connections?${fields}`, asApp)).json
  assert.deepEqual(data.map(({ endpoint_name: name }) => name), ['filtered_stream'])
  const ended = await x.send('DELETE', '/2/connections/all', asApp)
  assert.deepEqual(ended.json.data, {
    successful_kills: 1, failed_kills: 0, results: [{ uuid: data[0].id, success: true }]
  })
  assert.equal((await x.get('/2/connections', asApp)).json.meta.result_count, 0)
  const past = await x.get('/2/connections?status=inactive' +
    '&connection.fields=disconnect_reason', asApp)
  assert.equal(past.json.data[0].disconnect_reason, 'closed by the server')
  const again = await listen(x, STREAM)
  assert.equal(again.status, 200)
  await x.send('DELETE', '/2/connections/all', asApp)
  assert.equal(await again.end, 'end')
})

test('a plan with backfill gets the last minutes again', async t => {
  const x = await openWithRule(t, { plan: 'enterprise' })
  const id = await x.write('@NorthmoorHelp while you were away')
  const stream = await listen(x, STREAM + '?backfill_minutes=1')
  assert.equal((await stream.next()).data.id, id)
  const late = await listen(x, STREAM)
  const next = await x.write('@NorthmoorHelp now')
  assert.equal((await stream.next()).data.id, next)
  assert.equal((await late.next()).data.id, next)
  assert.equal(late.lines.waiting, 0)
})

// Each kind of fault on the first of two posts, and the texts that then come.
test('lines that go wrong, and come all the same', async t => {
  const rows = [
    ['duplicate', ['one', 'one', 'two']], ['out_of_order', ['two', 'one']],
    ['batch', ['one', 'two']], ['gap', ['two']], ['split', ['one', 'two']], ['drip', ['one', 'two']]
  ]
  for (const [kind, expected] of rows) {
    const x = await openWithRule(t)
    const stream = await listen(x, STREAM)
    await x.fault({ on: 'stream_lines', kind })
    await x.write('@NorthmoorHelp one')
    await x.write('@NorthmoorHelp two')
    for (const word of expected) {
      assert.equal((await stream.next()).data.text, '@NorthmoorHelp ' + word, kind)
    }
    assert.equal(stream.lines.waiting, 0, kind)
    if (kind === 'batch') assert.equal(stream.chunks.length, 1)
    if (kind === 'split') assert.ok(stream.chunks.length >= 4)
    if (kind === 'drip') assert.ok(stream.chunks.length > 50)
  }
})

test('lines that no client knows come before the post', async t => {
  for (const kind of ['unknown', 'garbage', 'huge_line']) {
    const x = await openWithRule(t)
    const stream = await listen(x, STREAM)
    await x.fault({ on: 'stream_lines', kind })
    await x.write('@NorthmoorHelp one')
    const odd = await stream.lines.next()
    if (kind === 'unknown') assert.deepEqual(Object.keys(JSON.parse(odd)), ['system'])
    if (kind === 'garbage') assert.throws(() => JSON.parse(odd))
    if (kind === 'huge_line') assert.ok(odd.length > 1024 * 1024)
    assert.equal((await stream.next()).data.text, '@NorthmoorHelp one')
  }
})

test('a connection is cut at the very byte', async t => {
  const x = await openWithRule(t)
  for (const at of [0, 1, 17]) {
    const stream = await listen(x, STREAM)
    await x.fault({ on: 'stream_lines', kind: 'cut', at })
    await x.write('@NorthmoorHelp one')
    assert.equal(await stream.end, 'broken')
    assert.equal(stream.torn.length, at)
  }
})

test('a connection goes silent', async t => {
  const x = await openWithRule(t, { keep_alive_ms: 2 })
  const stream = await listen(x, STREAM)
  await x.fault({ on: 'stream_lines', kind: 'silence' })
  await x.write('@NorthmoorHelp one')
  const seen = stream.chunks.length
  for (let n = 0; n < 20; n++) await x.get(MENTIONS)
  // At most a keep-alive that was already under way.
  assert.ok(stream.chunks.length <= seen + 1)
  assert.equal((await listen(x, STREAM)).status, 429)
})

test('disconnected with a reason, of each type', async t => {
  const types = ['OperationalDisconnect', 'UpstreamOperationalDisconnect', 'ForceDisconnect',
    'UpstreamUncleanDisconnect', 'SlowReader', 'InternalError', 'ClientApplicationStateDegraded',
    'InvalidRules']
  const x = await openWithRule(t)
  for (const type of types) {
    const stream = await listen(x, STREAM)
    await x.fault({ on: 'stream_lines', kind: 'disconnect', disconnect_type: type })
    await x.write('@NorthmoorHelp one')
    const { errors: [error] } = await stream.next()
    assert.equal(error.disconnect_type, type)
    assert.match(error.type, /operational-disconnect$/)
    assert.equal(await stream.end, 'end')
  }
  const stream = await listen(x, STREAM)
  await x.control('POST', 'streams/end', { on: 'stream', how: 'ForceDisconnect' })
  assert.equal((await stream.next()).errors[0].disconnect_type, 'ForceDisconnect')
})

test('refused at the door', async t => {
  const x = await openWithRule(t)
  const rows = [['rate_limited', 429], ['unavailable', 503], ['html', 200], ['bad_gateway', 502]]
  for (const [kind, status] of rows) {
    await x.fault({ on: 'stream', kind, reset_in_s: 0 })
    assert.equal((await listen(x, STREAM)).status, status, kind)
  }
  assert.equal((await listen(x, STREAM)).status, 200)
})

test('faults that no line can have are refused', async t => {
  const x = await open(t)
  const rows = [
    [{ on: 'stream_lines', kind: 'html' }, /kind/],
    [{ on: 'stream_lines', kind: 'cut', at: -1 }, /at:/],
    [{ on: 'stream_lines', kind: 'split', pieces: 0 }, /pieces/],
    [{ on: 'stream_lines', kind: 'disconnect', disconnect_type: 'Tired' }, /disconnect_type/],
    [{ on: 'stream_lines', kind: 'cut', reset_in_s: 1 }, /reset_in_s/],
    [{ on: 'mentions', kind: 'slow', at: 1 }, /unknown member: at/],
    [{ on: 'webhook_events', kind: 'cut' }, /kind/]
  ]
  for (const [fault, words] of rows) {
    const { status, json } = await x.fault(fault)
    assert.equal(status, 400, JSON.stringify(fault))
    assert.match(json.error, words)
  }
})

test('an event may come before the post shows in the mentions', async t => {
  const x = await openWithRule(t)
  const stream = await listen(x, STREAM)
  await x.fault({ on: 'mentions', kind: 'late' })
  const id = await x.write('@NorthmoorHelp hello')
  assert.equal((await stream.next()).data.id, id)
  assert.equal((await x.get(MENTIONS)).json.meta.result_count, 0)
  await x.control('DELETE', 'faults')
  assert.equal((await x.get(MENTIONS)).json.meta.result_count, 1)
})

test('settings are checked', async t => {
  const x = await open(t)
  const rows = [[{ plan: 'free' }, /plan/], [{ keep_alive_ms: -1 }, /keep_alive_ms/],
    [{ follow_ups: 1 }, /follow_ups/], [{ other: 1 }, /other/]]
  for (const [settings, words] of rows) {
    const { status, json } = await x.control('POST', 'settings', settings)
    assert.equal(status, 400)
    assert.match(json.error, words)
  }
  await x.control('POST', 'settings', { plan: 'enterprise' })
  assert.equal((await x.control('GET', 'settings')).json.plan, 'enterprise')
})
