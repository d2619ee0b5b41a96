// Real time: everything is read only once an hour here, so that what is known within seconds came by
// X's streams or its webhook, and what they lost was read when they came back.

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Desk } from './support/desk.mjs'
import { APP, US, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const MISSED = '@NorthmoorHelp my green bin has not been emptied'
const POTHOLE = '@NorthmoorHelp pothole on Mill Road'
const QUESTION = '@NorthmoorHelp do you sell second hand harpsichords'
const HOUR_MS = 3600000
const FILES = { 'app.json': APP }
const conf = (live, more = {}) =>
  ({ ...more, x: { live, app_file: 'app.json', poll_every_ms: HOUR_MS } })

const times = (w, words) => w.kerbside.log.split(words).length - 1
const count = async (w, table) => Number((await w.kerbside.sql(`SELECT count(*) FROM ${table}`))[0][0])

// It has begun once more than `before` times, and what was read then has been answered.
async function begun (w, before = 0) {
  await until('a stream that begins', () => times(w, 'stream.begun') > before,
    { seen: () => w.kerbside.log.slice(-2000) })
  const since = (await w.x.requests()).filter(({ path }) => path.includes('/stream?') ||
    path.endsWith('/activity/stream')).at(-1).at
  for (const path of [`/2/users/${US}/mentions`, `/2/users/${US}/tweets`, '/2/dm_events']) {
    await until(`a read of ${path}`, async () => (await w.x.requestsTo('GET', path))
      .some(({ at, status }) => at >= since && status !== null))
  }
}

const streams = [['activity', 'activity_stream', 'activity_lines'], ['filtered', 'stream', 'stream_lines']]

describe('streams', { concurrency: 4 }, () => {
  for (const [live, on, lines] of streams) {
    test(`${live}: told at once, recorded once, and what a cut lost is read`, async t => {
      const w = await world(t, { files: FILES, conf: conf(live) })
      await begun(w)
      // Whoever reads doesn't see it yet.
      await w.x.fault({ on: 'mentions', kind: 'late' })
      const told = await w.x.says('elm_close_sam', MISSED)
      await w.x.replyTo(told)
      await w.x.clearFaults()

      // Twice, as another kind of line between two, in pieces, and after a younger one.
      await w.x.fault({ on: lines, kind: 'duplicate' })
      await w.x.fault({ on: lines, kind: 'unknown' })
      await w.x.fault({ on: lines, kind: 'split', pieces: 50, delay_ms: 1 })
      const odd = []
      for (const handle of ['twice', 'unknown', 'in_pieces']) odd.push(await w.x.says(handle, QUESTION))
      await until('all in the record', async () => await count(w, 'message') === 4)

      // Our own words come as well, and change nothing.
      assert.deepEqual(await w.kerbside.sql('SELECT count(*) FROM reply WHERE elsewhere=1'), [['0']])

      // The stream ends in the middle of an object: it is made anew, and the post is read.
      let beginnings = times(w, 'stream.begun')
      await w.x.fault({ on: lines, kind: 'cut' })
      const cut = await w.x.says('mill_road', POTHOLE)
      await w.x.replyTo(cut)
      await begun(w, beginnings)

      // X says that it ends the connection; one was lost before.
      beginnings = times(w, 'stream.begun')
      await w.x.fault({ on: lines, kind: 'gap' })
      const lost = await w.x.says('lost', QUESTION)
      await w.x.control('POST', 'streams/end', { on, how: 'OperationalDisconnect' })
      await until('the lost one in the record', async () => await count(w, 'message') === 6)
      await begun(w, beginnings)

      // A page where a stream should be, and then what was lost meanwhile.
      beginnings = times(w, 'stream.begun')
      await w.x.fault({ on, kind: 'html' })
      await w.x.control('POST', 'streams/end', { on, how: 'cut' })
      const meanwhile = await w.x.says('meanwhile', QUESTION)
      await until('the post of meanwhile', async () => await count(w, 'message') === 7)
      await begun(w, beginnings)

      // No line of it was told twice, nor is anything after a new start, which reads it all again.
      beginnings = times(w, 'stream.begun')
      await w.kerbside.restart()
      await begun(w, beginnings)
      const last = await w.x.says('the_last', QUESTION)
      const known = async () => (await w.kerbside.sql('SELECT remote_id FROM message')).flat()
      await until('the last in the record', async () => (await known()).includes(last))
      assert.deepEqual((await known()).sort(), [told, ...odd, cut, lost, meanwhile, last].sort())
      assert.equal((await w.x.ours()).length, 2)
      await w.x.noViolations()
    })

    test(`${live}: silence is a loss; a refusal is waited for`, async t => {
      const w = await world(t, { files: FILES, conf: conf(live) })
      await begun(w)
      const beginnings = times(w, 'stream.begun')
      await w.x.fault({ on, kind: 'unavailable' })
      await w.x.control('POST', 'streams/end', { on, how: 'silence' })
      const unheard = await w.x.says('elm_close_sam', MISSED)
      await w.x.replyTo(unheard, { ms: 120000 })
      await begun(w, beginnings)
      assert.match(w.kerbside.log, /stream\.refused name=\w+ status=503/)

      // X still counts the connection that we lost: it is asked to forget it.
      await w.x.control('POST', 'settings', { hold_ms: HOUR_MS })
      await w.x.control('POST', 'streams/end', { on, how: 'cut' })
      const [cleared] = live === 'filtered'
        ? await until('a wish to end them', async () => {
          const asked = await w.x.requestsTo('DELETE', '/2/connections/all')
          return asked.length && asked[0].status !== null ? asked : null
        })
        : [{ status: 200 }] // two connections are allowed there
      assert.equal(cleared.status, 200)
      await w.x.noViolations()
    })
  }

  test('an event before its post: X doesn\'t know of it yet, and is asked once more', async t => {
    const w = await world(t, { files: FILES, conf: conf('activity') })
    await begun(w)
    await w.x.fault({ on: 'mentions', kind: 'late' })
    await w.x.fault({ on: 'post', kind: 'not_summoned' })
    const post = await w.x.says('elm_close_sam', MISSED)
    const reply = await w.x.replyTo(post, { ms: 60000 })
    await w.x.clearFaults()
    const beginnings = times(w, 'stream.begun')
    await w.kerbside.restart()
    await begun(w, beginnings)
    assert.deepEqual((await w.x.requestsTo('POST', '/2/tweets')).map(({ status }) => status), [403, 201])
    const replies = () => w.kerbside.sql('SELECT state, remote_id FROM reply')
    await until('it is known to be sent', async () => (await replies())[0][0] === 'sent', { seen: replies })
    assert.deepEqual(await replies(), [['sent', reply.id]])
    assert.equal(await count(w, 'message'), 1)
    await w.x.noViolations()
  })

  test('direct messages and what staff write come by the activity stream', async t => {
    const w = await world(t, { files: FILES, conf: conf('activity') })
    await begun(w)
    await w.x.whispers('mill_road', 'pothole on Mill Road')
    const [, answer] = await until('an answer in private', async () => {
      const all = await w.x.whispered()
      return all.length === 2 && all
    })
    assert.equal(answer.from, 'NorthmoorHelp')
    const asked = await w.x.says('curious', QUESTION)
    const desk = await Desk.open(w.kerbside)
    const about = await desk.caseOf('curious')
    await w.x.says('NorthmoorHelp', 'We do not, sorry.', { in_reply_to: asked })
    await desk.event('reply.elsewhere', event => event.case.id === about.id)
    await until('the answer by direct message settled', async () =>
      (await w.kerbside.sql("SELECT count(*) FROM reply WHERE state='sent'"))[0][0] === '2')
    assert.equal((await w.x.whispered()).length, 2)
    await w.x.noViolations()
  })
})

// --- the webhook ---

const SIGNATURE = 'x-twitter-webhooks-signature'
const sign = bytes =>
  'sha256=' + createHmac('sha256', APP.consumer_secret).update(bytes).digest('base64')

// A port that nobody has, and that the system gives to nobody who asks for any: it must still be there after a new start.
async function freePort () {
  for (;;) {
    const port = 15000 + Math.floor(Math.random() * 15000)
    const server = net.createServer()
    const free = await new Promise(resolve => {
      server.on('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!free) continue
    await new Promise(resolve => server.close(resolve))
    return port
  }
}

// A world whose webhook X knows, and whose subscriptions are there.
async function hooked (t) {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const w = await world(t, {
    files: FILES,
    sandbox: { settings: { webhook_loopback: true, webhook_timeout_ms: 60000 } }, // a busy machine is no silent one
    conf: conf('webhook', { console: { port, origin } })
  })
  const made = await w.x.send('POST', '/2/webhooks',
    { body: { url: origin + '/x/webhook' }, headers: { authorization: `Bearer ${APP.bearer_token}` } })
  assert.equal(made.status, 200, made.text)
  w.url = origin + '/x/webhook'
  w.hook = made.json.data?.id ?? made.json.id
  w.subscribed = () => until('the subscriptions', () => /subscriptions\.there/.test(w.kerbside.log))
  await w.kerbside.restart()
  await w.subscribed()
  return w
}

const deliveries = async w => (await w.x.control('GET', 'webhooks')).json.deliveries
const deliver = (w, body, signature = sign(body)) => fetch(w.url, {
  method: 'POST',
  headers: { 'content-type': 'application/json', ...(signature && { [SIGNATURE]: signature }) },
  body
}).then(({ status }) => status, () => 'broken')

describe('webhook', { concurrency: 3 }, () => {
  test('told at once; a wrong signature is nothing, a repetition once', async t => {
    const w = await hooked(t)
    const first = await w.x.says('elm_close_sam', MISSED)
    await w.x.replyTo(first)
    await w.x.fault({ on: 'webhook_events', kind: 'twice' })
    const second = await w.x.says('mill_road', POTHOLE)
    await w.x.replyTo(second)

    await w.x.fault({ on: 'webhook_events', kind: 'wrong_signature' })
    await w.x.says('forged', QUESTION)
    await until('a refusal', async () =>
      (await deliveries(w)).some(each => each.fault === 'wrong_signature' && each.status === 403))
    const tried = []
    for (const signature of [null, '', 'sha256=', sign('other'), sign('{}') + 'x']) {
      tried.push(await deliver(w, '{}', signature))
    }
    assert.deepEqual(tried, [403, 403, 403, 403, 403])
    assert.deepEqual(await w.kerbside.sql('SELECT text FROM message'), [[MISSED], [POTHOLE]])

    // Everything again, by whole minutes: only what was refused before is new.
    await w.x.control('POST', 'clock', { at: new Date(Date.now() + 120000).toISOString() })
    const minute = at => new Date(at).toISOString().replace(/\D/g, '').slice(0, 12)
    const before = (await deliveries(w)).length
    const again = await w.x.send('POST', '/2/webhooks/replay', {
      headers: { authorization: `Bearer ${APP.bearer_token}` },
      body: {
        webhook_id: w.hook,
        from_date: minute(Date.now() - 600000),
        to_date: minute(Date.now() + 60000)
      }
    })
    assert.equal(again.status, 200, again.text)
    await until('all of it delivered again', async () => {
      const later = (await deliveries(w)).slice(before)
      return later.length >= 3 && later.every(({ status }) => status === 200)
    })
    await until('the third message', async () => await count(w, 'message') === 3)
    await until('an empty inbox', async () => await count(w, 'inbox') === 0)
    assert.equal((await w.x.ours()).length, 2)

    // What its author took back is gone, also from what the file no longer uses.
    assert.ok(w.kerbside.holds('harpsichords'))
    const [[forged]] = await w.kerbside.sql(`SELECT remote_id FROM message WHERE text='${QUESTION}'`)
    assert.equal(await deliver(w, JSON.stringify({
      data: {
        event_uuid: '77',
        filter: { user_id: US },
        event_type: 'post.delete',
        payload: { id: forged, author_id: '42' }
      }
    })), 200)
    await until('its words gone', () => !w.kerbside.holds('harpsichords'))
    assert.equal((await w.x.control('POST', 'webhooks/check')).json.webhooks?.[0].result ?? 'passed',
      'passed')
    await w.x.noViolations()
  })

  test('killed when it is stored and not yet read: answered after the start, once', async t => {
    const w = await hooked(t)
    const { kerbside, x } = w
    await kerbside.stop()
    await x.fault({ on: 'mentions', kind: 'late', times: 0 }) // only the webhook tells
    const stored = async () => (await kerbside.sql('SELECT count(*) FROM inbox'))[0][0] === '1'
    const since = join(w.dir, 'since')
    const before = join(w.dir, 'before.db')
    copyFileSync(kerbside.database, before)
    // Once somebody writes, it is stored by one of the first commits and read by the next; which one it is depends on what
    // else is written at that moment, the log's head for instance.
    let post
    for (let n = 0; !post && n < 20; n++) {
      for (const beside of ['-wal', '-shm']) rmSync(kerbside.database + beside, { force: true })
      copyFileSync(before, kerbside.database)
      const env = {
        LD_PRELOAD: process.env.KERBSIDE_KILLPOINT,
        ASAN_OPTIONS: 'verify_asan_link_order=0:detect_leaks=0',
        KILL_ON: 'commit',
        KILL_AT: String(1 + n % 5),
        KILL_WHEN: 'after',
        KILL_SINCE: since
      }
      const starts = times(w, 'subscriptions.there')
      await kerbside.start({ env })
      await until('its subscriptions', () => times(w, 'subscriptions.there') > starts)
      writeFileSync(since, '')
      const id = await x.says('kill_' + n, MISSED)
      await until('a kill', () => kerbside.ended, { seen: () => kerbside.log.slice(-2000) })
      rmSync(since)
      if (await stored()) post = id
    }
    assert.ok(post, 'it was never killed between storing and reading')
    assert.deepEqual(await kerbside.sql('SELECT count(*) FROM message'), [['0']])
    await kerbside.start()
    await x.replyTo(post)
    await until('an empty inbox', async () => !await stored())
    await kerbside.restart()
    await w.subscribed()
    assert.equal((await x.ours()).length, 1)
    assert.equal(await count(w, 'message'), 1)
    await x.noViolations()
  })
})
