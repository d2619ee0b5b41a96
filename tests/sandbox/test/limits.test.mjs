// Rate limits: the headers on every answer, and what happens beyond.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { as, MENTIONS, NEWS, open, sign, TIMELINE } from '../testing.mjs'

const rate = ({ headers }) => ['limit', 'remaining', 'reset']
  .map(name => Number(headers.get('x-rate-limit-' + name)))

test('every answer tells the limit', async t => {
  const x = await open(t, { limits: 'real' })
  const now = Date.now() / 1000
  const cases = [[MENTIONS, 300], [TIMELINE, 900], ['/2/users/me', 75]]
  for (const [path, expected] of cases) {
    const [limit, remaining, reset] = rate(await x.get(path))
    assert.deepEqual([limit, remaining], [expected, expected - 1])
    assert.ok(reset >= now + 900 && reset <= Date.now() / 1000 + 901)
  }
  assert.deepEqual(rate(await x.get(MENTIONS + '?max_results=1')).slice(0, 2), [300, 298])
  assert.deepEqual(rate(await x.tweet('Hello')).slice(0, 2), [100, 99])
})

test('reads are loosened unless asked otherwise', async t => {
  const x = await open(t)
  assert.equal(rate(await x.get(MENTIONS))[0], 300000)
  assert.equal(rate(await x.tweet('Hello'))[0], 100)
})

test('a window that is used up', async t => {
  const x = await open(t)
  await x.control('POST', 'limits', { mentions: 2 })
  await x.get(MENTIONS)
  assert.equal(rate(await x.get(MENTIONS))[1], 0)
  const { status, json, headers } = await x.get(MENTIONS)
  assert.equal(status, 429)
  assert.deepEqual(json, {
    title: 'Too Many Requests', type: 'about:blank', status: 429, detail: 'Too Many Requests'
  })
  assert.equal(headers.get('x-rate-limit-remaining'), '0')
  await x.get(MENTIONS)
  assert.equal((await x.get(TIMELINE)).status, 200)
  const log = await x.requests()
  assert.equal(log[2].violation, 'rate limit exceeded')
  assert.match(log[3].violation, /before the reset/)
  await x.control('POST', 'limits', { mentions: 2 })
  assert.equal((await x.get(MENTIONS)).status, 200)
})

test('limits can be off', async t => {
  const x = await open(t, { limits: 'off' })
  await x.control('POST', 'limits', { mode: 'off', me: 0 })
  assert.equal((await x.get('/2/users/me')).status, 200)
  assert.equal((await x.control('POST', 'limits', { mode: 'none' })).status, 400)
})

test('each kind of token has its own window', async t => {
  const x = await open(t, { limits: 'real' })
  const left = async authorization => {
    const answer = await x.get(MENTIONS, { headers: { authorization } })
    return rate(answer).slice(0, 2)
  }
  const signed = () => sign(x, 'GET', MENTIONS)
  assert.deepEqual(await left('Bearer sandbox-token'), [300, 299])
  assert.deepEqual(await left('Bearer sandbox-news-token'), [300, 299])
  assert.deepEqual(await left('Bearer sandbox-app-token'), [450, 449])
  assert.deepEqual(await left(signed()), [300, 299])
  assert.deepEqual(await left(signed()), [300, 298])
  const search = '/2/tweets/search/recent?query=from:sam'
  assert.equal(rate(await x.get(search))[0], 300)
  assert.equal(rate(await x.get('/2/tweets?ids=1'))[0], 5000)
  assert.equal(rate(await x.get('/2/tweets/1'))[0], 900)
})

test('days are counted beside the windows, for the app and for the user', async t => {
  const x = await open(t, { limits: 'real' })
  const day = ({ headers }, who) => headers.get(`x-${who}-limit-24hour-remaining`)
  const first = await x.tweet('one')
  assert.equal(day(first, 'app'), '9999')
  assert.equal(day(first, 'user'), null)
  await x.control('POST', 'limits', { post: { app_day: 3, user_day: 2 } })
  const second = await x.tweet('two')
  assert.deepEqual([day(second, 'app'), day(second, 'user')], ['2', '1'])
  await x.tweet('three')
  const refused = await x.tweet('four')
  assert.equal(refused.status, 429)
  assert.deepEqual(rate(refused).slice(0, 2), [100, 98])
  assert.deepEqual([day(refused, 'app'), day(refused, 'user')], ['1', '0'])
  const news = as(x, NEWS)
  assert.equal((await news.tweet('four')).status, 201)
  assert.equal((await news.tweet('five')).status, 429, 'the app has none left')
  for (const body of [{ post: { day: 1 } }, { post: { user: -1 } }, { window_s: {} }]) {
    assert.equal((await x.control('POST', 'limits', body)).status, 400)
  }
})
