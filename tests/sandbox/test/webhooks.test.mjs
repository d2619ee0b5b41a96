// Webhooks: proving an address, signed deliveries, and what goes wrong with them.

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { APP, receiver } from '../listening.mjs'
import { open, US } from '../testing.mjs'

const asApp = { headers: { authorization: `Bearer ${APP}` } }
const LOOPBACK = { webhook_loopback: true }

// As x-api.md section 7 says, put together apart from the sandbox.
const hmac = bytes =>
  'sha256=' + createHmac('sha256', 'sandbox-consumer-secret').update(bytes).digest('base64')
const right = token => ({ body: JSON.stringify({ response_token: hmac(token) }) })

const create = (x, url) => x.send('POST', '/2/webhooks', { ...asApp, body: { url } })
const subscribe = (x, type, webhook) => x.send('POST', '/2/activity/subscriptions', {
  body: { event_type: type, filter: { user_id: US }, webhook_id: webhook }
})

// A sandbox that tells a webhook of mentions.
async function hooked (t, settings = {}, types = ['post.mention.create']) {
  const x = await open(t, { settings: { ...LOOPBACK, ...settings } })
  const hook = await receiver(t, right)
  const { json } = await create(x, hook.url)
  for (const type of types) await subscribe(x, type, json.data.id)
  const next = async () => {
    const { headers, bytes, whole } = await hook.events.next()
    const honest = headers['x-twitter-webhooks-signature'] === hmac(bytes)
    return { bytes, whole, honest, json: whole ? JSON.parse(bytes) : null }
  }
  return { x, hook, next, id: json.data.id }
}

test('a webhook is proved, listed, checked again and deleted', async t => {
  const { x, hook, id } = await hooked(t)
  assert.equal(hook.challenges.length, 1)
  const { data, meta } = (await x.get('/2/webhooks', asApp)).json
  const [{ id: listed, url, valid }] = data
  assert.deepEqual([listed, url, valid, meta.result_count], [id, hook.url, true, 1])
  const again = await x.send('PUT', `/2/webhooks/${id}`, asApp)
  assert.deepEqual(again.json, { data: { valid: true } })
  assert.equal(hook.challenges.length, 2)
  assert.notEqual(hook.challenges[0], hook.challenges[1])
  const deleted = await x.send('DELETE', `/2/webhooks/${id}`, asApp)
  assert.deepEqual(deleted.json, { data: { deleted: true } })
  assert.match((await x.send('DELETE', `/2/webhooks/${id}`, asApp)).text, /WebhookIdInvalid/)
  assert.match((await x.send('PUT', `/2/webhooks/${id}`, asApp)).text, /WebhookIdInvalid/)
})

test('addresses that X would not take', async t => {
  const x = await open(t)
  for (const url of ['http://northmoor.example/hook', 'https://northmoor.example:8443/hook',
    'https://127.0.0.1/hook', 'https://localhost/hook', 'https://[::1]/', 'nonsense', 5,
    'http://127.0.0.1:80/hook', 'https://northmoor.example/' + 'x'.repeat(200)]) {
    const answer = await create(x, url)
    assert.equal(answer.status, 400, String(url))
    assert.match(answer.text, /UrlValidationFailed/)
  }
  const asUser = await x.send('POST', '/2/webhooks', { body: { url: 'https://a.example/' } })
  assert.equal(asUser.status, 403)
})

test('an address twice, or too many', async t => {
  const { x, hook } = await hooked(t)
  assert.match((await create(x, hook.url)).text, /DuplicateUrlFailed/)
  assert.match((await create(x, hook.url + '2')).text, /WebhookLimitExceeded/)
})

test('answers that prove nothing', async t => {
  const rows = [
    () => ({ body: JSON.stringify({ response_token: hmac('another') }) }),
    () => ({ body: 'hello' }), () => ({ status: 302 }), () => ({ status: 500 }),
    token => ({ status: 403, ...right(token) })
  ]
  for (const crc of rows) {
    const x = await open(t, { settings: LOOPBACK })
    const hook = await receiver(t, crc)
    assert.match((await create(x, hook.url)).text, /CrcValidationFailed/)
  }
})

test('a wrong answer ends a webhook, trouble that may pass does not', async t => {
  const { x, hook, next } = await hooked(t)
  const check = async () => (await x.control('POST', 'webhooks/check')).json[0]
  hook.crc = () => ({ status: 500 })
  assert.deepEqual([(await check()).result, (await check()).valid], ['failed', true])
  hook.crc = () => ({ body: '{}' })
  assert.deepEqual([(await check()).result, (await check()).valid], ['wrong', false])
  await x.write('@NorthmoorHelp not told')
  hook.crc = right
  assert.equal((await check()).valid, true)
  await x.write('@NorthmoorHelp told')
  assert.equal((await next()).json.data.payload.text, '@NorthmoorHelp told')
  hook.crc = () => ({ status: 500 })
  await x.control('POST', 'clock', { at: new Date(Date.now() + 29 * 3600 * 1000).toISOString() })
  assert.equal((await check()).valid, false)
})

test('events come signed, in order, and their answers are kept', async t => {
  const { x, hook, next, id } = await hooked(t)
  for (const word of ['one', 'two', 'three']) await x.write('@NorthmoorHelp ' + word)
  for (const word of ['one', 'two', 'three']) {
    const { honest, json } = await next()
    assert.ok(honest)
    assert.equal(json.data.event_type, 'post.mention.create')
    assert.equal(json.data.payload.text, '@NorthmoorHelp ' + word)
  }
  hook.status = 503
  await x.write('@NorthmoorHelp four')
  await next()
  await x.write('@NorthmoorHelp five')
  await next()
  const { deliveries } = (await x.control('GET', 'webhooks')).json
  assert.deepEqual(deliveries.slice(0, 4).map(({ status }) => status), [200, 200, 200, 503])
  assert.equal(deliveries[0].webhook_id, id)
})

