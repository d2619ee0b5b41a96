// One message to many: a power cut's worth of residents are told the same, each in a text of their
// own; the program is killed in the middle, and somebody stops another in the middle.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Desk } from './support/desk.mjs'
import { world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const TEXT = 'The water is back on in Elm Close. Let it run until it is clear.'

// Cases of `count` residents, and a desk that sees them.
async function withCases (t, count, options) {
  const w = await world(t, options)
  if (!w.kerbside.child) await w.kerbside.start(options.start)
  const posts = []
  for (let n = 0; n < count; n++) {
    posts.push(await w.x.says(`elm_close_${n}`, `@NorthmoorHelp do you sell harpsichord number ${n}`))
  }
  const desk = await Desk.open(w.kerbside)
  await desk.until(`${count} cases`, () => desk.cases.size === count)
  const cases = [...desk.cases.values()].map(({ id, version }) => ({ case: id, version }))
  return { ...w, posts, desk, cases }
}

const answers = async w => (await w.x.ours()).filter(post => w.posts.includes(post.in_reply_to))
const states = w => w.kerbside.sql('SELECT state, count(*) FROM reply GROUP BY state ORDER BY state')

test('30 cases, killed -9 in the middle: each is told once, in words of their own', async t => {
  const env = {
    LD_PRELOAD: process.env.KERBSIDE_KILLPOINT,
    ASAN_OPTIONS: 'verify_asan_link_order=0:detect_leaks=0',
    KILL_ON: 'post',
    KILL_AT: '12',
    KILL_WHEN: 'after'
  }
  const w = await withCases(t, 30, { started: false, start: { env } })
  const frame = { type: 'bulk', id: 'many', text: TEXT, cases: w.cases }
  w.desk.send(frame)
  assert.equal((await w.kerbside.ending).signal, 'SIGKILL')
  w.desk.socket.drop()
  const before = (await answers(w)).length
  assert.ok(before > 0 && before < 30, `${before} were out`)

  await w.kerbside.start()
  const desk = await Desk.open(w.kerbside)
  await desk.until('the snapshot', () => desk.snapshot)
  assert.equal(desk.snapshot.bulks.length, 1)
  desk.send(frame) // the answer was lost: once is enough
  const { type, bulk } = await desk.until('the answer', () => desk.frames.find(f => f.id === 'many'))
  assert.deepEqual([type, bulk], ['ok', 1])
  await until('all are told', async () => (await states(w))[0].join(' ') === 'sent 30',
    { seen: () => states(w) })

  const told = await answers(w)
  assert.deepEqual(told.map(post => post.in_reply_to).sort(), [...w.posts].sort())
  assert.equal(new Set(told.map(post => post.text)).size, 30)
  assert.ok(new Set(told.map(post => post.text.split('@')[0])).size > 1, 'one greeting for all')
  for (const { text } of told) {
    assert.ok(text.endsWith(` ${TEXT} ^SR`) && text.includes('@elm_close_'), text)
  }
  const last = await desk.event('reply.sent', event => event.bulk?.waiting === 0)
  assert.deepEqual([last.bulk.sent, last.bulk.failed, last.bulk.by.name, last.bulk.text],
    [30, 0, 'Sam Reed', TEXT])
  await w.x.noViolations()
})

test('stopped in the middle; one stale case and nothing is sent', async t => {
  const w = await withCases(t, 8, {})
  const { desk, cases, x } = w
  const [first] = cases
  const stale = await desk.ask('bulk',
    { text: TEXT, cases: [...cases.slice(1), { ...first, version: 9 }] })
  assert.deepEqual([stale.type, stale.code, stale.case.id], ['refused', 'stale', first.case])
  assert.match(stale.text, /has changed/)
  assert.ok([...desk.cases.values()].every(({ state }) => state === 'open'))

  // X has enough after three.
  await x.fault({ on: 'post', kind: 'rate_limited', reset_in_s: 3600, after: 3, times: 1 })
  const { bulk } = await desk.ask('bulk', { text: TEXT, cases })
  await desk.event('reply.sent', event => event.bulk?.sent === 3)
  await desk.networkIs(false)
  const priya = await Desk.open(w.kerbside, { login: 'priya' })
  await priya.until('the snapshot', () => priya.snapshot)
  assert.deepEqual(priya.snapshot.bulks.map(({ id, sent, waiting }) => [id, sent, waiting]),
    [[bulk, 3, 5]])
  assert.equal((await priya.ask('bulk_stop', { bulk })).type, 'ok')
  const stopped = await desk.event('bulk.stopped')
  assert.deepEqual([stopped.by, stopped.bulk.sent, stopped.bulk.stopped, stopped.bulk.waiting],
    ['Priya Nair', 3, 5, 0])
  assert.ok(stopped.bulk.stopped_at > 0)
  assert.equal((await answers(w)).length, 3)
  assert.deepEqual(await states(w), [['dropped', '5'], ['sent', '3']])
  // Those who were told nothing can be told something else, as they are now.
  const left = (await w.kerbside.sql("SELECT case_id FROM reply WHERE state='dropped'")).flat()
  for (const id of left) {
    await desk.until(`case ${id} moved on`, () => desk.cases.get(Number(id)).version === 4)
  }
  await x.noViolations()
})
