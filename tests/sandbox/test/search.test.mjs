// Recent search: the query language, its bounds, its pages.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseQuery } from '../search.mjs'
import { ids, open } from '../testing.mjs'

const SEARCH = '/2/tweets/search/recent'
const find = (x, query, more = '') =>
  x.get(`${SEARCH}?query=${encodeURIComponent(query)}${more}`)

test('what a query finds', async t => {
  const x = await open(t, { searchLag: 0 })
  const root = await x.write('@NorthmoorHelp the Café is "closed" #bins', { handle: 'sam' })
  const ours = (await x.tweet('Open at https://northmoor.example/cafe', root)).json.data.id
  const aside = await x.write('thanks both', { handle: 'jo', in_reply_to: ours })
  const quote = await x.write('look at this', { handle: 'jo', quote: root })
  const repost = await x.write(undefined, { handle: 'mo', repost: root })
  const rows = [
    [`conversation_id:${root}`, [aside, ours, root]],
    [`in_reply_to_tweet_id:${ours}`, [aside]],
    ['to:NorthmoorHelp', [aside]],
    ['to:sam', [ours]],
    ['from:jo', [quote, aside]],
    ['from:jo -is:quote', [aside]],
    ['@NorthmoorHelp', [repost, aside, root]],
    ['@NorthmoorHelp -is:retweet', [aside, root]],
    ['@NorthmoorHelp -is:retweet -is:reply', [root]],
    ['from:jo OR from:sam', [quote, aside, root]],
    ['from:jo (this OR both) -look', [aside]],
    ['(from:sam OR (from:jo is:quote))', [quote, root]],
    ['cafe closed', [root]],
    ['"is closed"', [root]],
    ['"closed is"', []],
    ['#bins', [repost, root]],
    ['url:northmoor.example', [ours]],
    [`retweets_of_tweet_id:${root}`, [repost]],
    ['from:sam lang:en', [root]],
    ['from:nobody', []]
  ]
  for (const [query, expected] of rows) {
    const answer = await find(x, query)
    assert.equal(answer.status, 200, answer.text)
    assert.deepEqual(ids(answer), expected, query)
    assert.equal(answer.json.meta.result_count, expected.length)
  }
})

test('queries that are refused', () => {
  for (const query of ['is:reply', '-from:sam', 'from:sam OR is:reply', '(from:sam', 'from:sam)',
    'from:sam OR', '"', '()', 'colour:red', 'is:red', 'from:', 'conversation_id:x', '@', '- a']) {
    assert.equal(typeof parseQuery(query).problem, 'string', query)
  }
})

test('bounds and pages', async t => {
  const x = await open(t, { searchLag: 0 })
  const written = []
  for (let n = 0; n < 23; n++) written.push(await x.write(`number ${n}`, { handle: 'sam' }))
  const first = await find(x, 'from:sam')
  assert.equal(ids(first).length, 10)
  assert.equal(first.json.meta.previous_token, undefined)
  const { next_token: next } = first.json.meta
  const second = await find(x, 'from:sam', `&max_results=13&next_token=${next}`)
  assert.deepEqual([...ids(first), ...ids(second)], written.slice().reverse())
  assert.equal(second.json.meta.next_token, undefined)
  assert.deepEqual(ids(await find(x, 'from:sam', `&since_id=${written[20]}`)),
    [written[22], written[21]])
  assert.deepEqual(ids(await find(x, 'from:sam', `&until_id=${written[1]}`)), [written[0]])
  const old = new Date(Date.now() - 8 * 86400000).toISOString()
  const near = new Date(Date.now() - 60000).toISOString()
  for (const more of ['&max_results=9', '&max_results=101', '&since_id=1',
    `&start_time=${old}`, `&start_time=${near}&since_id=${written[0]}`,
    `&end_time=${near}&until_id=${written[0]}`, '&next_token=b1&pagination_token=b1',
    '&sort_order=new', '&next_token=?', '&exclude=replies']) {
    assert.equal((await find(x, 'from:sam', more)).status, 400, more)
  }
  assert.equal((await x.get(SEARCH)).status, 400)
  assert.equal((await find(x, 'a '.repeat(257))).status, 400)
})

test('the last seconds are not found, unless told otherwise', async t => {
  const x = await open(t)
  const ago = seconds => ({ created_at: new Date(Date.now() - seconds * 1000).toISOString() })
  await x.write('too new')
  const older = await x.write('old enough', ago(40))
  await x.write('too old', ago(8 * 86400))
  assert.deepEqual(ids(await find(x, 'from:elm_close_sam')), [older])
  const end = new Date().toISOString()
  assert.equal((await find(x, 'from:elm_close_sam', `&end_time=${end}`)).status, 400)
})
