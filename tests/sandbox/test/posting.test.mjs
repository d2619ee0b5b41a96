// Posting: what is taken, what is refused and with which words.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { as, NEWS, open } from '../testing.mjs'
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

test('each account answers for itself', async t => {
  const x = await open(t)
  const news = as(x, NEWS)
  const help = await x.write('@NorthmoorHelp hello')
  const both = await x.write('@NorthmoorHelp @northmoornews hello')
  assert.equal((await news.tweet('Hello', help)).status, 403)
  assert.match(await lastViolation(x), /mentions nor quotes @NorthmoorNews/)
  assert.equal((await news.tweet('Hello', both)).status, 201)
  assert.equal((await x.tweet('Hello', both)).status, 201, 'X compares within an account')
  assert.equal((await news.tweet('Hello')).status, 403)
})

test('a bare reply to our post, where X is said to allow it', async t => {
  const x = await open(t, { bareReplies: 'allowed' })
  const root = await x.write('@NorthmoorHelp hello')
  const ours = (await x.tweet('Hello', root)).json.data.id
  const bare = await x.write('thanks', { in_reply_to: ours })
  const aside = await x.write('me too', { in_reply_to: bare, handle: 'jo' })
  assert.equal((await x.tweet('You are welcome', bare)).status, 201)
  assert.equal((await x.tweet('And you', aside)).status, 403)
})

test('posts in X\'s own app are ours, and no duplicate twice', async t => {
  const x = await open(t)
  const root = await x.write('@NorthmoorHelp hello')
  const ours = await x.write('By hand', { handle: 'NorthmoorHelp', in_reply_to: root })
  const [, shown] = await x.posts()
  assert.equal(shown.id, ours)
  assert.equal(shown.ours && shown.by_hand, true)
  assert.equal((await x.tweet('By hand', root)).status, 403)
  const { json } = await x.get(`/2/tweets/${ours}?tweet.fields=source,author_id`)
  assert.equal(json.data.source, 'X Web App')
})

test('members that our plan does not have', async t => {
  const x = await open(t)
  const root = await x.write('@NorthmoorHelp hello')
  const rows = [
    [{ quote_tweet_id: root }, 403, /Quoting this post is not allowed/],
    [{ media: { media_ids: ['1'] } }, 403, /not permitted/],
    [{ poll: {} }, 403, /not permitted/],
    [{ text: 'buy $AAA and $BBB' }, 403, /not permitted/],
    [{ reply_settings: 'everyone' }, 400, /must be one of following/],
    [{ made_with_ai: 'no' }, 400, /true or false/],
    [{ reply: { in_reply_to_tweet_id: root, exclude_reply_user_ids: 'a' } }, 400, /list of ids/]
  ]
  for (const [more, status, words] of rows) {
    const answer = await x.send('POST', '/2/tweets', { body: { text: 'Hello', ...more } })
    assert.equal(answer.status, status, JSON.stringify(more))
    assert.match(answer.text, words)
    assert.ok(await lastViolation(x))
  }
  const taken = { text: 'costs $5 or $AAA', made_with_ai: false, reply_settings: 'mentionedUsers' }
  assert.equal((await x.send('POST', '/2/tweets', { body: taken })).status, 201)
})

test('a reply may leave handles out', async t => {
  const x = await open(t)
  const root = await x.write('@NorthmoorHelp @jo_north hello')
  await x.write('I am here', { handle: 'jo_north' })
  const { id: jo } = (await x.control('GET', 'users')).json
    .find(({ handle }) => handle === 'jo_north')
  const reply = { in_reply_to_tweet_id: root, exclude_reply_user_ids: [jo] }
  const { json } = await x.send('POST', '/2/tweets', { body: { text: 'Hello', reply } })
  assert.equal(json.data.text, '@elm_close_sam Hello')
})

