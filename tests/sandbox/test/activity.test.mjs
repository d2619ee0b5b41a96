// Activity: subscriptions, and the events that come of them on the stream.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { APP, listen } from '../listening.mjs'
import { NEWS, open, sign, US } from '../testing.mjs'

const SUBSCRIPTIONS = '/2/activity/subscriptions'
const STREAM = '/2/activity/stream'
const asApp = { headers: { authorization: `Bearer ${APP}` } }
const QUIET = { settings: { keep_alive_ms: 0 } }

const subscribe = (x, type, more = {}, options = {}) => x.send('POST', SUBSCRIPTIONS, {
  ...options, body: { event_type: type, filter: { user_id: US }, ...more }
})

// A sandbox with subscriptions of those kinds, and its stream.
async function following (t, types, settings = {}) {
  const x = await open(t, { settings: { keep_alive_ms: 0, ...settings } })
  for (const type of types) {
    assert.equal((await subscribe(x, type, { tag: type })).status, 200, type)
  }
  return { x, stream: await listen(x, STREAM) }
}

test('the three shapes of the answer', async t => {
  const x = await open(t, QUIET)
  const shapes = {
    object: json => json.data,
    array: json => json.data[0],
    subscription: json => json.data.subscription
  }
  const types = ['post.create', 'post.delete', 'post.mention.create']
  for (const [shape, find] of Object.entries(shapes)) {
    await x.control('POST', 'settings', { subscription_answer: shape })
    const type = types.shift()
    const { json } = await subscribe(x, type, { tag: shape })
    const made = find(json)
    assert.equal(made.event_type, type)
    assert.equal(made.tag, shape)
    assert.deepEqual(made.filter, { user_id: US })
    assert.match(made.subscription_id, /^\d+$/)
    const changed = await x.send('PUT', `${SUBSCRIPTIONS}/${made.subscription_id}`,
      { ...asApp, body: { tag: 'other' } })
    assert.equal(find(changed.json).tag, 'other')
  }
})

test('listed in pages, and deleted', async t => {
  const x = await open(t, QUIET)
  const types = ['post.create', 'post.delete', 'dm.sent', 'dm.received']
  for (const type of types) await subscribe(x, type)
  const first = await x.get(SUBSCRIPTIONS + '?max_results=3', asApp)
  assert.equal(first.json.data.length, 3)
  assert.equal(first.json.meta.total_subscriptions, 4)
  const token = first.json.meta.next_token
  const second = await x.get(`${SUBSCRIPTIONS}?max_results=3&pagination_token=${token}`, asApp)
  assert.equal(second.json.data.length, 1)
  assert.equal(second.json.meta.next_token, undefined)
  const all = [...first.json.data, ...second.json.data].map(({ subscription_id: id }) => id)
  const one = await x.send('DELETE', `${SUBSCRIPTIONS}/${all[0]}`, asApp)
  assert.deepEqual(one.json, { data: { deleted: true }, meta: { total_subscriptions: 3 } })
  assert.equal((await x.send('DELETE', `${SUBSCRIPTIONS}/${all[0]}`, asApp)).status, 404)
  const changed = await x.send('PUT', `${SUBSCRIPTIONS}/${all[0]}`, { ...asApp, body: {} })
  assert.equal(changed.status, 404)
  const many = await x.send('DELETE', `${SUBSCRIPTIONS}?ids=${all.join(',')}`, asApp)
  assert.equal(many.json.data.length, 3)
  assert.deepEqual(many.json.errors.map(({ subscription_id: id }) => id), [all[0]])
  assert.equal(many.json.meta.total_subscriptions, 0)
})

test('what cannot be subscribed to', async t => {
  const x = await open(t, { settings: { subscription_limit: 2 } })
  const wrong = [
    { event_type: 'post.liked' }, { filter: {} }, { filter: { user_id: 'x' } }, { filter: null },
    { filter: { user_id: US, keyword: 'bins' } }, { filter: { user_id: US, direction: 'inbound' } },
    { tag: '' }, { tag: 'x'.repeat(201) }, { webhook_id: '5' }, { other: 1 }
  ]
  for (const more of wrong) {
    assert.equal((await subscribe(x, 'post.create', more)).status, 400, JSON.stringify(more))
  }
  assert.equal((await subscribe(x, 'post.create')).status, 200)
  const twice = await subscribe(x, 'post.create')
  assert.equal(twice.status, 409)
  assert.match(twice.json.type, /conflict$/)
  assert.equal((await subscribe(x, 'post.delete')).status, 200)
  assert.equal((await subscribe(x, 'oauth.revoke', { filter: {} })).status, 403)
})

