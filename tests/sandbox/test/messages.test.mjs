// Private messages: sending, reading, and the rules for who may be written to.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { APP } from '../listening.mjs'
import { open, sign, US } from '../testing.mjs'

const EVENTS = '/2/dm_events'
const GOOD = 'Hello. Send STOP to end this. How we use your data: northmoor.example/privacy'

// A resident's message; { id, conversation_id }.
const receive = async (x, text, more = {}) =>
  (await x.control('POST', 'messages', { handle: 'kit', text, ...more })).json

async function idOf (x, handle) {
  const { json } = await x.get(`${EVENTS}?expansions=sender_id`)
  return json.includes.users.find(({ username }) => username === handle).id
}

const send = (x, to, body, headers) =>
  x.send('POST', `/2/dm_conversations/with/${to}/messages`, { body, headers })

const violations = async x => (await x.requests()).map(({ violation }) => violation).filter(Boolean)

test('a conversation to and fro', async t => {
  const x = await open(t)
  const { id, conversation_id: conversation } = await receive(x, 'My case is private')
  const kit = await idOf(x, 'kit')
  assert.equal(conversation, BigInt(kit) < BigInt(US) ? `${kit}-${US}` : `${US}-${kit}`)
  const sent = await send(x, kit, { text: GOOD })
  assert.equal(sent.status, 201)
  assert.equal(sent.json.data.dm_conversation_id, conversation)
  const fields = 'dm_event.fields=created_at,dm_conversation_id&expansions=sender_id'
  const { json } = await x.get(`/2/dm_conversations/with/${kit}/dm_events?${fields}`)
  assert.deepEqual(json.data.map(event => [event.id, event.text, event.sender_id]),
    [[sent.json.data.dm_event_id, GOOD, US], [id, 'My case is private', kit]])
  assert.equal(json.data[0].event_type, 'MessageCreate')
  assert.equal(json.data[0].dm_conversation_id, conversation)
  assert.ok(json.data[0].created_at)
  assert.equal(json.includes.users.length, 2)
  assert.equal(json.meta.result_count, 2)
  assert.deepEqual(await violations(x), [])
  const bare = (await x.get(EVENTS)).json.data[0]
  assert.deepEqual(Object.keys(bare).sort(), ['event_type', 'id', 'text'])
  assert.equal((await x.get(`${EVENTS}/${id}?${fields}`)).json.data.sender_id, kit)
})

test('pages, types, and thirty days', async t => {
  const x = await open(t)
  const old = new Date(Date.now() - 31 * 24 * 3600 * 1000).toISOString()
  await receive(x, 'long ago', { created_at: old })
  for (let n = 1; n <= 5; n++) await receive(x, `number ${n}`)
  await receive(x, undefined, { event_type: 'ParticipantsJoin' })
  const seen = []
  let token
  do {
    const page = await x.get(`${EVENTS}?max_results=2&event_types=MessageCreate` +
      (token ? `&pagination_token=${token}` : ''))
    seen.push(...page.json.data.map(({ text }) => text))
    token = page.json.meta.next_token
  } while (token)
  assert.deepEqual(seen, [5, 4, 3, 2, 1].map(n => `number ${n}`))
  const joined = (await x.get(EVENTS + '?event_types=ParticipantsJoin,ParticipantsLeave')).json.data
  assert.equal(joined.length, 1)
  assert.deepEqual(joined[0].participant_ids, [US])
  assert.equal(joined[0].text, undefined)
})

test('what is refused', async t => {
  const x = await open(t)
  await receive(x, 'Hello')
  const kit = await idOf(x, 'kit')
  for (const query of ['max_results=0', 'max_results=101', 'event_types=Typing',
    'expansions=author_id', 'dm_event.fields=sender_id', 'tweet.fields=id']) {
    assert.equal((await x.get(`${EVENTS}?${query}`)).status, 400, query)
  }
  for (const body of [{}, { text: '' }, { text: 5 }, { text: 'x'.repeat(10001) },
    { text: 'a', to: 'b' }, { attachments: [] }, { text: 'a', attachments: [{ media_id: '1' }] }]) {
    assert.equal((await send(x, kit, body)).status, 400, JSON.stringify(body))
  }
  assert.equal((await send(x, 'kit', { text: 'a' })).status, 400)
  assert.equal((await send(x, US, { text: 'a' })).status, 400)
  assert.equal((await send(x, '99', { text: 'a' })).status, 404)
  const app = { authorization: `Bearer ${APP}` }
  assert.match((await send(x, kit, { text: GOOD }, app)).json.type, /unsupported-authentication$/)
  assert.equal((await x.get(EVENTS, { headers: app })).status, 403)
  const path = `/2/dm_conversations/with/${kit}/messages`
  const signed = { authorization: sign(x, 'POST', path) }
  assert.equal((await send(x, kit, { text: GOOD }, signed)).status, 201)
})

