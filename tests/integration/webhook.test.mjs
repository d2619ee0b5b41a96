// kerbside x webhook against a server that writes down what it is asked: each verb's request, what is
// printed, and what is refused before anybody is asked.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { run, US, writeConfig } from './support/kerbside.mjs'

const ACCOUNTS = [{ id: US, handle: 'NorthmoorHelp', token_file: 'token' }]
const HOOK = { id: '42', url: 'https://northmoor.example/x/webhook', valid: true, created_at: '2026-11-22T09:00:00.000Z' }

async function place (t, answer) {
  const asked = []
  const server = http.createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    asked.push(`${request.method} ${request.url} ${body}`.trim())
    assert.equal(request.headers.authorization, 'Bearer the-app')
    const { status = 200, body: told } = answer
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof told === 'string' ? told : JSON.stringify(told))
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const dir = mkdtempSync(join(tmpdir(), 'kerbside-webhook-'))
  t.after(() => {
    server.closeAllConnections()
    server.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const url = `http://127.0.0.1:${server.address().port}`
  const config = writeConfig(dir, url, { accounts: ACCOUNTS, x: { app_file: 'app.json' } })
  writeFileSync(join(dir, 'app.json'), JSON.stringify({ bearer_token: 'the-app' }), { mode: 0o600 })
  return { asked, webhook: (...args) => run(['x', 'webhook', ...args, '--config', config]) }
}

test('each verb asks what X wants to be asked, and says what came of it', async t => {
  const { asked, webhook } = await place(t, { body: { data: [HOOK, { ...HOOK, id: '43', valid: false }] } })
  assert.deepEqual(await webhook('list'), {
    status: 0,
    out: '42                   valid    https://northmoor.example/x/webhook\n' +
      '43                   invalid  https://northmoor.example/x/webhook\n',
    err: ''
  })
  assert.deepEqual(asked, ['GET /2/webhooks'])
})

test('add, check and remove', async t => {
  const answer = { body: { data: { ...HOOK, deleted: true } } }
  const { asked, webhook } = await place(t, answer)
  const added = await webhook('add', HOOK.url)
  assert.equal(added.out, '42                   valid    https://northmoor.example/x/webhook\n', added.err)
  assert.equal((await webhook('check', '42')).out, '42 valid\n')
  assert.equal((await webhook('remove', '42')).out, '42 deleted\n')
  answer.body = { data: { valid: false } }
  assert.deepEqual(await webhook('check', '42'), { status: 1, out: '42 not valid\n', err: '' })
  assert.deepEqual(asked, [`POST /2/webhooks {"url":"${HOOK.url}"}`, 'PUT /2/webhooks/42',
    'DELETE /2/webhooks/42', 'PUT /2/webhooks/42'])
})

test('replay names minutes in UTC, and only within a day', async t => {
  const { asked, webhook } = await place(t, { body: { data: { job_id: '7', created_at: 'now' } } })
  const at = minutes => new Date(Date.now() - minutes * 60000).toISOString().replace(/\.\d+/, '')
  const minute = text => text.replace(/\D/g, '').slice(0, 12)
  const [from, to] = [at(90), at(30)]
  const done = await webhook('replay', '42', '--from', from, '--to', to)
  assert.equal(done.out, `job 7: X sends again what happened from ${from} to ${to}\n`, done.err)
  const json = `{"webhook_id":"42","from_date":"${minute(from)}","to_date":"${minute(to)}"}`
  assert.deepEqual(asked, [`POST /2/webhooks/replay ${json}`])
  for (const [one, other] of [[to, from], [at(1500), to], [from, at(-5)], ['yesterday', to]]) {
    const { status, err } = await webhook('replay', '42', '--from', one, '--to', other)
    assert.equal(status, 1)
    assert.match(err, /within the last 24 hours/)
  }
  assert.equal(asked.length, 1)
})

test("X's words on what it refuses are handed on", async t => {
  const { webhook } = await place(t, {
    status: 400,
    body: { title: 'Invalid Request', detail: 'CrcValidationFailed: the address gave no right answer' }
  })
  const { status, err } = await webhook('add', HOOK.url)
  assert.equal(status, 1)
  assert.equal(err, 'error: kerbside x webhook: X said 400: CrcValidationFailed: the address gave no right answer\n')
})

test('what cannot be right is not asked', async t => {
  const { asked, webhook } = await place(t, { body: {} })
  for (const url of ['http://northmoor.example/x', 'https://northmoor.example:8443/x', 'northmoor.example',
    'https://', 'https://northmoor.example/' + 'x'.repeat(200)]) {
    const { status, err } = await webhook('add', url)
    assert.equal(status, 1, url)
    assert.match(err, /must begin with https:\/\/, have no port/)
  }
  for (const args of [[], ['list', '42'], ['check'], ['check', 'all'], ['remove'], ['replay', '42'],
    ['replay', '42', '--from', '2026-11-22T09:00:00Z'], ['add', 'a', 'b'], ['paint']]) {
    const { status, err } = await webhook(...args)
    assert.equal(status, 2, args.join(' '))
    assert.match(err, /^usage:/)
  }
  assert.deepEqual(asked, [])
})
