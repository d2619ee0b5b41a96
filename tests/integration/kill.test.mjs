// kill -9 at every commit point: whatever was cut off, after the next start nothing is lost, nothing is said
// twice, and the record is as if nothing had happened.
//
// A library in front of the program (killpoint.c) kills it before or after its N-th commit, or before or
// after the N-th posting request leaves. People try again what was not confirmed, but look first.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Desk, signIn } from './support/desk.mjs'
import { run, world } from './support/kerbside.mjs'
import { until, within } from './support/wait.mjs'

const SHIM = process.env.KERBSIDE_KILLPOINT
const AT_ONCE = 4 // runs side by side: each spends its time waiting
// So many points every evening has. How many more commits there are depends on what happens to share one.
const SURE = { commit: 20, post: 5 }

const ANSWERED = '@NorthmoorHelp my green bin has not been emptied'
const SENSITIVE = '@NorthmoorHelp there is a child alone next door'
const QUESTION = '@NorthmoorHelp do you sell second hand harpsichords'
const PRAISE = '@NorthmoorHelp brilliant work by the gardeners'
const ABUSE = '@NorthmoorHelp you are a bunch of clowns'
const FROM_STAFF = 'Thank you. Somebody is on the way.'

// Out of hours, whenever the test runs: open on one day of the week, three days from now.
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const CLOSED = { week: { [DAYS[(new Date().getUTCDay() + 3) % 7]]: ['09:00-17:00'] } }

// A sanitized program insists on its runtime coming first, unless told.
const shimmed = env => ({
  LD_PRELOAD: SHIM,
  ASAN_OPTIONS: 'verify_asan_link_order=0:detect_leaks=0',
  ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]))
})

// One evening: residents and Sam, each step looking first whether it is done already. It may break
// off anywhere because the program is gone, and is then begun again from the top.
class Evening {
  constructor (w) {
    Object.assign(this, w)
    this.posts = {}
  }

  // Waits for something, but not for a program that is dead.
  wait (what, look) {
    return until(what, async () => {
      const found = await look()
      if (!found && this.kerbside.ended) throw new Error('the program is gone')
      return found
    })
  }

  async write (handle, text) {
    this.posts[handle] ??= await this.x.says(handle, text)
  }

  reply (handle) {
    return this.wait(`a reply to ${handle}`, async () =>
      (await this.x.repliesTo(this.posts[handle]))[0])
  }

  async drive () {
    await this.write('answered', ANSWERED)
    await this.reply('answered')
    await this.write('sensitive', SENSITIVE)
    await this.write('question', QUESTION)
    await this.reply('sensitive')
    await this.reply('question')
    await this.staffAnswer()
    await this.write('praise', PRAISE)
    await this.write('abuse', ABUSE)
    await this.reply('praise')
    await this.wait('the abuse lies in the tray', async () =>
      (await this.desk.ask('list', { tray: 'ignored', before: null })).items?.length === 1)
    await this.settled()
    await this.desk.close()
  }

  async staffAnswer () {
    this.cookie ??= await signIn(this.kerbside)
    this.desk = await Desk.open(this.kerbside, { cookie: this.cookie })
    const { desk } = this
    await this.wait('the snapshot', () => desk.snapshot)
    const about = await desk.caseOf('sensitive')
    if (about.state === 'open') await desk.do('claim', about)
    const sent = async () => {
      const { replies } = await desk.ask('open', { case: about.id })
      return replies.some(reply => reply.by)
    }
    if (!await sent()) await desk.do('reply', about, { text: FROM_STAFF })
    await this.wait('the reply of staff', async () =>
      (await this.x.repliesTo(this.posts.sensitive)).length >= 2)
    if (desk.cases.get(about.id).state !== 'closed') {
      await desk.do('close', about, { outcome: 'passed_on' })
    }
  }

  // Nothing is under way any more. A look at a file that another process just recovers may fail.
  settled () {
    return this.wait('no reply is under way', async () => (await this.kerbside.sql(
      "SELECT count(*) FROM reply WHERE state IN ('queued', 'sending', 'unknown')"))[0][0] === '0')
  }

