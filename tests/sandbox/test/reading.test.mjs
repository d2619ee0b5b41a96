// Reading: shapes, fields, both vocabularies, paging, and what is refused.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ids, MENTIONS, open, TIMELINE, US } from '../testing.mjs'

const INVALID = 'https://api.x.com/2/problems/invalid-request'
const NOT_FOUND = 'https://api.x.com/2/problems/resource-not-found'

test('the account is the council\'s', async t => {
  const x = await open(t)
  const { status, json } = await x.get('/2/users/me')
  assert.equal(status, 200)
  assert.deepEqual(json, {
    data: { id: US, name: 'Northmoor Council Help', username: 'NorthmoorHelp' }
  })
  const more = await x.get('/2/users/me?user.fields=created_at,verified')
  assert.deepEqual(Object.keys(more.json.data).sort(),
    ['created_at', 'id', 'name', 'username', 'verified'])
})

test('an empty timeline has meta and no data', async t => {
  const x = await open(t)
  assert.deepEqual((await x.get(MENTIONS)).json, { meta: { result_count: 0 } })
})

test('without fields a mention has its three default members, newest first', async t => {
  const x = await open(t)
  const first = await x.write('@northmoorhelp my bin & <yours>')
  const second = await x.write('hello @NorthmoorHelp')
  await x.write('nothing for the council')
  await x.write('me@NorthmoorHelp.example is an address')
  const { json } = await x.get(MENTIONS)
  assert.deepEqual(json, {
    data: [
      { id: second, text: 'hello @NorthmoorHelp', edit_history_tweet_ids: [second] },
      {
        id: first,
        text: '@northmoorhelp my bin &amp; &lt;yours&gt;',
        edit_history_tweet_ids: [first]
      }
    ],
    meta: { result_count: 2, newest_id: second, oldest_id: first }
  })
  assert.match(first, /^\d{19}$/)
})

