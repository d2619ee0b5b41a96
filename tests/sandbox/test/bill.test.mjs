// What X would charge.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { as, MENTIONS, NEWS, open } from '../testing.mjs'

async function billed (x) {
  const { json } = await x.control('GET', 'bill')
  await x.control('DELETE', 'bill')
  const counts = Object.entries(json.items).map(([kind, { count }]) => [kind, count])
  return { usd: json.usd, ...Object.fromEntries(counts) }
}

test('reads are charged by the resource, once a day', async t => {
  const x = await open(t)
  await x.write('@NorthmoorHelp one', { handle: 'sam' })
  const root = await x.write('@NorthmoorHelp two', { handle: 'jo' })
  await x.get(MENTIONS)
  await x.get(MENTIONS)
  assert.deepEqual(await billed(x), { usd: 0.002, owned_read: 2 })
  await x.get(`/2/tweets/${root}?expansions=author_id`)
  await x.get('/2/tweets/77')
  assert.deepEqual(await billed(x), { usd: 0.015, post_read: 1, user_read: 1 })
  await x.get(`/2/tweets?ids=${root}`)
  const tomorrow = new Date(Date.now() + 86400000).toISOString()
  await x.control('POST', 'clock', { at: tomorrow })
  await x.get(`/2/tweets?ids=${root}`)
  assert.deepEqual(await billed(x), { usd: 0.01, post_read: 2 })
})

test('only who owns the app reads its own for less', async t => {
  const x = await open(t)
  await x.write('@NorthmoorNews one')
  await as(x, NEWS).get(`/2/users/${NEWS}/mentions`)
  assert.deepEqual(await billed(x), { usd: 0.005, post_read: 1 })
  await x.write('@NorthmoorHelp one')
  await x.get(MENTIONS, { headers: { authorization: 'Bearer sandbox-app-token' } })
  assert.deepEqual(await billed(x), { usd: 0.005, post_read: 1 })
})

test('writes are charged by the request, and only those that succeed', async t => {
  const x = await open(t)
  const root = await x.write('@NorthmoorHelp one')
  const { id } = (await x.tweet('Hello', root)).json.data
  assert.deepEqual(await billed(x), { usd: 0.01, summoned_reply: 1 })
  await x.tweet('Hello', root)
  await x.fault({ on: 'post', kind: 'unavailable' })
  await x.tweet('Hello')
  assert.deepEqual(await billed(x), { usd: 0 })
  await x.tweet('See northmoor.gov.uk')
  await x.tweet('Nothing to see')
  await x.tweet('More of it', id)
  await x.send('DELETE', `/2/tweets/${id}`)
  assert.deepEqual(await billed(x), { usd: 0.24, post_with_url: 1, post: 2, delete: 1 })
})