  async check () {
    const { kerbside, x } = this
    const ours = await x.ours()
    const under = handle => ours.filter(post => post.in_reply_to === this.posts[handle])
    assert.deepEqual(Object.keys(this.posts).map(handle => [handle, under(handle).length]),
      [['answered', 1], ['sensitive', 2], ['question', 1], ['praise', 1], ['abuse', 0]])
    const staffs = ours.filter(post => post.text === FROM_STAFF + ' ^SR')
    assert.equal(staffs.length, 1)
    assert.equal(staffs[0].in_reply_to, this.posts.sensitive)
    assert.deepEqual(await kerbside.sql('SELECT h.handle, count(*) FROM message m JOIN resident h' +
      ' ON h.id=m.resident_id GROUP BY 1 ORDER BY 1'),
    [['abuse', '1'], ['answered', '1'], ['praise', '1'], ['question', '1'], ['sensitive', '1']])
    assert.deepEqual(await kerbside.sql('SELECT h.handle, d.action FROM decision d JOIN message m' +
      ' ON m.id=d.message_id JOIN resident h ON h.id=m.resident_id ORDER BY 1'),
    [['abuse', 'ignore'], ['answered', 'answer'], ['praise', 'thank'], ['question', 'handoff'],
      ['sensitive', 'handoff']])
    assert.deepEqual(await kerbside.sql('SELECT h.handle, p.staff_id IS NULL, p.state, count(*)' +
      ' FROM reply p JOIN message m ON m.id=p.message_id JOIN resident h ON h.id=m.resident_id' +
      ' GROUP BY 1, 2, 3 ORDER BY 1, 2'),
    [['answered', '1', 'sent', '1'], ['praise', '1', 'sent', '1'], ['question', '1', 'sent', '1'],
      ['sensitive', '0', 'sent', '1'], ['sensitive', '1', 'sent', '1']])
    // What the record says was posted is what stands there.
    const recorded = await kerbside.sql('SELECT remote_id FROM reply ORDER BY remote_id')
    assert.deepEqual(recorded.flat(), ours.map(post => post.id).sort())
    assert.deepEqual(await kerbside.sql('SELECT h.handle, c.state, c.reason, c.outcome,' +
      ' c.acknowledged FROM handoff_case c JOIN resident h ON h.id=c.resident_id ORDER BY 1'),
    [['question', 'open', 'unresolved', '', '1'],
      ['sensitive', 'closed', 'safeguarding', 'passed_on', '1']])
    for (const kind of ['case.claimed', 'case.replied', 'case.closed', 'message.ignored']) {
      assert.deepEqual(
        await kerbside.sql(`SELECT count(*) FROM event WHERE kind='${kind}'`), [['1']], kind)
    }
    assert.deepEqual(await kerbside.sql('PRAGMA integrity_check'), [['ok']])
    await x.noViolations()
  }
}

const conf = { hours: CLOSED, x: { lookup_wait_ms: 50 } }

// Starts under the shim, lives through the evening however often that takes, and stops. Each of `envs` is
// for one start; when they are used up, it is started without the shim. How often the shim struck.
async function live (w, ...envs) {
  const evening = new Evening(w)
  const start = () => {
    const env = envs.shift()
    return w.kerbside.start(env ? { env: shimmed(env), mayDie: true } : {})
  }
  await start()
  let killed = 0
  for (;;) {
    try {
      if (!w.kerbside.ended) {
        await evening.drive()
        await w.kerbside.stop() // which may be when the shim strikes
      }
    } catch (error) {
      // A connection may break a moment before the end of the process is known.
      await within('its end', w.kerbside.ending).catch(() => { throw error })
    }
    const { code, signal } = await w.kerbside.ending
    if (signal !== 'SIGKILL') {
      assert.deepEqual([code, signal], [0, null], w.kerbside.log)
      break
    }
    killed++
    evening.desk?.socket.drop()
    await start()
  }
  await evening.check()
  return killed
}

