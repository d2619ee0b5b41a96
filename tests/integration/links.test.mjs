// Links of answers are asked for; one that is dead withdraws its answers until it is there again.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { kbFolder } from './support/kbfolder.mjs'
import { moveClock, run, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const MISSED = '@NorthmoorHelp my green bin has not been emptied'

// The council's pages: `pages` says the status of each path, for HEAD and for GET.
async function council (t, pages) {
  const asked = []
  const server = createServer((request, response) => {
    const page = pages[request.url]
    asked.push(`${request.method} ${request.url} ${page[request.method]}`)
    asked.agent = request.headers['user-agent']
    response.writeHead(page[request.method], page.to ? { location: page.to } : {})
    response.end(request.method === 'HEAD' ? '' : 'x'.repeat(100000))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return { asked, port: server.address().port }
}

const page = (head, get = head) => ({ HEAD: head, GET: get })
const links = w => w.kerbside.sql('SELECT url, status, failures, dead FROM kb_link ORDER BY url')
const told = w => w.kerbside.sql("SELECT kind, item FROM event WHERE kind LIKE 'kb.link%' ORDER BY seq")

test('a dead link withdraws its answers, a living one brings them back', async t => {
  const pages = { '/missed': page(404), '/day': page(405, 200), '/hole': page(403) }
  const { asked, port } = await council(t, pages)
  const kb = kbFolder()
  t.after(kb.remove)
  const at = path => `https://127.0.0.1:${port}${path}`
  kb.write('bins.json', ({ intents: [missed, day] }) => {
    missed.link = at('/missed')
    day.link = at('/day')
  })
  kb.change('roads.json', ({ intents: [hole] }) => { hole.link = at('/hole') })
  const w = await world(t, { conf: { kb: kb.dir, knowledge: { check_links: true } } })

  // All are new: each is asked for at once, by GET where HEAD is refused, and not again.
  await until('three links', async () => (await links(w)).length === 3, { seen: () => asked })
  assert.deepEqual(await links(w),
    [[at('/day'), '200', '0', '0'], [at('/hole'), '403', '0', '0'], [at('/missed'), '404', '1', '1']])
  assert.deepEqual([...asked].sort(), ['GET /day 200', 'GET /missed 404', 'HEAD /day 405',
    'HEAD /hole 403', 'HEAD /missed 404'])
  assert.match(asked.agent, /^kerbside\/\S+ \(link check for @NorthmoorHelp\)$/)
  assert.deepEqual(await told(w), [['kb.link_dead', 'intent/bins.missed']])

  // A person gets what it would have said.
  const first = await w.x.says('elm_close_sam', MISSED)
  await until('a case', async () => (await w.kerbside.sql(
    'SELECT action, offered FROM decision'))[0]?.join(' ') === 'handoff 1')
  assert.deepEqual(await w.x.repliesTo(first), [])

  // Hours later it is there again.
  pages['/missed'] = page(200)
  await moveClock(w, new Date(Date.now() + 5 * 3600e3).toISOString())
  await until('it is back', async () => (await told(w)).length === 2, { seen: () => asked })
  assert.deepEqual((await told(w))[1], ['kb.link_back', 'intent/bins.missed'])
  const second = await w.x.says('mill_road', MISSED)
  assert.match((await w.x.replyTo(second)).text, /127\.0\.0\.1/)

  // A fault counts once it was there twice, hours apart.
  pages['/missed'] = page(503)
  await moveClock(w, new Date(Date.now() + 60 * 3600e3).toISOString())
  await until('a fault', async () =>
    (await links(w)).some(([, status, failures]) => status === '503' && failures === '1'))
  assert.equal((await told(w)).length, 2)
  await moveClock(w, new Date(Date.now() + 65 * 3600e3).toISOString())
  await until('it is dead', async () => (await told(w)).length === 3, { seen: () => links(w) })
})

test('kerbside kb links: what was found, and asking for all of them now', async t => {
  const pages = { '/missed': page(200), '/day': page(410), '/hole': page(200) }
  const { asked, port } = await council(t, pages)
  const kb = kbFolder()
  t.after(kb.remove)
  const at = path => `https://127.0.0.1:${port}${path}`
  kb.write('bins.json', ({ intents: [missed, day] }) => {
    missed.link = at('/missed')
    day.link = at('/day')
  })
  kb.change('roads.json', ({ intents: [hole] }) => { hole.link = at('/missed') })
  const w = await world(t, { conf: { kb: kb.dir } })
  const links = async (...args) => run(['kb', 'links', '--config', w.kerbside.config, ...args])
  const fresh = await links()
  assert.deepEqual([fresh.status, fresh.out, asked], [0, [
    `new       -  bins.missed  ${at('/missed')}`,
    `new       -  bins.day  ${at('/day')}`,
    `new       -  roads.pothole  ${at('/missed')}`, ''].join('\n'), []], fresh.err)
  const found = await links('--check')
  assert.equal(found.status, 0, found.err)
  assert.deepEqual([...asked], ['HEAD /missed 200', 'HEAD /day 410', 'GET /day 410'])
  assert.deepEqual(found.out.replace(/\d{4}-\S+Z/g, 'AT').split('\n'), [
    `alive  200  AT  bins.missed  ${at('/missed')}`,
    `dead   410  AT  bins.day  ${at('/day')}: There is no such page any more`,
    `alive  200  AT  roads.pothole  ${at('/missed')}`, ''])
  // It holds for the service, too.
  assert.deepEqual(await told(w), [['kb.link_dead', 'intent/bins.day']])
  assert.equal((await links('--all')).status, 2)
})
