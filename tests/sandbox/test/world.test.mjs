// What happens to posts and people after they were read: edits, reposts, hiding, names.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { as, ids, MENTIONS, NEWS, open, US } from '../testing.mjs'

const PROBLEMS = 'https://api.x.com/2/problems/'

test('each account has its own mentions and posts', async t => {
  const x = await open(t)
  const news = as(x, NEWS)
  const help = await x.write('@NorthmoorHelp hello')
  const both = await x.write('@NorthmoorHelp @NorthmoorNews hello')
  const posted = (await news.tweet('Good morning from @NorthmoorNews')).json.data.id
  const answer = await x.write('morning', { in_reply_to: posted })
  assert.deepEqual(ids(await x.get(MENTIONS)), [both, help])
  assert.deepEqual(ids(await news.get(`/2/users/${NEWS}/mentions`)), [answer, both])
  assert.deepEqual(ids(await news.get(`/2/users/${NEWS}/tweets`)), [posted])
  assert.deepEqual(ids(await x.get(`/2/users/${US}/tweets`)), [])
  assert.equal((await news.get('/2/users/me')).json.data.username, 'NorthmoorNews')
})

test('an edit is a new post with a history', async t => {
  const x = await open(t)
  const first = await x.write('@NorthmoorHelp my bni')
  const edit = text => x.control('POST', `posts/${first}/edit`, { text })
  const second = (await edit('@NorthmoorHelp my bin')).json.id
  assert.deepEqual(ids(await x.get(MENTIONS)), [second])
  const { json } = await x.get(
    `/2/tweets?ids=${first},${second}&tweet.fields=edit_controls,conversation_id`)
  for (const post of json.data) {
    assert.deepEqual(post.edit_history_tweet_ids, [first, second])
    assert.equal(post.conversation_id, first)
    assert.equal(post.edit_controls.edits_remaining, 4)
  }
  assert.deepEqual(json.data.map(post => post.text),
    ['@NorthmoorHelp my bni', '@NorthmoorHelp my bin'])
  const renamed = await x.get(`/2/tweets/${second}?post.fields=id&expansions=edit_history_post_ids`)
  assert.deepEqual(renamed.json.data.edit_history_post_ids, [first, second])
  assert.deepEqual(renamed.json.includes.posts.map(post => post.id), [first])
  assert.deepEqual((await x.posts()).map(post => post.versions), [[first, second]])
  assert.equal((await x.tweet('Which bin?', first)).status, 201)
  for (let n = 0; n < 4; n++) await edit(`@NorthmoorHelp ${n}`)
  assert.equal((await edit('once more')).status, 400)
  await x.control('POST', `posts/${second}/delete`)
  assert.equal((await x.get(`/2/tweets/${first}`)).json.errors[0].type,
    PROBLEMS + 'resource-not-found')
})

test('a repost of a mention is a mention', async t => {
  const x = await open(t)
  const root = await x.write('@NorthmoorHelp hello', { handle: 'sam' })
  const repost = await x.write(undefined, { handle: 'jo', repost: root })
  const { json } = await x.get(`${MENTIONS}?tweet.fields=referenced_tweets,public_metrics`)
  assert.deepEqual(json.data[0].referenced_tweets, [{ type: 'retweeted', id: root }])
  assert.equal(json.data[0].id, repost)
  assert.equal(json.data[0].text, 'RT @sam: @NorthmoorHelp hello')
  assert.equal(json.data[1].public_metrics.retweet_count, 1)
  const long = await x.write('@NorthmoorHelp ' + 'word '.repeat(40), { handle: 'sam' })
  await x.write(undefined, { handle: 'jo', repost: long })
  const [cut] = (await x.get(MENTIONS)).json.data
  assert.equal([...cut.text].length, 140)
  assert.ok(cut.text.endsWith('…'))
  for (const id of [root, long]) await x.control('POST', `posts/${id}/delete`)
  assert.deepEqual(ids(await x.get(MENTIONS)), [])
})