async function inPools (items, work) {
  const left = [...items]
  const worker = async () => { while (left.length) await work(left.shift()) }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

// A test context for one run among many: its cleaning up is done when the run is over.
async function scoped (work) {
  const cleanings = []
  try {
    return await work({ after: clean => cleanings.push(clean) })
  } finally {
    for (const clean of cleanings) await clean()
  }
}

// How many points there are, in a life without a kill.
let points
async function countPoints (t) {
  const w = await world(t, { conf, started: false })
  const report = join(w.dir, 'points')
  assert.equal(await live(w, { KILL_REPORT: report }), 0)
  const [commits, posts] = readFileSync(report, 'utf8').trim().split(' ').map(Number)
  return { commits, posts }
}

async function killEverywhere (t, on, count) {
  const runs = []
  for (let at = 1; at <= count; at++) {
    for (const when of ['before', 'after']) runs.push({ on, at, when })
  }
  let struck = 0
  await inPools(runs, ({ on, at, when }) => scoped(async scope => {
    const w = await world(scope, { conf, started: false })
    try {
      const env = { KILL_ON: on, KILL_AT: at, KILL_WHEN: when }
      const kills = await live(w, env)
      assert.ok(kills === 1 || at > SURE[on], 'it was not killed')
      struck += kills
    } catch (error) {
      throw new Error(`killed ${when} ${on} ${at}: ${error.message}\n${w.kerbside.log}`,
        { cause: error })
    }
  }))
  t.diagnostic(`${count} points of ${on}, ${runs.length} runs, ${struck} killed`)
}

test('an evening without a kill', async t => {
  points = await countPoints(t)
  t.diagnostic(`${points.commits} commits, ${points.posts} posts`)
  assert.ok(points.commits > SURE.commit)
  assert.equal(points.posts, SURE.post)
})

test('killed before and after every commit', t => killEverywhere(t, 'commit', points.commits))

test('killed before and after every posting request', t =>
  killEverywhere(t, 'post', points.posts))

test('killed around a posting request, and again while finding out what became of it', async t => {
  const runs = []
  for (let at = 1; at <= points.posts; at++) {
    for (const when of ['before', 'after']) {
      for (const again of [1, 2, 3]) runs.push({ at, when, again })
    }
  }
  let struck = 0
  await inPools(runs, ({ at, when, again }) => scoped(async scope => {
    const w = await world(scope, { conf, started: false })
    try {
      const kills = await live(w, { KILL_ON: 'post', KILL_AT: at, KILL_WHEN: when },
        { KILL_ON: 'commit', KILL_AT: again, KILL_WHEN: 'after' })
      struck += kills
    } catch (error) {
      throw new Error(`killed ${when} post ${at}, then at commit ${again}: ${error.message}\n` +
        w.kerbside.log, { cause: error })
    }
  }))
  t.diagnostic(`${runs.length} runs, ${struck} kills`)
  assert.ok(struck > runs.length)
})

test('killed anywhere while the database is made for the first time', async t => {
  let struck = 0
  for (let at = 1; at <= 40; at++) {
    const ended = await scoped(async scope => {
      const w = await world(scope, { conf, started: false, staffed: false })
      const env = { KILL_ON: 'commit', KILL_AT: at, KILL_WHEN: at % 2 ? 'before' : 'after' }
      if (await w.kerbside.start({ env: shimmed(env), mayDie: true })) return true
      assert.equal((await w.kerbside.ending).signal, 'SIGKILL')
      struck++
      await w.kerbside.start()
      const post = await w.x.says('elm_close_sam', ANSWERED)
      await w.x.replyTo(post)
      const { status, err } = await run(['staff', 'list', '--config', w.kerbside.config])
      assert.equal(status, 0, err)
      return false
    })
    if (ended) break
  }
  t.diagnostic(`${struck} points`)
  assert.ok(struck > 2)
})