test('a closed door, in both wordings', async t => {
  const x = await open(t)
  await receive(x, 'Hello')
  const kit = await idOf(x, 'kit')
  const open_ = async () => (await x.get(`/2/users?ids=${kit}&user.fields=receives_your_dm`))
    .json.data[0].receives_your_dm
  assert.equal(await open_(), true)
  for (const [closed, words] of [['no_permission', /permission to DM one or more/],
    ['not_permitted', /operation is not permitted/]]) {
    await x.control('POST', 'messages/door', { handle: 'kit', closed })
    const { status, json } = await send(x, kit, { text: GOOD })
    assert.equal(status, 403)
    assert.match(json.detail, words)
    assert.equal(await open_(), false)
  }
  await x.control('POST', 'messages/door', { handle: 'kit', closed: null })
  assert.equal((await send(x, kit, { text: GOOD })).status, 201)
})

test('who never wrote may not be written to, unless staff invited them', async t => {
  const x = await open(t)
  await x.write('@NorthmoorHelp I did not write privately', { handle: 'kit' })
  const kit = (await x.control('GET', 'users')).json.find(({ handle }) => handle === 'kit').id
  await send(x, kit, { text: GOOD })
  assert.match((await violations(x))[0], /never wrote to @NorthmoorHelp/)
  await x.control('DELETE', 'requests')
  await x.control('POST', 'messages/invites', { handle: 'kit' })
  await send(x, kit, { text: 'And another thing' })
  assert.deepEqual(await violations(x), [])
})

test('a first message names the way out and the privacy policy', async t => {
  const rows = [
    [GOOD, 0], ['Hello', 2], ['Hello, Sam here. ^SR', 0], ['Hello. STOP ends this.', 1],
    ['Hello. https://northmoor.example/privacy-notice', 1]
  ]
  for (const [text, count] of rows) {
    const x = await open(t)
    await receive(x, 'Hello')
    const kit = await idOf(x, 'kit')
    await send(x, kit, { text })
    await send(x, kit, { text: 'The second is free' })
    const [found = ''] = await violations(x)
    assert.equal(found.split('; ').filter(Boolean).length, count, text)
    assert.equal((await violations(x)).length, count ? 1 : 0)
  }
})

test('deleting takes a message out of our view alone', async t => {
  const x = await open(t)
  const { id } = await receive(x, 'Oops')
  assert.deepEqual((await x.send('DELETE', `${EVENTS}/${id}`)).json, { data: { deleted: true } })
  assert.equal((await x.get(EVENTS)).json.meta.result_count, 0)
  assert.equal((await x.send('DELETE', `${EVENTS}/${id}`)).status, 404)
  assert.equal((await x.control('GET', 'messages')).json.length, 1)
  const other = await receive(x, 'Another')
  await x.control('POST', `messages/${other.id}/delete`)
  assert.equal((await x.get(`${EVENTS}/${other.id}`)).status, 404)
})

test('each account sees its own', async t => {
  const x = await open(t)
  await receive(x, 'For the news', { to: 'NorthmoorNews' })
  assert.equal((await x.get(EVENTS)).json.meta.result_count, 0)
  const news = { headers: { authorization: 'Bearer sandbox-news-token' } }
  assert.equal((await x.get(EVENTS, news)).json.data[0].text, 'For the news')
})

test('fifteen in a quarter of an hour', async t => {
  const x = await open(t, { limits: 'real' })
  await receive(x, 'Hello')
  const kit = await idOf(x, 'kit')
  for (let n = 0; n < 15; n++) assert.equal((await send(x, kit, { text: GOOD + n })).status, 201)
  const { status, headers } = await send(x, kit, { text: 'one more' })
  assert.equal(status, 429)
  assert.equal(headers.get('x-rate-limit-limit'), '15')
  assert.equal(headers.get('x-user-limit-24hour-limit'), '1440')
})