test('what is hidden is named in errors', async t => {
  const x = await open(t)
  const rows = [
    [{ state: 'protected' }, 'not-authorized-for-resource'],
    [{ state: 'suspended' }, 'not-authorized-for-resource'],
    [{ state: 'deactivated' }, 'resource-not-found'],
    [{ blocks: ['NorthmoorHelp'] }, 'not-authorized-for-resource'],
    ['withhold', 'resource-unavailable'],
    ['delete', 'resource-not-found']
  ]
  for (const [n, [change, type]] of rows.entries()) {
    const handle = `resident_${n}`
    const id = await x.write('@NorthmoorHelp hello', { handle })
    if (typeof change === 'string') await x.control('POST', `posts/${id}/${change}`)
    else await x.control('POST', `users/${handle}`, change)
    for (const [path, parameter] of [[`/2/tweets?ids=${id}`, 'ids'], [`/2/tweets/${id}`, 'id']]) {
      const { status, json } = await x.get(path)
      assert.equal(status, 200)
      assert.equal(json.data, undefined)
      const [error] = json.errors
      assert.equal(error.type, PROBLEMS + type, handle)
      assert.deepEqual([error.resource_id, error.resource_type, error.parameter, error.value],
        [id, 'tweet', parameter, id])
    }
    assert.deepEqual(ids(await x.get(MENTIONS)), [], handle)
  }
  const app = { headers: { authorization: 'Bearer sandbox-app-token' } }
  assert.equal((await x.get(MENTIONS, app)).json.meta.result_count, 1,
    'whom one account is blocked by, the app still sees')
  await x.control('POST', 'users/resident_0', { state: 'active' })
  assert.equal(ids(await x.get(MENTIONS)).length, 1)
})

test('people can be looked up, and have states', async t => {
  const x = await open(t)
  await x.write('hello', { handle: 'sam', name: 'Sam' })
  const [{ id }] = (await x.control('GET', 'users')).json.filter(user => user.handle === 'sam')
  const change = body => x.control('POST', 'users/sam', body)
  assert.deepEqual((await x.get(`/2/users/${id}`)).json,
    { data: { id, name: 'Sam', username: 'sam' } })
  await change({ state: 'protected' })
  const { json } = await x.get(`/2/users?ids=${id},1&user.fields=protected`)
  assert.equal(json.data[0].protected, true)
  assert.equal(json.errors[0].resource_id, '1')
  assert.match((await x.get(`/2/users/${id}/tweets`)).json.errors[0].type, /not-authorized/)
  await change({ state: 'suspended' })
  assert.match((await x.get(`/2/users/${id}`)).json.errors[0].detail, /suspended/)
  for (const body of [{ state: 'gone' }, { blocks: ['sam'] }, { handle: 'NorthmoorHelp' },
    { age: 7 }]) {
    assert.equal((await change(body)).status, 400, JSON.stringify(body))
  }
})

test('a new name keeps the person, and frees the old one', async t => {
  const x = await open(t)
  const before = await x.write('@NorthmoorHelp hello', { handle: 'sam' })
  const changed = (await x.control('POST', 'users/sam', { handle: 'samuel', name: 'Samuel' })).json
  assert.deepEqual([changed.handle, changed.name], ['samuel', 'Samuel'])
  const after = await x.write('@NorthmoorHelp me again', { handle: 'samuel' })
  const other = await x.write('@NorthmoorHelp not me', { handle: 'sam' })
  const { json } = await x.get(`/2/tweets?ids=${before},${after},${other}&tweet.fields=author_id` +
    '&expansions=author_id')
  const [one, two, three] = json.data.map(post => post.author_id)
  assert.equal(one, two)
  assert.notEqual(one, three)
  assert.deepEqual(json.includes.users.map(user => user.username), ['samuel', 'sam'])
})

test('several carried handles stand before the written text', async t => {
  const x = await open(t)
  const root = await x.write('@NorthmoorHelp @NorthmoorNews both of you', { handle: 'sam' })
  const reply = await x.write('same here, @sam', { handle: 'jo', in_reply_to: root })
  const last = await x.write('and here', { handle: 'mo', in_reply_to: reply })
  const { json } = await x.get(`/2/tweets?ids=${reply},${last}` +
    '&tweet.fields=display_text_range,entities')
  const shown = json.data.map(post => [...post.text].slice(...post.display_text_range).join(''))
  assert.deepEqual(shown, ['same here, @sam', 'and here'])
  assert.deepEqual(json.data.map(post => post.text), [
    '@NorthmoorHelp @NorthmoorNews same here, @sam',
    '@jo @NorthmoorHelp @NorthmoorNews @sam and here'
  ])
  assert.deepEqual(json.data[1].entities.mentions.map(({ username }) => username),
    ['jo', 'NorthmoorHelp', 'NorthmoorNews', 'sam'])
})

test('a conversation that goes on without naming us is found by its id', async t => {
  const x = await open(t, { searchLag: 0 })
  const root = await x.write('who knows about bins?', { handle: 'sam' })
  const ask = await x.write('@NorthmoorHelp does', { handle: 'jo', in_reply_to: root })
  const ours = (await x.tweet('Tuesdays', ask)).json.data.id
  const on = await x.write('thank you', { handle: 'mo', in_reply_to: root })
  const found = await x.get(`/2/tweets/search/recent?query=conversation_id:${root}`)
  assert.deepEqual(ids(found), [on, ours, ask, root])
})
