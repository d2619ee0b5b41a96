// A storm: the same one for the same seed, taken in whole by a client that keeps to X's ways.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { APP, listen } from '../listening.mjs'
import { planStorm } from '../storm.mjs'
import { MENTIONS, open } from '../testing.mjs'

const ORDER = {
  mentions: 2000, seconds: 600, duplicates: 40, gaps: 10, rate_limits: 5, cuts: 8, seed: 7
}

const asApp = { headers: { authorization: `Bearer ${APP}` } }

const book = async x => (await x.control('GET', 'storm')).json

// Polls as X asks: from the newest id of the last whole sweep, page after page, again after
// trouble.
class Poller {
  seen = new Map()
  since = null

  constructor (x) { this.x = x }

  async sweep () {
    let newest
    let token
    do {
      const query = new URLSearchParams({ max_results: 100 })
      if (this.since) query.set('since_id', this.since)
      if (token) query.set('pagination_token', token)
      const answer = await this.ask(`${MENTIONS}?${query}`)
      for (const { id, text } of answer.data ?? []) this.seen.set(id, text)
      newest ??= answer.meta.newest_id
      token = answer.meta.next_token
    } while (token)
    this.since = newest ?? this.since
  }

  async ask (path) {
    const answer = await this.x.get(path).catch(() => ({}))
    return answer.json?.meta ? answer.json : this.ask(path)
  }
}

test('a plan follows from its seed', () => {
  const order = { ...ORDER, through: 'stream' }
  const plan = planStorm(order)
  assert.deepEqual(planStorm(order), plan)
  assert.notDeepEqual(planStorm({ ...order, seed: 8 }), plan)
  assert.equal(new Set(plan.map(({ text }) => text)).size, ORDER.mentions)
  assert.ok(plan.every(({ at }, n) => at <= 600000 && (n === 0 || at >= plan[n - 1].at)))
  const share = kind => plan.filter(post => post.kind === kind).length / plan.length
  assert.ok(Math.abs(share('ask') - 0.7) < 0.05 && Math.abs(share('troll') - 0.15) < 0.05)
  const kinds = plan.map(({ trouble }) => trouble?.kind)
  const count = kind => kinds.filter(other => other === kind).length
  const counts = ['duplicate', 'gap', 'rate_limited', 'cut'].map(count)
  assert.deepEqual(counts, [40, 10, 5, 8])
})

test('a poller takes in the whole storm, step by step', async t => {
  const x = await open(t)
  await x.control('POST', 'storm', { ...ORDER, speed: 0 })
  const poller = new Poller(x)
  for (let n = 0; n < 4; n++) {
    await x.control('POST', 'storm/step', { mentions: 500 })
    await poller.sweep()
  }
  const { state, written, book: entries } = await book(x)
  assert.deepEqual([state, written], ['done', 2000])
  assert.deepEqual([...poller.seen.keys()].sort(), entries.map(({ id }) => id).sort())
  for (const { id, text } of entries) assert.equal(poller.seen.get(id), text)
})

test('no more than the newest 800 can be reached', async t => {
  const x = await open(t)
  await x.control('POST', 'storm', { mentions: 900, speed: 0 })
  await x.control('POST', 'storm/step', { mentions: 900 })
  const poller = new Poller(x)
  await poller.sweep()
  const { book: entries } = await book(x)
  assert.deepEqual([...poller.seen.keys()].sort(), entries.slice(100).map(({ id }) => id).sort())
})

test('a stream with cuts and gaps, and the mentions beneath it as the net', async t => {
  const x = await open(t, { settings: { keep_alive_ms: 0 } })
  await x.send('POST', '/2/activity/subscriptions', {
    body: { event_type: 'post.mention.create', filter: { user_id: '1500000000000000001' } }
  })
  const seen = new Map()
  let times = 0
  let going = true
  const follow = async () => {
    while (going) {
      const stream = await listen(x, '/2/activity/stream')
      if (stream.status !== 200) continue
      stream.end.then(() => {})
      try {
        for (;;) {
          const { data: { payload } } = await stream.next()
          times++
          seen.set(payload.id, payload.text)
        }
      } catch {
        stream.close()
      }
    }
  }
  const following = follow()
  const connected = async () => (await x.get('/2/connections', asApp)).json.meta.result_count > 0
  while (!await connected());
  await x.control('POST', 'storm', { ...ORDER, through: 'activity', speed: 0 })
  const poller = new Poller(x)
  for (let n = 0; n < 8; n++) {
    await x.control('POST', 'storm/step', { mentions: 250 })
    await poller.sweep()
  }
  going = false
  // It may be about to connect once more.
  const over = following.then(() => true)
  while (!await Promise.race([over, x.control('POST', 'streams/end', { on: 'activity_stream', how: 'close' }).then(() => false)]));
  const { book: entries } = await book(x)
  const lost = entries.filter(({ id }) => !seen.has(id)).length
  assert.ok(lost >= ORDER.gaps, `${lost} were lost on the stream`)
  assert.ok(times > seen.size, 'some came twice')
  const both = new Set([...seen.keys(), ...poller.seen.keys()])
  assert.deepEqual([...both].sort(), entries.map(({ id }) => id).sort())
})

test('by the clock it ends by itself, and the book has the answers', async t => {
  const x = await open(t)
  await x.control('POST', 'storm', { mentions: 200, seconds: 60, speed: 1000, seed: 3 })
  while ((await book(x)).state === 'running');
  const { book: entries } = await book(x)
  assert.equal(entries.length, 200)
  assert.ok(Date.parse(entries[199].created_at) <= Date.now() + 1000)
  const answer = (await x.tweet('We are on it', entries[5].id)).json.data.id
  assert.deepEqual((await book(x)).book[5].replies, [answer])
  assert.deepEqual((await book(x)).book[6].replies, [])
})

test('what cannot be a storm', async t => {
  const x = await open(t)
  const rows = [[{ mentions: 0 }, /mentions/], [{ mentions: 100001 }, /mentions/],
    [{ cuts: -1 }, /cuts/], [{ through: 'post' }, /through/], [{ wind: 1 }, /wind/]]
  for (const [order, words] of rows) {
    const { status, json } = await x.control('POST', 'storm', order)
    assert.equal(status, 400)
    assert.match(json.error, words)
  }
  await x.control('POST', 'storm', { mentions: 5, speed: 0 })
  assert.equal((await x.control('POST', 'storm', { mentions: 5 })).status, 400)
})
