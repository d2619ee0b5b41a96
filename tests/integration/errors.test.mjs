// Every way in which X is known to refuse or to fail (ARCHITECTURE.md, "X's errors"), on whatever is asked of it: what the
// program makes of it, row by row. That nothing is lost or said twice over it is integration.faults' business.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Desk, signIn } from './support/desk.mjs'
import { world, writeConfig } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const MISSED = 'my green bin has not been emptied'
const conf = { x: { lookup_wait_ms: 50 } }
// Patience ends soon where X is silent, and only there: a busy machine isn't.
const confOf = kind => ({ x: { ...conf.x, ...(kind.startsWith('silent') && { timeout_ms: 1500 }) } })

const SOON = [1000, 1000] // and twice as long each time
const OPERATOR = [60000, 60000]
const WINDOW = [900000, 900000]
// X names a whole second, and time(2) lags behind the clock that the sandbox reads by a tick.
const UNTIL_RESET = [290000, 302000]
const UNTIL_DAY_RESET = [7190000, 7202000]

// What a read waits for, and what staff read.
const READING = [
  ['bad_request', {}, WINDOW, /fault of Kerbside's/],
  ['unauthorized', {}, OPERATOR, /run kerbside x login/],
  ['no_credits', {}, OPERATOR, /402.*top it up/],
  ['payment_required', {}, OPERATOR, /402.*top it up/],
  ['oauth1_permissions', {}, OPERATOR, /permissions to read, write/],
  ['not_enrolled', {}, OPERATOR, /plan at X/],
  ['official_client', {}, OPERATOR, /plan at X/],
  ['plan_subset', {}, OPERATOR, /plan at X/],
  ['unsupported_authentication', {}, WINDOW, /fault of Kerbside's/],
  ['forbidden', {}, SOON, /403.*may be locked/],
  ['not_found', {}, SOON, /404/],
  ['not_authorized', {}, SOON, /404/],
  ['conflict', {}, SOON, /409/],
  ['rate_limited', { reset_in_s: 300 }, UNTIL_RESET, /429/],
  ['rate_limited', { reset_in_s: 300, rate: 'none' }, OPERATOR, /429/],
  ['rate_limited', { rate: 'past' }, OPERATOR, /429/],
  ['rate_limited_88', { reset_in_s: 300 }, UNTIL_RESET, /429/],
  ['rate_limit_exceeded', { reset_in_s: 300 }, UNTIL_RESET, /429/],
  ['app_day_spent', { reset_in_s: 7200 }, UNTIL_DAY_RESET, /429/],
  ['user_day_spent', { reset_in_s: 7200 }, UNTIL_DAY_RESET, /429/],
  ['usage_capped', {}, WINDOW, /429.*raise it/],
  ['server_error', {}, SOON, /500/],
  ['bad_gateway', {}, SOON, /502/],
  ['unavailable', {}, SOON, /503.*look at the credit/],
  ['gateway_timeout', {}, SOON, /504/],
  ['html', {}, SOON, /isn't an answer/],
  ['garbage', {}, SOON, /isn't an answer/],
  ['half_json', {}, SOON, /isn't an answer/],
  ['empty', {}, SOON, /isn't an answer/],
  ['huge', {}, SOON, /can't be reached/],
  ['silent_before', {}, SOON, /can't be reached/],
  ['silent_after', {}, SOON, /can't be reached/],
  ['reset_before', {}, SOON, /can't be reached/],
  ['reset_after', {}, SOON, /can't be reached/]
]

// What is read, and how the log names its failure.
const FEEDS = {
  mentions: 'network.read_failed account=NorthmoorHelp feed=mentions',
  timeline: 'network.read_failed account=NorthmoorHelp feed=posts',
  messages: 'network.read_failed account=NorthmoorHelp feed=messages',
  search: 'network.read_failed account=NorthmoorHelp feed=threads',
  lookup: 'checker.failed account=NorthmoorHelp'
}

// Rows are tried side by side, since most of the time passes until staff are told, and in one world after the other.
const LANES = 4
const inLanes = (rows, work) => Promise.all(Array.from({ length: LANES }, (_, lane) =>
  work(rows.filter((row, n) => n % LANES === lane))))

// A new start, which waits for nothing that was told to the one before.
async function restart ({ x, kerbside }, prepare = () => {}) {
  await kerbside.stop()
  await x.clearFaults()
  await x.control('POST', 'limits', {})
  await prepare()
  kerbside.log = ''
  await kerbside.start()
}

// Whether what we keep is still there is asked at the next start.
const lookAgain = ({ kerbside }) => kerbside.sql('UPDATE message SET checked_at=0')

test('reading: how long each feed waits, and what staff are told', t => inLanes(READING, async rows => {
  const w = await world(t, { conf })
  const first = await w.x.says('elm_close_sam', `@NorthmoorHelp ${MISSED}`) // so that there is a thread
  await w.x.replyTo(first)
  const cookie = await signIn(w.kerbside)
  for (const [kind, more, [least, most], words] of rows) {
    const row = `${kind} ${JSON.stringify(more)}`
    await restart(w, async () => {
      writeConfig(w.dir, w.sandbox.url, confOf(kind))
      await lookAgain(w)
      for (const on of Object.keys(FEEDS)) await w.x.fault({ on, kind, times: 0, ...more })
      await w.x.says('curious', `@NorthmoorHelp do you sell harpsichords, ${row}`)
    })
    for (const [feed, logged] of Object.entries(FEEDS)) {
      const failed = new RegExp(`${logged} wait_ms=(\\d+) why="(.*)"`)
      const [, wait, why] = await until(`${row}: ${feed} to fail`, () => failed.exec(w.kerbside.log),
        { seen: () => w.kerbside.log.slice(-1000) })
      assert.ok(wait >= least && wait <= most, `${row}: ${feed} waits ${wait} ms`)
      assert.match(why, words, `${row}: ${feed}`)
    }
    const desk = await Desk.open(w.kerbside, { cookie })
    const { text } = await desk.networkIs(false)
    assert.match(text, words, row)
    desk.socket.drop()
  }
  await restart(w)
  const count = async () => Number((await w.kerbside.sql('SELECT count(*) FROM message'))[0][0])
  await until('everything that was written meanwhile', async () => await count() === rows.length + 1, { seen: count })
  await w.x.sweeps()
  assert.equal(await count(), rows.length + 1)
  await w.x.noViolations()
}))

// What becomes of a reply, in public and in private: queued, and staff read why; failed, with a case that says why;
// looked for, and sent again because it isn't there.
const SENDING = [
  ['bad_request', 'failed', /400/],
  ['forbidden', 'failed', /403.*may be locked/],
  ['parent_gone', 'failed', /deleted or not visible/],
  ['conflict', 'failed', /409/],
  ['duplicate', 'failed', /duplicate content/],
  ['not_found', 'failed', /404/],
  ['not_authorized', 'failed', /404/],
  ['not_summoned', 'failed', /have not been mentioned/],
  ['quote_refused', 'failed', /Quoting this post/],
  ['dm_refused', 'failed', /permission to DM/],
  ['dm_closed', 'failed', /not permitted/],
  ['unauthorized', 'queued', /run kerbside x login/],
  ['no_credits', 'queued', /402.*top it up/],
  ['payment_required', 'queued', /402.*top it up/],
  ['oauth1_permissions', 'queued', /permissions to read, write/],
  ['not_enrolled', 'queued', /plan at X/],
  ['official_client', 'queued', /plan at X/],
  ['plan_subset', 'queued', /plan at X/],
  ['unsupported_authentication', 'queued', /fault of Kerbside's/],
  ['rate_limited', 'queued', /429/],
  ['rate_limited_88', 'queued', /429/],
  ['rate_limit_exceeded', 'queued', /429/],
  ['app_day_spent', 'queued', /429/],
  ['user_day_spent', 'queued', /429/],
  ['usage_capped', 'queued', /429.*raise it/],
  ['server_error', 'sent'],
  ['bad_gateway', 'sent'],
  ['unavailable', 'sent'],
  ['gateway_timeout', 'sent'],
  ['html', 'sent'],
  ['garbage', 'sent'],
  ['half_json', 'sent'],
  ['empty', 'sent'],
  ['huge', 'sent'],
  ['silent_before', 'sent'],
  ['silent_after', 'sent'],
  ['reset_before', 'sent'],
  ['reset_after', 'sent']
]

test('sending: what becomes of a reply, in public and in private', t => inLanes(SENDING, async rows => {
  const w = await world(t, { conf })
  const cookie = await signIn(w.kerbside)
  for (const [n, [kind, state, words]] of rows.entries()) {
    await restart(w, async () => {
      writeConfig(w.dir, w.sandbox.url, confOf(kind))
      const times = state === 'sent' ? 1 : 0
      for (const on of ['post', 'send_message']) await w.x.fault({ on, kind, times })
    })
    const post = await w.x.says(`open_${n}`, `@NorthmoorHelp ${MISSED}`) // whose handle goes with what is gone
    await w.x.control('POST', 'messages', { handle: `private_${n}`, text: MISSED })
    const replies = () => w.kerbside.sql(`SELECT p.private, p.state, coalesce(p.error, ''), count(h.id) FROM reply p
      JOIN message m ON m.id=p.message_id JOIN resident r ON r.id=m.resident_id
      LEFT JOIN handoff_case h ON h.conversation_id=m.conversation_id
      WHERE m.remote_id='${post}' OR r.handle='private_${n}' GROUP BY p.id ORDER BY 1`)
    const seen = await until(`${kind}: both replies ${state}`, async () => {
      const found = await replies()
      return found.length === 2 && found.every(([, is]) => is === state) && found
    }, { ms: 60000, seen: replies }) // who asked us a moment ago is asked for again after ten seconds
    for (const [, , error, cases] of seen) {
      if (state === 'failed') assert.match(error, words, kind)
      assert.equal(cases, state === 'failed' ? '1' : '0', kind)
    }
    if (state === 'queued') {
      const desk = await Desk.open(w.kerbside, { cookie })
      assert.match((await desk.networkIs(false)).text, words, kind)
      desk.socket.drop()
      const asked = (await w.x.requests()).filter(({ fault }) => fault === kind).map(({ path }) => path)
      assert.equal(new Set(asked).size, asked.length, `${kind}: nothing is asked for twice`)
    }
  }
  await restart(w)
  await until('what was queued to be sent', async () =>
    (await w.kerbside.sql("SELECT count(*) FROM reply WHERE state NOT IN ('sent', 'failed')"))[0][0] === '0')
  const posted = await w.x.ours()
  assert.equal(posted.length, rows.filter(([, state]) => state !== 'failed').length)
  await w.x.noViolations()
}))

// What its author or X took away goes from our disk, too.
const GONE = [
  ['deleted', (x, { post }) => x.control('POST', `posts/${post}/delete`)],
  ['withheld', (x, { post }) => x.control('POST', `posts/${post}/withhold`)],
  ...['protected', 'suspended', 'deactivated'].map(state =>
    [state, (x, { handle }) => x.control('POST', `users/${handle}`, { state })]),
  ['blocked', (x, { handle }) => x.control('POST', `users/${handle}`, { blocks: ['NorthmoorHelp'] })]
]

test('erased: what X says is gone or hidden leaves no words behind', async t => {
  const w = await world(t, { conf })
  const written = []
  for (const [handle] of [...GONE, ['stays']]) {
    const post = await w.x.says(handle, `@NorthmoorHelp do you sell harpsichords, secretly${handle}`)
    written.push({ handle, post })
  }
  const told = () => w.kerbside.sql(`SELECT r.handle, m.text, m.gone_at IS NULL, count(h.id) FROM message m
    JOIN resident r ON r.id=m.resident_id JOIN handoff_case h ON h.message_id=m.id GROUP BY m.id ORDER BY m.id`)
  await until('a case of each', async () => (await told()).length === written.length)
  for (const [n, [, take]] of GONE.entries()) {
    const { status, text } = await take(w.x, written[n])
    assert.equal(status, 200, text)
  }
  await restart(w, () => lookAgain(w))
  await until('a look', () => /checker.looked account=NorthmoorHelp asked=7 gone=6/.test(w.kerbside.log),
    { seen: async () => [w.kerbside.log, await told()] })
  const stays = '@NorthmoorHelp do you sell harpsichords, secretlystays'
  assert.deepEqual((await told()).map(([, ...rest]) => rest),
    [...GONE.map(() => ['', '0', '1']), [stays, '1', '1']])
  const left = () => GONE.filter(([handle]) => w.kerbside.holds(`secretly${handle}`))
  await until('no words left on the disk', () => left().length === 0, { seen: left })
  await w.x.noViolations()
})

// What a stream that X refuses makes the program do: staff are told, or X is asked for what mends it. What is new is
// read all the same.
const STREAMING = [
  ['too_many_connections', 'DELETE /2/connections/all'],
  ['conflict', 'GET /2/tweets/search/stream/rules'],
  ['unauthorized', /stream doesn't come up.*app's bearer token/],
  ['no_credits', /stream doesn't come up.*402.*top it up/],
  ['not_enrolled', /stream doesn't come up.*plan at X/],
  ['plan_subset', /stream doesn't come up.*plan at X/],
  ['unsupported_authentication', /stream doesn't come up.*fault of Kerbside's/],
  ['usage_capped', /stream doesn't come up.*429.*raise it/]
]

test('streaming: somebody or something sees to it, and what is new is read', t => inLanes(STREAMING, async rows => {
  const x = { live: 'filtered', app_file: 'app.json' }
  const w = await world(t, { conf: { x }, started: false })
  writeFileSync(join(w.dir, 'app.json'), JSON.stringify({ bearer_token: 'sandbox-app-token' }), { mode: 0o600 })
  for (const [n, [kind, what]] of rows.entries()) {
    await restart(w, () => w.x.fault({ on: 'stream', kind, times: 0 }))
    const desk = await Desk.open(w.kerbside)
    if (what instanceof RegExp) {
      await desk.until(`${kind}: ${what}`, () => what.test(desk.network.text), { seen: () => desk.network })
    } else {
      await until(`${kind}: ${what}`, async () => {
        const asked = await w.x.requests()
        const refused = asked.findIndex(({ fault }) => fault === kind)
        return refused >= 0 && asked.slice(refused).some(({ method, path }) => `${method} ${path}`.startsWith(what))
      }, { seen: () => w.kerbside.log })
    }
    await w.x.says(`resident_${n}`, `@NorthmoorHelp do you sell harpsichords (${n})`)
    await desk.caseOf(`resident_${n}`)
    desk.socket.drop()
  }
  await w.x.noViolations()
}))