test('private events need the OAuth 2.0 token of the account', async t => {
  const x = await open(t, QUIET)
  const signed = () => ({ headers: { authorization: sign(x, 'POST', SUBSCRIPTIONS) } })
  for (const type of ['post.mention.create', 'post.reply.create', 'post.quote.create',
    'dm.received', 'dm.sent']) {
    const byApp = await subscribe(x, type, {}, asApp)
    assert.equal(byApp.status, 403, type)
    assert.match(byApp.json.type, /unsupported-authentication$/)
    assert.equal((await subscribe(x, type, {}, signed())).status, 403)
    assert.equal((await subscribe(x, type, { filter: { user_id: NEWS } })).status, 403)
    assert.equal((await subscribe(x, type)).status, 200)
  }
  assert.equal((await subscribe(x, 'post.create', {}, asApp)).status, 200)
  assert.equal((await subscribe(x, 'post.delete', {}, signed())).status, 200)
})

test('a mention in the words is told, a carried one is not', async t => {
  const { x, stream } = await following(t, ['post.mention.create'])
  const id = await x.write('@NorthmoorHelp my bin & "things" <3')
  await x.write('Mine too', { handle: 'kit', in_reply_to: id })
  const last = await x.write('@northmoorhelp and mine', { handle: 'kit', in_reply_to: id })
  const { data } = await stream.next()
  assert.equal(data.event_type, 'post.mention.create')
  assert.equal(data.tag, 'post.mention.create')
  assert.deepEqual(data.filter, { user_id: US })
  assert.match(data.event_uuid, /^-?\d+$/)
  const { payload, includes } = data
  assert.equal(payload.id, id)
  assert.equal(payload.text, '@NorthmoorHelp my bin &amp; "things" &lt;3')
  assert.deepEqual(payload.edit_history_tweet_ids, [id])
  assert.equal(payload.public_metrics.retweet_count_str, '0')
  assert.equal(payload.entities.mentions[0].end_str, '14')
  const people = includes.users.map(({ username }) => username)
  assert.deepEqual(people, ['elm_close_sam', 'NorthmoorHelp'])
  assert.equal(includes.tweets[0].id, id)
  assert.equal((await stream.next()).data.payload.id, last)
})

test('direct replies and quotes of ours, and our own posts', async t => {
  const types = ['post.create', 'post.delete', 'post.reply.create', 'post.quote.create']
  const { x, stream } = await following(t, types)
  const ask = await x.write('@NorthmoorHelp when?')
  const answer = (await x.tweet('On Monday', ask)).json.data.id
  const own = (await x.tweet('We are open')).json.data.id
  await x.write('Thanks', { in_reply_to: answer })
  const reply = await x.write('Good', { in_reply_to: own })
  await x.write('Why', { handle: 'kit', in_reply_to: reply })
  const quote = await x.write('Read this', { quote: own })
  await x.write('And this', { handle: 'kit', quote })
  await x.control('POST', `posts/${own}/delete`)
  const seen = []
  for (let n = 0; n < 5; n++) {
    const { data: { event_type: type, payload } } = await stream.next()
    seen.push([type, payload.id])
    if (payload.id === reply) {
      assert.equal(payload.in_reply_to_tweet_id, own)
      assert.equal(payload.referenced_tweets[0].type, 'replied_to')
    }
    if (type === 'post.delete') assert.deepEqual(payload, { id: own, author_id: US })
  }
  assert.deepEqual(seen, [['post.create', answer], ['post.create', own],
    ['post.reply.create', reply],
    ['post.quote.create', quote], ['post.delete', own]])
  assert.equal(stream.lines.waiting, 0)

  // The other reading of X's page: our answer is a post of ours too.
  await x.control('POST', 'settings', { follow_ups: true })
  const more = await x.write('Thanks again', { in_reply_to: answer })
  assert.equal((await stream.next()).data.payload.id, more)
})

