// X at its worst, on the way in and on the way out: the loop stays alive, the message is still answered,
// and only once. Faults that mean "come back in a minute" are not waited for: what is checked is that
// Kerbside knows how long, tells staff, and asks nothing before.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Desk } from './support/desk.mjs'
import { US, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const MISSED = '@NorthmoorHelp my green bin has not been emptied'
const QUESTION = '@NorthmoorHelp do you sell second hand harpsichords'
const MENTIONS = `/2/users/${US}/mentions`
const conf = { x: { lookup_wait_ms: 50 } }
const impatient = { x: { ...conf.x, timeout_ms: 1500 } } // where X says nothing
const confFor = kind => kind.startsWith('silent') ? impatient : conf
const SIDE_BY_SIDE = { concurrency: 6 } // worlds that mostly wait

// Exactly one reply of ours in the sandbox, and one in the record, sent, knowing its id.
async function answeredOnce ({ x, kerbside }, post) {
  const reply = await x.replyTo(post)
  await until('the reply is recorded as sent', async () =>
    (await kerbside.sql("SELECT count(*) FROM reply WHERE state='sent'"))[0][0] === '1',
  { seen: () => kerbside.sql('SELECT state, attempts, looks, error FROM reply') })
  await x.sweeps()
  assert.equal((await x.ours()).length, 1)
  assert.deepEqual(await kerbside.sql('SELECT state, remote_id FROM reply'), [['sent', reply.id]])
  assert.deepEqual(await kerbside.sql('SELECT count(*) FROM message'), [['1']])
  return reply
}

// --- reading ---

describe('reading: staff see the trouble, it ends, the message is answered once', SIDE_BY_SIDE,
  () => {
    const kinds = ['garbage', 'html', 'half_json', 'huge', 'empty', 'silent_before', 'silent_after',
      'reset_before', 'reset_after', 'server_error', 'bad_gateway', 'unavailable']
    for (const kind of kinds) {
      test(kind, async t => {
        const w = await world(t, { conf: confFor(kind) })
        const desk = await Desk.open(w.kerbside)
        await desk.networkIs(true)
        await w.x.fault({ on: 'mentions', kind, times: 0 })
        const post = await w.x.says('elm_close_sam', MISSED)
        const { text } = await desk.networkIs(false)
        assert.match(text, /^New messages can't be read\. X /)
        // The console works on meanwhile.
        assert.equal((await desk.ask('count', { text: 'still here' })).type, 'count')
        assert.deepEqual(await w.x.repliesTo(post), [])
        await w.x.clearFaults()
        await answeredOnce(w, post)
        assert.deepEqual(await desk.networkIs(true), { ok: true, text: null })
        await w.x.noViolations()
      })
    }
  })

describe('reading: X says to wait, and is left alone until then', SIDE_BY_SIDE, () => {
  const kinds = [
    // What is left when the answer is read, and more than the minute that any refusal lasts.
    ['rate_limited', { reset_in_s: 120 }, [61000, 121000], /429/],
    ['rate_limited', { reset_in_s: -30 }, [60000, 60000], /429/],
    ['rate_limited', { reset_in_s: 1e6 }, [60000, 900000], /429/],
    ['usage_capped', {}, [60000, 900000], /429.*Usage cap/],
    ['unauthorized', {}, [60000, 60000], /run kerbside x login/],
    ['no_credits', {}, [60000, 60000], /402.*credits/]
  ]
  for (const [kind, more, [least, most], words] of kinds) {
    test(`${kind} ${JSON.stringify(more)}`, async t => {
      const w = await world(t, { conf })
      const desk = await Desk.open(w.kerbside)
      await w.x.fault({ on: 'mentions', kind, times: 0, ...more })
      const post = await w.x.says('elm_close_sam', MISSED)
      const { text } = await desk.networkIs(false)
      assert.match(text, words)
      const waits = [...w.kerbside.log.matchAll(/network\.read_failed account=NorthmoorHelp feed=mentions wait_ms=(\d+)/g)]
      assert.equal(waits.length, 1)
      const wait = Number(waits[0][1])
      assert.ok(wait >= least && wait <= most, `waits ${wait} ms`)
      // The trouble is told a while after the refusal; a poll every 100 ms would show by now.
      const asked = await w.x.requestsTo('GET', MENTIONS)
      assert.equal(asked.filter(each => each.fault === kind).length, 1)
      assert.equal(asked.at(-1).fault, kind)
      // Somebody has seen to it: a new window, and a new start that need not wait.
      await w.x.clearFaults()
      await w.x.control('POST', 'limits', {})
      await w.kerbside.restart()
      await answeredOnce(w, post)
      await w.x.noViolations()
    })
  }
})

describe('reading', SIDE_BY_SIDE, () => {
  test('a stop in the middle of a sweep repeats it, and records nothing twice', async t => {
    const w = await world(t, { conf, started: false })
    for (let n = 0; n < 250; n++) await w.x.says(`r${n}`, QUESTION)
    await w.x.fault({ on: 'mentions', kind: 'half_json', after: 1, times: 1 })
    await w.x.fault({ on: 'mentions', kind: 'reset_before', after: 1, times: 1 })
    await w.kerbside.start()
    const count = async () => Number((await w.kerbside.sql('SELECT count(*) FROM message'))[0][0])
    await until('all 250 messages', async () => await count() === 250)
    await w.x.sweeps()
    assert.equal(await count(), 250)
    assert.deepEqual(await w.kerbside.sql('SELECT count(*) FROM handoff_case'), [['250']])
    assert.deepEqual(await w.x.ours(), [])
    await w.x.noViolations()
  })

  test('everything delivered over and over is recorded and answered once', async t => {
    const w = await world(t, { conf })
    await w.x.fault({ on: 'mentions', kind: 'repeat', times: 0 })
    const post = await w.x.says('elm_close_sam', MISSED)
    await answeredOnce(w, post)
    await w.x.sweeps(5)
    await answeredOnce(w, post)
    await w.kerbside.restart()
    await w.x.sweeps(3)
    await answeredOnce(w, post)
    await w.x.noViolations()
  })

  test('a message that arrives late is answered', async t => {
    const w = await world(t, { conf })
    await w.x.fault({ on: 'mentions', kind: 'late', times: 1 })
    const post = await w.x.says('elm_close_sam', MISSED)
    await w.x.sweeps(3)
    assert.deepEqual(await w.x.repliesTo(post), [])
    await w.x.clearFaults()
    await answeredOnce(w, post)
  })

  test('a message that a later one has overtaken is answered too', async t => {
    const w = await world(t, { conf })
    await w.x.fault({ on: 'mentions', kind: 'late', times: 1 })
    const late = await w.x.says('elm_close_sam', MISSED)
    const early = await w.x.says('mill_road', '@NorthmoorHelp pothole on Mill Road')
    await w.x.replyTo(early)
    await w.x.sweeps()
    await w.x.clearFaults()
    await w.x.replyTo(late)
    await w.x.sweeps(3)
    assert.equal((await w.x.ours()).length, 2)
  })

  test('one that was overtaken before a restart is answered after it', async t => {
    const w = await world(t, { conf })
    await w.x.fault({ on: 'mentions', kind: 'late', times: 1 })
    const late = await w.x.says('elm_close_sam', MISSED)
    const early = await w.x.says('mill_road', '@NorthmoorHelp pothole on Mill Road')
    await w.x.replyTo(early)
    await w.kerbside.stop()
    await w.x.clearFaults()
    await w.kerbside.start()
    await w.x.replyTo(late)
    await w.x.sweeps(3)
    assert.equal((await w.x.ours()).length, 2)
    await w.x.noViolations()
  })

  test('X is not there at all, then it is', async t => {
    const w = await world(t, { conf })
    const desk = await Desk.open(w.kerbside)
    const { port, server } = w.sandbox
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
    const { text } = await desk.networkIs(false)
    assert.match(text, /can't be reached/)
    // Meanwhile the port may be lent to anybody on this machine who connects to somewhere.
    await until('the port', () => w.sandbox.listen(port).then(() => true, () => false))
    const post = await w.x.says('elm_close_sam', MISSED)
    await answeredOnce(w, post)
    await desk.networkIs(true)
  })
})

// --- sending ---

// our own posts can't be read: else what is out is seen there before its sending ends
const unseen = { on: 'timeline', kind: 'unavailable', times: 0 }

describe('sending ended unknown: the timeline tells, and there is one post', SIDE_BY_SIDE, () => {
  const kinds = ['server_error', 'bad_gateway', 'unavailable', 'silent_before', 'silent_after',
    'reset_before', 'reset_after', 'html', 'garbage', 'half_json', 'huge', 'empty']
  for (const kind of kinds) {
    for (const taken of [false, true]) {
      test(`${kind}, ${taken ? 'taken' : 'not taken'}`, async t => {
        const w = await world(t, { conf: confFor(kind) })
        await w.x.fault({ on: 'post', kind, taken })
        const post = await w.x.says('elm_close_sam', MISSED)
        await answeredOnce(w, post)
        const posted = await w.x.requestsTo('POST', '/2/tweets')
        assert.equal(posted.length, taken ? 1 : 2)
        await w.x.noViolations()
      })
    }
  }
})

describe('sending: refused for now, queued, sent once when it may', SIDE_BY_SIDE, () => {
  const kinds = [
    ['rate_limited', { reset_in_s: 90 }, /429/],
    ['usage_capped', {}, /429.*Usage cap/],
    ['unauthorized', {}, /run kerbside x login/],
    ['no_credits', {}, /402.*credits/]
  ]
  for (const [kind, more, words] of kinds) {
    test(kind, async t => {
      const w = await world(t, { conf })
      const desk = await Desk.open(w.kerbside)
      await w.x.fault({ on: 'post', kind, times: 0, ...more })
      const post = await w.x.says('elm_close_sam', MISSED)
      const { text } = await desk.networkIs(false)
      assert.match(text, /^Replies are waiting to be sent\. X (said|refuses) /)
      assert.match(text, words)
      assert.deepEqual(await w.kerbside.sql('SELECT state FROM reply'), [['queued']])
      // A second one waits behind it, without another request.
      const second = await w.x.says('mill_road', '@NorthmoorHelp pothole on Mill Road')
      await until('two replies wait', async () => (await w.kerbside.sql(
        "SELECT count(*) FROM reply WHERE state='queued'"))[0][0] === '2')
      await w.x.sweeps(3)
      assert.equal((await w.x.requestsTo('POST', '/2/tweets')).length, 1)
      await w.x.clearFaults()
      await w.x.control('POST', 'limits', {})
      await w.kerbside.restart()
      await w.x.replyTo(post)
      await w.x.replyTo(second)
      await w.x.sweeps()
      assert.equal((await w.x.ours()).length, 2)
      const again = await Desk.open(w.kerbside, { cookie: desk.cookie })
      await again.networkIs(true)
      await w.x.noViolations()
    })
  }
})

describe('sending', SIDE_BY_SIDE, () => {
  test('a reply of staff that ended unknown is found too', async t => {
    const w = await world(t, { conf: impatient })
    const desk = await Desk.open(w.kerbside)
    const post = await w.x.says('curious', QUESTION)
    const about = await desk.caseOf('curious')
    await desk.do('claim', about)
    await w.x.fault(unseen)
    await w.x.fault({ on: 'post', kind: 'silent_after' })
    const text = 'Sorry, no. See https://northmoor.example/music?a=1&b=2 & ask "there" <next door>'
    await desk.do('reply', about, { text })
    await desk.event('reply.unknown')
    await w.x.clearFaults()
    await desk.event('reply.sent') // whoever sees it first: the look for it, or the reading of our posts
    await answeredOnce(w, post)
    await w.x.noViolations()
  })

  test('the timeline fails as well, then it does not', async t => {
    const w = await world(t, { conf })
    await w.x.fault({ on: 'post', kind: 'reset_after' })
    await w.x.fault({ on: 'timeline', kind: 'half_json', times: 2 })
    const post = await w.x.says('elm_close_sam', MISSED)
    await answeredOnce(w, post)
    await w.x.noViolations()
  })

  test('the timeline shows the post only at the second look', async t => {
    const w = await world(t, { conf: { x: { ...conf.x, lookup_wait_ms: 400 } } })
    await w.x.fault({ on: 'timeline', kind: 'late', delay_ms: 600 })
    await w.x.fault({ on: 'post', kind: 'reset_after' })
    const post = await w.x.says('elm_close_sam', MISSED)
    await answeredOnce(w, post)
    assert.equal((await w.x.requestsTo('POST', '/2/tweets')).length, 1)
  })

  test('a kill while it is unknown does not send it twice', async t => {
    const w = await world(t, { conf: { x: { ...impatient.x, lookup_wait_ms: 600000 } } })
    await w.x.fault(unseen)
    await w.x.fault({ on: 'post', kind: 'silent_after' })
    const post = await w.x.says('elm_close_sam', MISSED)
    await until('the sending ended unknown', async () =>
      (await w.kerbside.sql('SELECT state FROM reply'))[0]?.[0] === 'unknown')
    await w.kerbside.stop('SIGKILL')
    await w.x.clearFaults()
    await w.kerbside.start()
    await answeredOnce(w, post)
    await w.x.noViolations()
  })

  test('what waited until somebody took the conversation is not sent, unless they want it',
    async t => {
      const w = await world(t, { conf })
      const desk = await Desk.open(w.kerbside)
      await w.x.fault({ on: 'post', kind: 'no_credits', times: 0 })
      const post = await w.x.says('neighbour', '@NorthmoorHelp there is a child alone next door')
      const about = await desk.caseOf('neighbour')
      await desk.networkIs(false)
      await desk.do('claim', about)
      await w.x.clearFaults()
      await w.kerbside.restart()
      const back = await Desk.open(w.kerbside, { cookie: desk.cookie })
      await back.caseOf('neighbour', each => each.failed_replies === 1)
      await w.x.sweeps()
      assert.deepEqual(await w.x.ours(), [])
      const { replies } = await back.ask('open', { case: about.id })
      assert.match(replies[0].error, /^Not sent: /)
      await back.do('retry', about, { reply: replies[0].id })
      await answeredOnce(w, post)
      await w.x.noViolations()
    })

  test('refused for good, it becomes a case, and staff can try again', async t => {
    const w = await world(t, { conf })
    const desk = await Desk.open(w.kerbside)
    await w.x.fault({ on: 'post', kind: 'forbidden' })
    const post = await w.x.says('elm_close_sam', MISSED)
    const failed = await desk.caseOf('elm_close_sam', about => about.failed_replies === 1)
    assert.equal(failed.state, 'open')
    const whole = await desk.ask('open', { case: failed.id })
    const [reply] = whole.replies
    assert.deepEqual([reply.state, reply.by], ['failed', null])
    assert.match(reply.error, /403/)
    await w.x.sweeps()
    assert.deepEqual(await w.x.ours(), [])
    await desk.do('claim', failed)
    await desk.do('retry', failed, { reply: reply.id })
    await answeredOnce(w, post)
    await w.x.noViolations()
  })

  test('the resident deleted the message, staff hear of it', async t => {
    const w = await world(t, { conf })
    const desk = await Desk.open(w.kerbside)
    await w.x.fault(unseen) // so that it isn't tried again before the message is gone
    await w.x.fault({ on: 'post', kind: 'server_error' })
    const post = await w.x.says('elm_close_sam', MISSED)
    await desk.event('reply.unknown')
    await w.x.control('POST', `posts/${post}/delete`)
    await w.x.clearFaults()
    await desk.until('a case without words', () =>
      [...desk.cases.values()].some(about => about.failed_replies === 1 && about.gone))
    assert.deepEqual(await w.kerbside.sql('SELECT text FROM message'), [['']])
    assert.deepEqual(await w.x.ours(), [])
  })

  test('"said before" about a post of ours that is there is a success', async t => {
    const w = await world(t, { conf })
    await w.x.fault({ on: 'post', kind: 'duplicate', taken: true })
    const post = await w.x.says('elm_close_sam', MISSED)
    await answeredOnce(w, post)
    assert.equal((await w.x.requestsTo('POST', '/2/tweets')).length, 1)
  })

  test('"said before" about one that is not there fails, for staff to see', async t => {
    const w = await world(t, { conf })
    const desk = await Desk.open(w.kerbside)
    await w.x.fault({ on: 'post', kind: 'duplicate' })
    await w.x.says('elm_close_sam', MISSED)
    const failed = await desk.caseOf('elm_close_sam', about => about.failed_replies === 1)
    const { replies } = await desk.ask('open', { case: failed.id })
    assert.match(replies[0].error, /duplicate content/)
    await w.x.sweeps()
    assert.equal((await w.x.requestsTo('POST', '/2/tweets')).length, 1)
    assert.deepEqual(await w.x.ours(), [])
  })

  test('a network that takes nothing and says nothing is given up after three attempts',
    async t => {
      const w = await world(t, { conf })
      const desk = await Desk.open(w.kerbside)
      await w.x.fault({ on: 'post', kind: 'reset_before', times: 0 })
      const post = await w.x.says('elm_close_sam', MISSED)
      const failed = await desk.caseOf('elm_close_sam', about => about.failed_replies === 1)
      assert.equal((await w.x.requestsTo('POST', '/2/tweets')).length, 3)
      await w.x.clearFaults()
      await desk.do('claim', failed)
      const { replies } = await desk.ask('open', { case: failed.id })
      await desk.do('retry', failed, { reply: replies[0].id })
      await answeredOnce(w, post)
    })

  test('one that hangs in doubt does not hold up the others', async t => {
    const w = await world(t, { conf: { x: { ...conf.x, lookup_wait_ms: 600000 } } })
    await w.x.fault({ on: 'post', kind: 'reset_before' })
    const stuck = await w.x.says('elm_close_sam', MISSED)
    await until('the sending ended unknown', async () =>
      (await w.kerbside.sql('SELECT state FROM reply'))[0]?.[0] === 'unknown')
    const free = await w.x.says('mill_road', '@NorthmoorHelp pothole on Mill Road')
    await w.x.replyTo(free)
    assert.deepEqual(await w.x.repliesTo(stuck), [])
  })

  test('a wrong token is shown to staff; with the right one all goes on', async t => {
    const w = await world(t, { conf, started: false })
    writeFileSync(join(w.dir, 'token'), 'yesterdays-token\n')
    await w.kerbside.start()
    const desk = await Desk.open(w.kerbside)
    assert.match((await desk.networkIs(false)).text, /run kerbside x login/)
    assert.ok(!w.kerbside.log.includes('yesterdays-token'), 'a token in the log')
    writeFileSync(join(w.dir, 'token'), 'sandbox-token\n')
    await w.kerbside.restart()
    const post = await w.x.says('elm_close_sam', MISSED)
    await answeredOnce(w, post)
  })
})
