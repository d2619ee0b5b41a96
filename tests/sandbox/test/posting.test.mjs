// Posting: what is taken, what is refused and with which words.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { open } from '../testing.mjs'
import { findLinks, weigh } from '../weigh.mjs'

async function lastViolation (x) { return (await x.requests()).pop().violation }

test('a reply to a mention is taken', async t => {
  const x = await open(t)
  const root = await x.write('@NorthmoorHelp hello')
  const { status, json } = await x.tweet('Hello Sam', root)
  assert.equal(status, 201)
  assert.deepEqual(json.data, {
    id: json.data.id,
    text: '@elm_close_sam Hello Sam',
    edit_history_tweet_ids: [json.data.id]
  })
  const [, ours] = await x.posts()
  assert.equal(ours.ours, true)
  assert.equal(ours.text, 'Hello Sam')
  assert.equal(ours.in_reply_to, root)
  assert.equal(ours.conversation_id, root)
  assert.equal(await lastViolation(x), undefined)
})

test('only who mentions or quotes us may be answered', async t => {
  const x = await open(t)
  const root = await x.write('@NorthmoorHelp hello')
  const ours = (await x.tweet('Hello', root)).json.data.id
  const bare = await x.write('thanks', { in_reply_to: ours })
  const refused = await x.tweet('You are welcome', bare)
  assert.equal(refused.status, 403)
  assert.match(refused.json.detail, /^Reply to this conversation is not allowed because you have/)
  assert.match(refused.json.detail, /not been mentioned or otherwise engaged by the author/)
  assert.match(await lastViolation(x), /neither mentions nor quotes/)
  const quote = await x.write('look at this', { quote: ours })
  assert.equal((await x.tweet('Thanks for sharing', quote)).status, 201)
  assert.equal((await x.tweet('And another thing', ours)).status, 201)
})

test('a parent that is gone', async t => {
  const x = await open(t)
  const root = await x.write('@NorthmoorHelp hello')
  await x.control('POST', `posts/${root}/delete`)
  for (const parent of [root, '123']) {
    const { status, json } = await x.tweet('Hello', parent)
    assert.equal(status, 403)
    assert.match(json.detail, /deleted or not visible to you/)
  }
})

test('the same words within a day are a duplicate', async t => {
  const x = await open(t)
  assert.equal((await x.tweet('Roads are open')).status, 201)
  const again = await x.tweet(' Roads are open\n')
  assert.equal(again.status, 403)
  assert.deepEqual(again.json, {
    title: 'Forbidden',
    type: 'about:blank',
    status: 403,
    detail: 'You are not allowed to create a Tweet with duplicate content.'
  })
  assert.equal(await lastViolation(x), 'duplicate text')
  const tomorrow = new Date(Date.now() + 25 * 60 * 60 * 1000).toISOString()
  await x.control('POST', 'clock', { at: tomorrow })
  assert.equal((await x.tweet('Roads are open')).status, 201)
})

test('280 weighted characters and no more', async t => {
  const x = await open(t)
  assert.equal((await x.tweet('é'.repeat(280))).status, 201)
  assert.equal((await x.tweet('€'.repeat(140))).status, 201)
  const { status, json } = await x.tweet('€'.repeat(140) + 'a')
  assert.equal(status, 403)
  assert.match(json.detail, /too long/)
})

test('bodies that are not as they must be', async t => {
  const x = await open(t)
  const cases = [
    ['not an object', '[]'],
    ['not JSON', '{"text":'],
    ['an unknown member', { text: 'a', colour: 'red' }],
    ['an unknown member of reply', { text: 'a', reply: { in_reply_to_tweet_id: '1', to: 1 } }],
    ['no text', {}],
    ['an empty text', { text: ' ' }],
    ['a text that is a number', { text: 1 }],
    ['a number as id', { text: 'a', reply: { in_reply_to_tweet_id: 12 } }],
    ['a reply to nothing', { text: 'a', reply: {} }],
    ['half a character', '{"text":"\\ud83d"}'],
    ['a byte order mark inside', '{"text":"a\\ufeff"}']
  ]
  for (const [note, body] of cases) {
    const { status, json } = await x.send('POST', '/2/tweets', { body })
    assert.equal(status, 400, note)
    assert.match(json.type, /invalid-request$/, note)
    assert.ok(json.errors[0].parameters, note)
  }
  const form = { body: '{"text":"a"}', headers: { 'content-type': 'text/plain' } }
  assert.equal((await x.send('POST', '/2/tweets', form)).status, 400)
  assert.ok((await x.requests()).every(entry => entry.violation))
  assert.deepEqual(await x.posts(), [])
})

test('the weight of a text', () => {
  const cases = [
    ['hello', 5], ['£ © é ½', 7], ['… € ™', 8], ['e\u0301', 1], ['日本', 4],
    ['😀', 2], ['👍🏽', 2], ['👨‍👩‍👧‍👦', 2], ['🇬🇧', 2], ['1️⃣', 2], ['😀😀', 4],
    ['https://council.gov.uk/a/very/long/path/that/goes/on', 23], ['council.gov.uk', 23],
    ['see council.gov.uk.', 28], ['readme.md', 23], ['Ltd.Co', 23], ['file.txt', 8],
    ['x@y.com', 7], ['1.5 p.m.', 8], ['https://northmoor.example/missed-bin', 23]
  ]
  for (const [text, weight] of cases) assert.equal(weigh(text), weight, text)
  const inBrackets = findLinks('(https://council.gov.uk/a_(b)).')
  assert.deepEqual(inBrackets.map(link => link.url), ['https://council.gov.uk/a_(b)'])
})
