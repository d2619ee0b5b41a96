// Shadow mode against a busy account: X is only ever read, staff see what would have been said, and
// whoever switches it off sends none of that.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { Desk } from './support/desk.mjs'
import { ago, APP, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const MISSED = '@NorthmoorHelp my green bin has not been emptied'
const QUESTION = '@NorthmoorHelp do you sell second hand harpsichords'

const FILES = {
  'app.json': APP,
  token: {
    access_token: 'sandbox-token',
    refresh_token: 'sandbox-refresh-token',
    expires_at: Math.floor(Date.now() / 1000) + 7200
  }
}

async function setMode (w, mode) {
  await w.kerbside.stop()
  const tree = JSON.parse(readFileSync(w.kerbside.config, 'utf8'))
  writeFileSync(w.kerbside.config, JSON.stringify({ ...tree, mode }))
  await w.kerbside.start()
}

const withheld = w => w.kerbside.sql('SELECT state, count(*) FROM reply GROUP BY state')

for (const live of ['activity', 'filtered']) {
  test(`with the ${live} stream: nothing but reading, and nothing of it is sent later`, async t => {
    const w = await world(t, {
      files: FILES, sandbox: { searchLag: 0 }, conf: { x: { app_file: 'app.json', live } }
    })
    // X already sends us events, and one reply is out.
    await until('a stream', () => /stream\.begun/.test(w.kerbside.log))
    const before = await w.x.replyTo(await w.x.says('first', MISSED))
    await setMode(w, 'shadow')
    const since = (await w.x.requests()).length

    const desk = await Desk.open(w.kerbside)
    const bin = await w.x.says('elm_close_sam', MISSED)
    await w.x.says('mill_road', '@NorthmoorHelp pothole on Mill Road')
    await w.x.says('grave', '@NorthmoorHelp there is a child alone next door')
    await w.x.says('kind', '@NorthmoorHelp brilliant work by the gardeners')
    await w.x.says('shy', '@NorthmoorHelp STOP')
    await w.x.whispers('whisperer', 'my green bin has not been emptied')
    await w.x.whispers('whisperer2', 'do you sell second hand harpsichords')
    await w.x.says('curious', QUESTION)
    for (const [handle, way] of [['curious', 'public'], ['whisperer2', 'private']]) {
      const about = await desk.caseOf(handle)
      await desk.do('claim', about)
      await desk.do('reply', about, { text: `Not to ${handle}.`, way })
    }
    // Trouble of all kinds while it reads: a token that ends, a stream that X cuts, edits, the checker.
    await w.x.control('POST', 'identity/expire', { account: 'NorthmoorHelp' })
    await w.x.control('POST', `posts/${bin}/edit`, { text: '@NorthmoorHelp pothole on Elm Close' })
    await w.x.control('POST', 'streams/end',
      { on: live === 'activity' ? 'activity_stream' : 'stream', how: 'cut' })
    await until('all kept back', async () =>
      (await w.kerbside.sql("SELECT count(*) FROM reply WHERE state='withheld'"))[0][0] >= 8,
    { seen: () => withheld(w) })
    const curious = await desk.caseOf('curious')
    await desk.event('reply.withheld', event => event.case?.id === curious.id)
    const { replies } = await desk.ask('open', { case: curious.id })
    assert.deepEqual(replies.map(({ text, state }) => [text, state]),
      [['Not to curious. ^SR', 'withheld']])
    await w.kerbside.stop()
    await w.kerbside.sql('UPDATE message SET checked_at=checked_at-90000')
    await w.kerbside.start()
    await until('a look at what is kept', () => /checker\.looked/.test(w.kerbside.log),
      { seen: () => w.kerbside.log.slice(-2500) })
    await w.x.sweeps(25)

    const asked = (await w.x.requests()).slice(since)
    const others = asked.filter(({ method, path }) => method !== 'GET' && path !== '/2/oauth2/token')
    assert.deepEqual(others, [])
    assert.ok(asked.some(({ path }) => path === '/2/oauth2/token'))
    for (const read of ['mentions', '/tweets?', 'dm_events', 'search/recent', 'stream', '/2/tweets?']) {
      assert.ok(asked.some(({ path }) => path.includes(read)), read)
    }
    assert.equal((await w.x.whispered()).length, 2)

    await setMode(w, 'auto')
    const now = await w.x.says('later', '@NorthmoorHelp pothole on Mill Road', { created_at: ago(1) })
    const reply = await w.x.replyTo(now)
    await w.x.sweeps(12)
    assert.deepEqual((await w.x.ours()).map(({ id }) => id), [before.id, reply.id])
    assert.equal((await w.x.whispered()).length, 2)
    await w.x.noViolations()
  })
}
