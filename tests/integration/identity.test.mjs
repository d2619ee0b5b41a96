// Who we are while we serve: tokens end, grants are taken back, somebody signs in again, and the program
// goes on without a new start.

import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Desk } from './support/desk.mjs'
import { APP, world } from './support/kerbside.mjs'
import { agree, begin, visit } from './support/login.mjs'
import { until } from './support/wait.mjs'

const MISSED = '@NorthmoorHelp my green bin has not been emptied'
const POTHOLE = '@NorthmoorHelp pothole on Mill Road'
const QUESTION = '@NorthmoorHelp do you sell second hand harpsichords'
const HOUR_MS = 3600000

const PAIR = {
  access_token: 'sandbox-token',
  refresh_token: 'sandbox-refresh-token',
  expires_at: Math.floor(Date.now() / 1000) + 7200,
  scope: 'tweet.read tweet.write users.read dm.read dm.write offline.access'
}
const FILES = { 'app.json': APP, token: PAIR }
const renewals = async w => (await w.x.requestsTo('POST', '/2/oauth2/token')).map(({ status }) => status)

describe('identity', { concurrency: 3 }, () => {
  test('an access token that ends in the middle is renewed once, and nobody notices', async t => {
    const w = await world(t, { files: FILES, conf: { x: { app_file: 'app.json' } } })
    const desk = await Desk.open(w.kerbside)
    await desk.networkIs(true)
    await w.x.replyTo(await w.x.says('elm_close_sam', MISSED))
    await w.x.control('POST', 'identity/expire', { account: 'NorthmoorHelp' })
    await w.x.replyTo(await w.x.says('mill_road', POTHOLE))
    await w.x.sweeps(12)
    assert.deepEqual(await renewals(w), [200])
    const kept = JSON.parse(readFileSync(join(w.dir, 'token'), 'utf8'))
    assert.ok(kept.access_token !== PAIR.access_token && kept.refresh_token !== PAIR.refresh_token)
    assert.equal(statSync(join(w.dir, 'token')).mode & 0o777, 0o600)
    assert.equal(desk.network.ok, true)
    assert.ok(!desk.frames.some(({ network }) => network && !network.ok))

    // Its end is known, and it is renewed before.
    await w.kerbside.stop()
    await w.x.control('POST', 'identity', { access_life_s: 16 })
    await w.x.control('POST', 'identity/expire', { account: 'NorthmoorHelp' })
    await w.kerbside.start()
    await until('two more renewals', async () => (await renewals(w)).length >= 3, { ms: 30000 })
    const refused = (await w.x.requests()).filter(({ status }) => status === 401)
    await until('one more', async () => (await renewals(w)).length >= 4, { ms: 30000 })
    assert.equal((await w.x.requests()).filter(({ status }) => status === 401).length, refused.length)
    assert.equal((await w.x.ours()).length, 2)
    for (const token of [kept.access_token, kept.refresh_token, APP.client_secret]) {
      assert.ok(!w.kerbside.log.includes(token))
    }
    await w.x.noViolations()
  })

  test('X in trouble while a token is to be renewed: asked again, and nothing is lost', async t => {
    const w = await world(t, { files: FILES, conf: { x: { app_file: 'app.json' } } })
    await w.x.replyTo(await w.x.says('elm_close_sam', MISSED))
    await w.x.fault({ on: 'token', kind: 'server_error', times: 2 })
    await w.x.control('POST', 'identity/expire', { account: 'NorthmoorHelp' })
    await w.x.replyTo(await w.x.says('mill_road', POTHOLE))
    assert.deepEqual(await renewals(w), [500, 500, 200])
    await w.x.noViolations()
  })

  test('stopped while a token is renewed: the new pair is kept', async t => {
    const w = await world(t, { files: FILES, conf: { x: { app_file: 'app.json' } } })
    await w.x.replyTo(await w.x.says('elm_close_sam', MISSED))
    await w.x.fault({ on: 'token', kind: 'slow', delay_ms: 2000 })
    await w.x.control('POST', 'identity/expire', { account: 'NorthmoorHelp' })
    await until('a renewal', async () => (await renewals(w)).length)
    await w.kerbside.restart()
    await w.x.replyTo(await w.x.says('mill_road', POTHOLE))
    assert.deepEqual(await renewals(w), [200])
    await w.x.noViolations()
  })

  test('a grant that is taken back: told at once, the queue kept, and a new one resumes', async t => {
    const w = await world(t, {
      files: FILES,
      conf: { x: { app_file: 'app.json', live: 'activity', poll_every_ms: HOUR_MS } }
    })
    const desk = await Desk.open(w.kerbside)
    await until('the stream', () => /stream\.begun/.test(w.kerbside.log))
    const asked = await w.x.says('curious', QUESTION)
    const about = await desk.caseOf('curious')
    await desk.do('claim', about)

    await w.x.control('POST', 'identity/revoke', { account: 'NorthmoorHelp' })
    const { text } = await desk.networkIs(false)
    assert.match(text, /has withdrawn Kerbside's access on X: run kerbside x login --account NorthmoorHelp/)
    await desk.do('reply', about, { text: 'We do not, sorry.' })
    const meanwhile = await w.x.says('elm_close_sam', MISSED)
    const login = await begin(t, { x: w.x, config: w.kerbside.config })
    assert.deepEqual(await w.x.ours(), [])
    await visit(await agree(w, login))
    assert.equal((await login.ended).status, 0)

    const reply = await w.x.replyTo(asked, { ms: 150000 })
    assert.equal(reply.text, 'We do not, sorry. ^SR')
    await w.x.replyTo(meanwhile, { ms: 150000 })
    await until('no more trouble but of what is told at once', () =>
      desk.network.ok || /tell us of everything at once/.test(desk.network.text),
    { ms: 75000, seen: () => desk.network })
    assert.equal((await w.x.ours()).length, 2)
    assert.deepEqual(await renewals(w), [200]) // the code's
    await w.x.noViolations()
  })
})