test('deliveries that go wrong', async t => {
  const rows = [
    ['wrong_signature', [['one', false], ['two', true]]],
    ['twice', [['one', true], ['one', true], ['two', true]]],
    ['out_of_order', [['two', true], ['one', true]]], ['gap', [['two', true]]],
    ['delayed', [['two', true], ['one', true]]], ['huge_body', [['one', true], ['two', true]]]
  ]
  for (const [kind, expected] of rows) {
    const { x, next } = await hooked(t)
    await x.fault({ on: 'webhook_events', kind, ...(kind === 'delayed' && { delay_ms: 3000 }) })
    await x.write('@NorthmoorHelp one')
    await x.write('@NorthmoorHelp two')
    for (const [n, [word, honest]] of expected.entries()) {
      const event = await next()
      assert.equal(event.json.data.payload.text, '@NorthmoorHelp ' + word, kind)
      assert.equal(event.honest, honest, kind)
      if (kind === 'huge_body' && n === 0) assert.ok(event.bytes.length > 10e6)
    }
  }
})

test('half a body', async t => {
  const { x, next } = await hooked(t)
  await x.fault({ on: 'webhook_events', kind: 'half_body' })
  await x.write('@NorthmoorHelp one')
  assert.equal((await next()).whole, false)
  await x.write('@NorthmoorHelp two')
  assert.equal((await next()).json.data.payload.text, '@NorthmoorHelp two')
})

test('who does not answer is not waited for for ever', async t => {
  const { x, hook, next } = await hooked(t)
  await x.control('POST', 'settings', { webhook_timeout_ms: 1000 }) // now, since it had to prove itself in that time, too
  hook.silent = true
  await x.write('@NorthmoorHelp one')
  await next()
  hook.silent = false
  await x.write('@NorthmoorHelp two')
  await next()
  assert.equal((await x.control('GET', 'webhooks')).json.deliveries[0].status, 'timeout')
})

test('the last day again', async t => {
  const { x, next, id } = await hooked(t)
  await x.fault({ on: 'webhook_events', kind: 'gap', times: 2 })
  await x.write('@NorthmoorHelp one')
  await x.write('@NorthmoorHelp two')
  const minute = ms => new Date(ms).toISOString().replace(/[-T:]/g, '').slice(0, 12)
  const now = Date.now()
  const replay = body => x.send('POST', '/2/webhooks/replay',
    { ...asApp, body: { webhook_id: id, ...body } })
  const { status, json } = await replay({ from_date: minute(now - 60000), to_date: minute(now) })
  assert.equal(status, 200)
  assert.match(json.data.job_id, /^\d+$/)
  assert.equal((await next()).json.data.payload.text, '@NorthmoorHelp one')
  assert.equal((await next()).json.data.payload.text, '@NorthmoorHelp two')
  for (const wrong of [{ from_date: minute(now - 26 * 3600000), to_date: minute(now) },
    { from_date: minute(now), to_date: minute(now - 120000) },
    { from_date: 'x', to_date: minute(now) },
    { webhook_id: '5', from_date: minute(now), to_date: minute(now) }]) {
    assert.equal((await replay(wrong)).status, 400, JSON.stringify(wrong))
  }
})

test('the form of version 1.1', async t => {
  const types = ['post.mention.create', 'post.create', 'post.delete', 'dm.received']
  const { x, next, id } = await hooked(t, { webhook_form: 'account_activity' }, types)
  await x.send('POST', '/2/activity/subscriptions',
    { ...asApp, body: { event_type: 'oauth.revoke', filter: {}, webhook_id: id } })
  const long = '@NorthmoorHelp ' + 'bins and more bins '.repeat(20) + 'end'
  const mention = await x.write(long)
  const first = (await next()).json
  assert.equal(first.for_user_id, US)
  assert.equal(first.user_has_blocked, false)
  const [post] = first.tweet_create_events
  assert.equal(post.id_str, mention)
  assert.equal(post.user.screen_name, 'elm_close_sam')
  assert.match(post.created_at, /^\w{3} \w{3} \d\d \d\d:\d\d:\d\d \+0000 \d{4}$/)
  assert.equal(post.truncated, true)
  assert.equal(post.extended_tweet.full_text, long)
  const own = (await x.tweet('On its way', mention)).json.data.id
  const [reply] = (await next()).json.tweet_create_events
  assert.deepEqual([reply.id_str, reply.in_reply_to_status_id_str], [own, mention])
  assert.equal(reply.truncated, false)
  await x.control('POST', `posts/${own}/delete`)
  const [gone] = (await next()).json.tweet_delete_events
  assert.deepEqual(gone.status, { id: own, user_id: US })
  await x.control('POST', 'messages', { handle: 'kit', text: 'A secret' })
  const dm = (await next()).json
  assert.equal(dm.direct_message_events[0].message_create.message_data.text, 'A secret')
  assert.equal(Object.values(dm.users)[0].screen_name, 'kit')
  await x.control('POST', 'identity/revoke', { account: 'NorthmoorHelp' })
  assert.equal((await next()).json.user_event.revoke.source.user_id, US)
})