test('the old vocabulary', async t => {
  const x = await open(t)
  const root = await x.write('@NorthmoorHelp hello', { name: 'Sam' })
  await x.write('@NorthmoorHelp more', { in_reply_to: root, handle: 'jo' })
  const { json } = await x.get(MENTIONS + '?tweet.fields=author_id,conversation_id,created_at,' +
    'entities,in_reply_to_user_id,referenced_tweets,display_text_range,public_metrics' +
    '&expansions=author_id,referenced_tweets.id,in_reply_to_user_id&user.fields=created_at')
  const [newer, older] = json.data
  assert.equal(newer.conversation_id, root)
  assert.equal(older.conversation_id, root)
  assert.equal(newer.in_reply_to_user_id, older.author_id)
  assert.deepEqual(newer.referenced_tweets, [{ type: 'replied_to', id: root }])
  assert.equal(older.referenced_tweets, undefined)
  assert.match(newer.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.equal(newer.text, '@elm_close_sam @NorthmoorHelp more')
  assert.deepEqual(newer.display_text_range, [15, 34])
  assert.deepEqual(newer.entities.mentions.map(({ start, end, username }) =>
    [start, end, username]), [[0, 14, 'elm_close_sam'], [15, 29, 'NorthmoorHelp']])
  assert.equal(older.public_metrics.retweet_count, 0)
  assert.equal(older.public_metrics.reply_count, 1)
  assert.deepEqual(json.includes.users.map(user => user.username).sort(), ['elm_close_sam', 'jo'])
  assert.ok(json.includes.users.every(user => user.created_at))
  assert.deepEqual(json.includes.tweets.map(post => post.id), [root])
})

test('the new vocabulary', async t => {
  const x = await open(t)
  const root = await x.write('@NorthmoorHelp hello')
  await x.write('@NorthmoorHelp more', { in_reply_to: root })
  const { json } = await x.get(MENTIONS + '?post.fields=created_at,public_metrics' +
    '&expansions=author_id,referenced_posts,in_reply_to_user_id')
  const [newer] = json.data
  assert.deepEqual(newer.edit_history_post_ids, [newer.id])
  assert.equal(newer.edit_history_tweet_ids, undefined)
  assert.deepEqual(newer.referenced_posts, [{ type: 'replied_to', id: root }])
  assert.equal(newer.in_reply_to_user_id, newer.author_id)
  assert.equal(newer.public_metrics.repost_count, 0)
  assert.deepEqual(json.includes.posts.map(post => post.id), [root])
  for (const query of ['post.fields=author_id', 'post.fields=referenced_tweets',
    'tweet.fields=note_post', 'tweet.fields=id&post.fields=id',
    'post.fields=id&expansions=referenced_tweets.id']) {
    assert.equal((await x.get(`${MENTIONS}?${query}`)).status, 400, query)
  }
})

test('links become short ones that the entities explain', async t => {
  const x = await open(t)
  const { json } = await x.tweet('Here & now: https://northmoor.example/missed-bin?a=1')
  assert.match(json.data.text, /^Here &amp; now: https:\/\/t\.co\/[A-Za-z0-9]{10}$/)
  const answer = await x.get(TIMELINE + '?tweet.fields=entities')
  const [post] = answer.json.data
  assert.equal(post.text, json.data.text)
  const [url] = post.entities.urls
  assert.equal(url.expanded_url, 'https://northmoor.example/missed-bin?a=1')
  assert.equal([...post.text].slice(url.start, url.end).join(''), url.url)
  assert.equal((await x.posts())[0].text, 'Here & now: https://northmoor.example/missed-bin?a=1')
})

test('positions count code points', async t => {
  const x = await open(t)
  await x.write('😀😀 @NorthmoorHelp')
  const { json } = await x.get(MENTIONS + '?tweet.fields=entities')
  assert.deepEqual(json.data[0].entities.mentions[0],
    { start: 3, end: 17, username: 'NorthmoorHelp', id: US })
})

test('a long post is cut, its note is whole', async t => {
  const x = await open(t)
  const text = '@NorthmoorHelp ' + 'word '.repeat(80).trim()
  await x.write(text)
  const { json } = await x.get(MENTIONS + '?tweet.fields=note_tweet')
  assert.ok(json.data[0].text.length < text.length)
  assert.equal(json.data[0].note_tweet.text, text)
})

test('what a reply carries brings it into our mentions', async t => {
  const x = await open(t)
  const root = await x.write('@NorthmoorHelp hello')
  const silent = await x.write('same here', { in_reply_to: root, handle: 'jo' })
  await x.tweet('Hello', root)
  const aside = await x.write('just us two', { in_reply_to: silent, handle: 'mo' })
  const stranger = await x.write('no council here')
  await x.write('really none', { in_reply_to: stranger })
  const answer = await x.get(MENTIONS + '?tweet.fields=display_text_range')
  assert.deepEqual(ids(answer), [aside, silent, root])
  const [, carried] = answer.json.data
  assert.equal(carried.text, '@elm_close_sam @NorthmoorHelp same here')
  assert.deepEqual(carried.display_text_range, [30, 39])
})

test('carried handles can be left out of the text', async t => {
  const x = await open(t, { carried: false })
  const root = await x.write('@NorthmoorHelp hello')
  await x.write('same here', { in_reply_to: root, handle: 'jo' })
  assert.deepEqual((await x.get(MENTIONS)).json.data.map(post => post.text),
    ['same here', '@NorthmoorHelp hello'])
})

test('pages have no gap while posts arrive', async t => {
  const x = await open(t)
  const written = []
  for (let n = 0; n < 23; n++) written.push(await x.write(`@NorthmoorHelp ${n}`))
  const since = written[2]
  const seen = []
  let token = ''
  let pages = 0
  let answer
  do {
    answer = await x.get(`${MENTIONS}?max_results=5&since_id=${since}${token}`)
    seen.push(...ids(answer))
    await x.write(`@NorthmoorHelp later ${pages++}`)
    token = `&pagination_token=${answer.json.meta.next_token}`
  } while (answer.json.meta.next_token)
  assert.equal(pages, 4)
  assert.deepEqual(seen, written.slice(3).reverse())
  const back = await x.get(
    `${MENTIONS}?max_results=5&pagination_token=${answer.json.meta.previous_token}`)
  assert.deepEqual(ids(back), written.slice(8, 13).reverse())
  assert.equal(ids(await x.get(`${MENTIONS}?since_id=${seen[0]}`)).length, 4)
  assert.deepEqual(ids(await x.get(`${MENTIONS}?until_id=${written[1]}`)), [written[0]])
})

test('times bound a timeline', async t => {
  const x = await open(t)
  const at = day => ({ created_at: `2026-03-0${day}T10:00:00Z` })
  const [first, second] = [await x.write('@NorthmoorHelp a', at(1)),
    await x.write('@NorthmoorHelp b', at(2))]
  assert.deepEqual(ids(await x.get(MENTIONS + '?start_time=2026-03-02T10:00:00Z')), [second])
  assert.deepEqual(ids(await x.get(MENTIONS + '?end_time=2026-03-02T10:00:00Z')), [first])
})

test('our own timeline can leave replies out', async t => {
  const x = await open(t)
  const root = await x.write('@NorthmoorHelp hello')
  const reply = (await x.tweet('Hello', root)).json.data.id
  const alone = (await x.tweet('Good morning')).json.data.id
  assert.deepEqual(ids(await x.get(TIMELINE)), [alone, reply])
  assert.deepEqual(ids(await x.get(TIMELINE + '?exclude=replies')), [alone])
  assert.equal((await x.get(TIMELINE + '?exclude=ads')).status, 400)
  assert.equal((await x.get(MENTIONS + '?exclude=replies')).status, 400)
})

test('looking posts up tells which are gone', async t => {
  const x = await open(t)
  const here = await x.write('still here')
  const gone = await x.write('not for long')
  await x.control('POST', `posts/${gone}/delete`)
  const { status, json } = await x.get(`/2/tweets?ids=${here},${gone},12`)
  assert.equal(status, 200)
  assert.deepEqual(json.data.map(post => post.id), [here])
  assert.deepEqual(json.errors.map(error => error.resource_id), [gone, '12'])
  assert.equal(json.errors[0].type, NOT_FOUND)
  assert.equal(json.errors[0].title, 'Not Found Error')
  const none = await x.get('/2/tweets?ids=12')
  assert.equal(none.status, 200)
  assert.equal(none.json.data, undefined)
})

test('a deleted parent is an error beside the post', async t => {
  const x = await open(t)
  const root = await x.write('@NorthmoorHelp hello')
  await x.write('@NorthmoorHelp more', { in_reply_to: root })
  await x.control('POST', `posts/${root}/delete`)
  const { json } = await x.get(MENTIONS + '?expansions=referenced_tweets.id')
  assert.equal(json.data.length, 1)
  assert.equal(json.includes, undefined)
  assert.equal(json.errors[0].resource_id, root)
})

test('wrong parameters are refused and named', async t => {
  const x = await open(t)
  const cases = [
    [`${MENTIONS}?max_results=4`, 'max_results', '4'],
    [`${MENTIONS}?max_results=101`, 'max_results', '101'],
    [`${MENTIONS}?max_results=ten`, 'max_results', 'ten'],
    [`${MENTIONS}?since=12`, 'since', '12'],
    [`${MENTIONS}?since_id=12x`, 'since_id', '12x'],
    [`${MENTIONS}?since_id=12345678901234567890`, 'since_id', '12345678901234567890'],
    [`${MENTIONS}?since_id=1&since_id=2`, 'since_id', '2'],
    [`${MENTIONS}?since_id=`, 'since_id', ''],
    [`${MENTIONS}?pagination_token=?`, 'pagination_token', '?'],
    [`${MENTIONS}?start_time=2026-02-30T10:00:00Z`, 'start_time', '2026-02-30T10:00:00Z'],
    [`${MENTIONS}?start_time=2009-02-03T10:00:00Z`, 'start_time', '2009-02-03T10:00:00Z'],
    [`${MENTIONS}?tweet.fields=author`, 'tweet.fields', 'author'],
    [`${MENTIONS}?expansions=author`, 'expansions', 'author'],
    [`${MENTIONS}?user.fields=age`, 'user.fields', 'age'],
    ['/2/users/12x/mentions', 'id', '12x'],
    ['/2/tweets?ids=1,two', 'ids', '1,two'],
    ['/2/users/me?max_results=5', 'max_results', '5']
  ]
  for (const [path, name, value] of cases) {
    const { status, headers, json } = await x.get(path)
    assert.equal(status, 400, path)
    assert.equal(json.type, INVALID, path)
    assert.match(headers.get('content-type'), /^application\/problem\+json/)
    assert.deepEqual(json.errors[0].parameters, { [name]: [value] }, path)
  }
  assert.equal((await x.get('/2/tweets')).status, 400)
  const log = await x.requests()
  assert.equal(log.length, cases.length + 1)
  assert.ok(log.every(entry => entry.status === 400 && entry.violation))
})

test('strangers, wrong paths and unknown users', async t => {
  const x = await open(t)
  for (const authorization of ['Bearer wrong', 'sandbox-token', '']) {
    const { status, json } = await x.get(MENTIONS, { headers: { authorization } })
    assert.equal(status, 401)
    assert.deepEqual(json,
      { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' })
  }
  assert.equal((await x.get('/2/nothing')).status, 404)
  assert.equal((await x.send('DELETE', '/2/tweets')).status, 405)
  const { status, json } = await x.get('/2/users/77/mentions')
  assert.equal(status, 200)
  assert.equal(json.errors[0].resource_type, 'user')
  assert.ok((await x.requests()).slice(0, 5).every(entry => entry.violation))
})
