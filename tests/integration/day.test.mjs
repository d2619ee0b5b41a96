// The demo's day (tests/sandbox/day.mjs), with the demo's configuration and the shipped knowledge
// base: on a Sunday night all of it can be done, and leaves a desk at work.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { playDay } from '../sandbox/day.mjs'
import { Desk, signIn } from './support/desk.mjs'
import { APP, PASSWORD, run, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const fromRoot = path => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const SUNDAY = Date.parse('2027-03-28T21:00:00Z') // of Easter: work ended on Thursday
const ROLES = { sam: 'agent', asha: 'supervisor', tom: 'trainee', edie: 'editor' }
const TRAYS = ['answered', 'ignored', 'sent', 'failed', 'closed']

async function council (t) {
  const demo = JSON.parse(readFileSync(fromRoot('config/demo.json'), 'utf8'))
  const { api, ...x } = demo.x
  const w = await world(t, {
    staffed: false,
    started: false,
    files: { 'app.json': APP, token: 'sandbox-token', 'news-token': 'sandbox-news-token' },
    conf: {
      kb: fromRoot('kb/content'),
      hours: { week: demo.hours.week },
      console: { ...demo.console, port: 0, undo_s: 5 },
      x: { ...x, app_file: 'app.json' },
      accounts: demo.accounts.map((account, n) =>
        ({ ...account, token_file: ['token', 'news-token'][n] }))
    }
  })
  for (const [login, role] of Object.entries(ROLES)) {
    const { status, err } = await run(['staff', 'add', login, '--name', `${login} of ours`,
      '--initials', login.slice(0, 2).toUpperCase(), '--role', role, '--config', w.kerbside.config],
    { input: PASSWORD + '\n' })
    assert.equal(status, 0, err)
  }
  await w.kerbside.start()
  w.sandbox.control.kerbside = w.kerbside.url
  return w
}

const atLeast = (counts, least) => {
  for (const [what, number] of Object.entries(least)) {
    assert.ok(counts[what] >= number, `${what}: ${counts[what]}, not ${number} or more`)
  }
}

test('a day at the council', async t => {
  const w = await council(t)
  const { day, undone } = await playDay({ ...w, password: PASSWORD, now: SUNDAY })
  assert.equal(day, '2027-03-25')
  assert.deepEqual(undone, [], 'what staff could not do')

  const desk = await Desk.open(w.kerbside, { cookie: await signIn(w.kerbside, 'asha') })
  const { now_at: now, open } = desk.welcome
  assert.ok(open.now)
  assert.equal(new Date(now * 1000).toISOString().slice(0, 10), day)
  const cases = [...desk.cases.values()]
  const count = fits => cases.filter(fits).length
  assert.ok(cases.length >= 55 && cases.length <= 75, `${cases.length} cases`)
  atLeast({
    open: count(({ state }) => state === 'open'),
    claimed: count(({ state }) => state === 'claimed'),
    closed: count(({ state }) => state === 'closed'),
    sensitive: count(({ state, sensitive }) => sensitive && state !== 'closed'),
    over: count(({ due_at: due }) => due && due < now),
    ahead: count(({ due_at: due }) => due && due > now),
    failed: count(({ failed_replies: failed }) => failed),
    proposed: count(({ proposed_replies: proposed }) => proposed),
    muted: count(({ muted }) => muted),
    elsewhere: count(({ elsewhere }) => elsewhere),
    private: count(one => one.private),
    praised: count(({ outcome }) => outcome === 'praise')
  }, {
    open: 15,
    claimed: 8,
    closed: 20,
    sensitive: 4,
    over: 2,
    ahead: 10,
    failed: 1,
    proposed: 1,
    muted: 1,
    elsewhere: 1,
    private: 1,
    praised: 1
  })
  const ranOut = await w.kerbside.sql(
    "SELECT text FROM event WHERE text LIKE 'Nothing came from %'")
  assert.deepEqual(ranOut, [], 'claims that ran out on the way')

  const trays = {}
  for (const tray of TRAYS) {
    trays[tray] = (await desk.ask('list', { tray, before: null })).items.length
  }
  atLeast(trays, { answered: 12, ignored: 4, sent: 50, failed: 1, closed: 20 })
  const waiting = () => w.kerbside.sql(
    "SELECT state FROM reply WHERE state IN ('held', 'queued', 'sending', 'unknown')")
  await until('all replies have left', async () => (await waiting()).length === 0, { seen: waiting })
  await w.x.noViolations()
  await desk.close()
})