test('ids of events are sometimes negative and never the same', async t => {
  const { x, stream } = await following(t, ['post.mention.create'])
  const uuids = new Set()
  for (let n = 0; n < 20; n++) {
    await x.write(`@NorthmoorHelp number ${n}`)
    uuids.add((await stream.next()).data.event_uuid)
  }
  assert.equal(uuids.size, 20)
  const negative = [...uuids].filter(uuid => uuid.startsWith('-')).length
  assert.ok(negative > 0 && negative < 20)
})

test('private messages', async t => {
  const { x, stream } = await following(t, ['dm.received', 'dm.sent', 'post.mention.create'])
  await subscribe(x, 'oauth.revoke', { filter: {} })
  const message = { handle: 'elm_close_sam', text: 'A secret' }
  const { json } = await x.control('POST', 'messages', message)
  const received = (await stream.next()).data
  assert.equal(received.event_type, 'dm.received')
  const [event] = received.payload.direct_message_events
  assert.equal(event.id, json.id)
  assert.equal(event.message_create.target.recipient_id, US)
  assert.equal(event.message_create.message_data.text, 'A secret')
  const sender = event.message_create.sender_id
  assert.equal(received.payload.users[sender].data.username, 'elm_close_sam')
  await x.send('POST', `/2/dm_conversations/with/${sender}/messages`, { body: { text: 'Hello' } })
  const sent = (await stream.next()).data
  assert.equal(sent.event_type, 'dm.sent')
  assert.equal(sent.payload.direct_message_events[0].message_create.sender_id, US)
  assert.equal(stream.lines.waiting, 0)
})

test('a withdrawn grant is told, and ends what was private', async t => {
  const x = await open(t, QUIET)
  await subscribe(x, 'oauth.revoke', { filter: {} }, asApp)
  await subscribe(x, 'post.mention.create')
  await subscribe(x, 'post.create')
  const stream = await listen(x, STREAM)
  await x.control('POST', 'identity/revoke', { account: 'NorthmoorHelp' })
  const { data } = await stream.next()
  assert.equal(data.event_type, 'oauth.revoke')
  assert.deepEqual(data.filter, {})
  assert.equal(data.payload.user_id, US)
  assert.match(data.payload.date_time, /^\d{4}-.*\+00:00$/)
  const left = (await x.control('GET', 'subscriptions')).json.map(({ event_type: type }) => type)
  assert.deepEqual(left, ['oauth.revoke', 'post.create'])
})

test('posts of protected accounts are not told', async t => {
  const { x, stream } = await following(t, ['post.mention.create'])
  await x.write('@NorthmoorHelp open')
  await x.control('POST', 'users/elm_close_sam', { state: 'protected' })
  await x.write('@NorthmoorHelp closed')
  await x.write('@NorthmoorHelp open too', { handle: 'kit' })
  assert.equal((await stream.next()).data.payload.text, '@NorthmoorHelp open')
  assert.equal((await stream.next()).data.payload.text, '@NorthmoorHelp open too')
})

test('the stream: the app alone, two connections, backfill for everybody', async t => {
  const { x, stream } = await following(t, ['post.mention.create'])
  assert.equal((await listen(x, STREAM, 'sandbox-token')).status, 403)
  assert.equal((await listen(x, STREAM + '?backfill_minutes=6')).status, 400)
  const id = await x.write('@NorthmoorHelp hello')
  const second = await listen(x, STREAM + '?backfill_minutes=5')
  const [live, again] = [await stream.next(), await second.next()]
  assert.equal(live.data.payload.id, id)
  assert.deepEqual(again, live)
  const third = await listen(x, STREAM)
  assert.equal(third.status, 429)
  assert.equal(third.json.connection_issue, 'TooManyConnections')
})

test('both connections get every event, and each its own faults', async t => {
  const { x, stream } = await following(t, ['post.mention.create'])
  const second = await listen(x, STREAM)
  await x.fault({ on: 'activity_lines', kind: 'gap' })
  await x.write('@NorthmoorHelp one')
  await x.write('@NorthmoorHelp two')
  assert.equal((await stream.next()).data.payload.text, '@NorthmoorHelp two')
  assert.equal((await second.next()).data.payload.text, '@NorthmoorHelp one')
})