test('we delete what is ours', async t => {
  const x = await open(t)
  const theirs = await x.write('@NorthmoorHelp hello')
  const { id } = (await x.tweet('Hello')).json.data
  const { status, json } = await x.send('DELETE', `/2/tweets/${id}`)
  assert.equal(status, 200)
  assert.deepEqual(json, { data: { deleted: true } })
  assert.equal((await x.send('DELETE', `/2/tweets/${id}`)).status, 404)
  assert.equal((await x.send('DELETE', `/2/tweets/${theirs}`)).status, 403)
  assert.equal((await x.send('DELETE', '/2/tweets/x')).status, 400)
  assert.equal((await x.posts()).length, 1)
})

test('who blocked us or is hidden can not be answered', async t => {
  const x = await open(t)
  for (const [handle, change] of [['jo', { blocks: ['NorthmoorHelp'] }],
    ['mo', { state: 'protected' }], ['al', { state: 'suspended' }],
    ['ed', { state: 'deactivated' }]]) {
    const post = await x.write('@NorthmoorHelp hello', { handle })
    await x.control('POST', `users/${handle}`, change)
    const { status, json } = await x.tweet(`Hello ${handle}`, post)
    assert.equal(status, 403)
    assert.match(json.detail, /deleted or not visible to you/)
    assert.equal(await lastViolation(x), undefined)
  }
})

test('the watch sees what X would act on later', async t => {
  const x = await open(t, { watch: true })
  const root = await x.write('@NorthmoorHelp hello')
  const ask = async (text, parent) => {
    assert.equal((await x.tweet(text, parent)).status, 201)
    return lastViolation(x)
  }
  assert.equal(await ask('Bins are emptied on Tuesday, see our calendar', root), undefined)
  assert.match(await ask('The library opens at nine', root), /second automatic reply/)
  assert.equal(await ask('I will look into that for you ^SR', root), undefined)
  const other = await x.write('@NorthmoorHelp and mine?', { handle: 'jo' })
  assert.match(await ask('@jo bins are emptied on Tuesday; see our calendar!', other),
    /nearly the same words/)
  for (const [words, asks] of [
    ['Please send us your postcode and we will look', true],
    ["What's your phone number?", true],
    ['Could you confirm your full name?', true],
    ['Send us your address by direct message, please', false],
    ["Please don't post your address here", false],
    ['Your address decides which day it is', false]
  ]) {
    const violation = await ask(`${words} `, await x.write('@NorthmoorHelp again'))
    assert.equal(/personal details/.test(violation ?? ''), asks, words)
  }
})

test('how near is nearly the same', async t => {
  const x = await open(t, { watch: true })
  const words = 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen ' +
    'fifteen sixteen seventeen eighteen nineteen twenty'
  const ask = async text => {
    await x.tweet(text)
    return lastViolation(x)
  }
  assert.equal(await ask(words), undefined)
  assert.match(await ask(words.replace('nine ', 'none ')), /nearly the same words/)
  assert.equal(await ask('red orange yellow green blue indigo violet pink grey black'), undefined)
  assert.equal(await ask('red orange yellow green brown indigo violet pink grey black'), undefined)
  const tomorrow = new Date(Date.now() + 25 * 3600 * 1000).toISOString()
  await x.control('POST', 'clock', { at: tomorrow })
  assert.equal(await ask(words), undefined)
})

test('the watch remembers who opted out', async t => {
  const x = await open(t, { watch: true })
  const stop = await x.write('@NorthmoorHelp STOP')
  const later = await x.write('@NorthmoorHelp the lamp is broken')
  const reply = async (text, parent) => {
    await x.tweet(text, parent)
    return lastViolation(x)
  }
  assert.equal(await reply('We will not answer you again', stop), undefined)
  assert.match(await reply('You will hear no more of us ^SR', stop), /had opted out/)
  await x.write('stop', { handle: 'al' })
  const al = await x.write('@NorthmoorHelp and the other lamp', { handle: 'al' })
  assert.equal(await reply('That one as well', al), undefined)
  assert.match(await reply('Lamps are mended within five days', later), /had opted out/)
  await x.write('@NorthmoorHelp start')
  assert.equal(await reply('Answers are back on', later), 'a second automatic reply to ' + later)
  const polite = await x.write('@NorthmoorHelp when does the bus stop running?', { handle: 'jo' })
  assert.equal(await reply('The last bus goes at midnight', polite), undefined)
})
