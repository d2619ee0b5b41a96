// SIGTERM in the thick of it: stopped at once, cleanly, with nothing lost; the next start goes on.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { Desk } from './support/desk.mjs'
import { addEditor, edit } from './support/editor.mjs'
import { kbFolder } from './support/kbfolder.mjs'
import { world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const MISSED = '@NorthmoorHelp my green bin has not been emptied'
const POTHOLE = '@NorthmoorHelp pothole on Mill Road'
const QUESTION = '@NorthmoorHelp do you sell second hand harpsichords'

// What X is silent on would be waited for so long, were it waited for: longer than for the end of the program.
const SILENCE_MS = 120000

async function stops (kerbside, signal) {
  assert.deepEqual(await kerbside.stop(signal), { code: 0, signal: null }, kerbside.log)
}

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} while idle, with consoles open`, async t => {
    const { kerbside } = await world(t)
    await Desk.open(kerbside)
    await Desk.open(kerbside, { login: 'priya' })
    await stops(kerbside, signal)
  })
}

// The load is what arrives and what the consoles ask. Answers are as many as one account gives in ten
// minutes; X is silent on one, so that each stop finds it under way.
test('SIGTERM under load: nothing lost, nothing twice, the next start answers the rest', async t => {
  const w = await world(t, { conf: { x: { timeout_ms: SILENCE_MS } } })
  const desk = await Desk.open(w.kerbside)
  const requests = []
  const write = async (from, count) => {
    for (let n = from; n < from + count; n++) {
      const request = n % 10 < 3 && [MISSED, MISSED, POTHOLE][n % 10]
      const post = await w.x.says(`r${n}`, request || QUESTION)
      if (request) requests.push(post)
    }
  }
  let writing = true
  t.after(() => { writing = false })
  const load = (async () => {
    while (writing) {
      for (let n = 0; n < 20; n++) desk.send({ type: 'count', id: 'x', text: 'still here' })
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  })()
  for (let round = 0; round < 4; round++) {
    await until('what the last stop cut off is out, or the same reply might be the one each time', async () =>
      (await w.kerbside.sql("SELECT count(*) FROM reply WHERE state<>'sent' AND attempts>0"))[0][0] === '0')
    await w.x.fault({ on: 'post', kind: 'silent_before', after: 5 })
    await write(round * 30, 30)
    await until('a reply under way', async () =>
      (await w.x.requests()).filter(asked => asked.fault === 'silent_before').length > round)
    await stops(w.kerbside, 'SIGTERM')
    const states = (await w.kerbside.sql('SELECT DISTINCT state FROM reply')).flat()
    assert.ok(states.every(state => ['queued', 'sending', 'unknown', 'sent'].includes(state)), states.join())
    assert.ok(states.includes('sending'), states.join())
    await w.kerbside.start()
  }
  writing = false
  await load
  await until('every request is answered', async () => (await w.x.ours()).length >= 36,
    { seen: async () => (await w.x.ours()).length })
  await w.x.sweeps(3)
  const answered = (await w.x.ours()).map(post => post.in_reply_to)
  assert.equal(answered.length, 36)
  assert.deepEqual([...new Set(answered)].sort(), requests.sort())
  await until('all are recorded as sent', async () =>
    (await w.kerbside.sql("SELECT count(*) FROM reply WHERE state='sent'"))[0][0] === '36')
  assert.deepEqual(await w.kerbside.sql('SELECT count(*) FROM message'), [['120']])
  assert.deepEqual(await w.kerbside.sql('SELECT count(*) FROM handoff_case'), [['84']])
  await w.x.noViolations()
})

const MOMENTS = [
  ['X is silent on a read', { on: 'mentions', kind: 'silent_before', times: 0 }],
  ['X is silent on a post', { on: 'post', kind: 'silent_after', times: 0 }],
  ['X is slow', { on: 'post', kind: 'slow', delay_ms: SILENCE_MS }]
]

for (const [moment, fault] of MOMENTS) {
  test(`SIGTERM while ${moment}`, async t => {
    const w = await world(t, { conf: { x: { timeout_ms: SILENCE_MS } } })
    await w.x.fault(fault)
    const post = await w.x.says('elm_close_sam', MISSED)
    await until('the request', async () => (await w.x.requests()).some(asked => asked.fault))
    await stops(w.kerbside, 'SIGTERM')
    await w.x.clearFaults()
    await w.kerbside.start()
    await w.x.replyTo(post)
    await w.x.sweeps()
    assert.equal((await w.x.ours()).length, 1)
    await w.x.noViolations()
  })
}

// The draft, of which no model was kept, would be trained once it is left alone for five seconds. Nobody waits for that, nor for questions in line.
test('SIGTERM while the workshop has work to come', async t => {
  const kb = kbFolder()
  t.after(kb.remove)
  const lessons = words => Array.from({ length: 300 }, (_, i) => `${words} number ${i}`)
  kb.change('bins.json', ({ intents: [missed] }) => { missed.teach = lessons('green bin not emptied at house') })
  kb.change('roads.json', ({ intents: [hole] }) => { hole.teach = lessons('pothole outside of house') })
  const { kerbside } = await world(t, { conf: { kb: kb.dir } })
  await addEditor(kerbside, 'edie', 'Edie Hall', 'EH')
  const desk = await Desk.open(kerbside, { login: 'edie' })
  const other = await Desk.open(kerbside, { login: 'edie' })
  await edit(desk, 'intent', 'bins.missed', missed => missed.teach.push(`they left our bin full ${randomUUID()}`))
  assert.equal((await desk.ask('kb_check', { kind: null, item: null })).trained, false)
  for (const each of [desk, other]) each.send({ type: 'kb_learn', id: 'l', days: 30 })
  assert.deepEqual(await kerbside.stop(), { code: 0, signal: null }, kerbside.log)
  const [, stopping] = kerbside.log.split('serve.stop')
  assert.doesNotMatch(stopping, /candidate\.train/)
})

test('SIGTERM while somebody signs in', async t => {
  const { kerbside } = await world(t)
  const asked = Array.from({ length: 6 }, () => kerbside.request('POST', '/api/sign-in',
    { body: { login: 'sam', password: 'some wrong password' } }).catch(() => null))
  await until('a password is being checked', () => /console\.sign_in/.test(kerbside.log))
  await stops(kerbside, 'SIGTERM')
  await Promise.all(asked)
})
