// The program itself: command line, signals, and what it keeps over a restart.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client, ids, MENTIONS } from '../testing.mjs'

const PROGRAM = fileURLToPath(new URL('../sandbox.mjs', import.meta.url))

// Runs the program to its first line or its end.
async function run (t, ...args) {
  const child = spawn(process.execPath, [PROGRAM, ...args])
  t.after(() => child.kill('SIGKILL'))
  const out = { child, stdout: '', stderr: '' }
  child.stderr.on('data', text => { out.stderr += text })
  const ended = once(child, 'close').then(([code]) => { out.code = code })
  out.stop = async signal => {
    child.kill(signal)
    await ended
    return out.code
  }
  const ready = new Promise(resolve => child.stdout.on('data', text => {
    out.stdout += text
    if (out.stdout.includes('\n')) resolve()
  }))
  await Promise.race([ready, ended])
  const found = /^sandbox ready (http:\/\/127\.0\.0\.1:\d+\/)\n$/.exec(out.stdout)
  if (found) out.url = found[1]
  return out
}

function directory (t) {
  const path = mkdtempSync(join(tmpdir(), 'sandbox-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

test('ready, then gone on a signal although somebody waits', async t => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    const program = await run(t, '--token', 'another')
    const x = new Client(program.url, 'another')
    assert.equal((await x.get('/2/users/me')).status, 200)
    await x.fault({ on: 'me', kind: 'silent_before' })
    const silent = x.get('/2/users/me')
    silent.catch(() => {})
    const events = await fetch(program.url + 'sandbox/events')
    events.body.cancel().catch(() => {})
    while ((await x.requests()).length < 2);
    assert.equal(await program.stop(signal), 0)
    await assert.rejects(silent)
  }
})

test('a busy port and wrong options end it', async t => {
  const first = await run(t)
  const port = new URL(first.url).port
  const second = await run(t, '--port', port)
  assert.equal(second.code, 1)
  assert.equal(second.stderr, `sandbox: port ${port} is in use\n`)
  const refused = [['--colour'], ['extra'], ['--port', 'x'], ['--port', '70000'], ['--port'],
    ['--limits', 'none'], ['--kerbside', 'ftp://127.0.0.1/'], ['--token', ''],
    ['--watch', 'yes'], ['--bare-replies', 'x'], ['--search-lag', '-1']]
  await Promise.all(refused.map(async args => {
    const wrong = await run(t, ...args)
    assert.equal(wrong.code, 2, args.join(' '))
    assert.match(wrong.stderr, /^sandbox: [^\n]+\n$/)
  }))
  await first.stop('SIGTERM')
})

test('a data file keeps everything', async t => {
  const file = join(directory(t), 'posts.jsonl')
  let program = await run(t, '--data', file)
  let x = new Client(program.url)
  const kept = await x.write('@NorthmoorHelp hello', { name: 'Sam' })
  const gone = await x.write('@NorthmoorHelp oops')
  const reply = (await x.tweet('Hello Sam', kept)).json.data.id
  await x.control('POST', `posts/${gone}/delete`)
  const before = await x.posts()
  await program.stop('SIGKILL')

  appendFileSync(file, '{"post":{"id":"21')
  program = await run(t, '--data', file)
  x = new Client(program.url)
  assert.deepEqual(await x.posts(), before)
  assert.deepEqual(ids(await x.get(MENTIONS)), [kept])
  assert.equal((await x.tweet('Hello Sam', kept)).status, 403)
  const next = await x.write('@NorthmoorHelp again', { in_reply_to: reply })
  assert.ok(BigInt(next) > BigInt(gone) && BigInt(next) > BigInt(reply))
  await program.stop('SIGTERM')
  assert.match(program.stderr, /^sandbox: .*the last line is torn, dropped it\n$/)
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  assert.equal(lines.length, 6)
  for (const line of lines) JSON.parse(line)
})

test('a data file keeps what became of posts and people', async t => {
  const file = join(directory(t), 'posts.jsonl')
  let program = await run(t, '--data', file)
  let x = new Client(program.url)
  const edited = await x.write('@NorthmoorHelp one')
  await x.control('POST', `posts/${edited}/edit`, { text: '@NorthmoorHelp two' })
  const withheld = await x.write('@NorthmoorHelp three')
  await x.control('POST', `posts/${withheld}/withhold`)
  await x.write('@NorthmoorHelp four', { handle: 'jo' })
  await x.control('POST', 'users/jo', { blocks: ['NorthmoorHelp'], handle: 'joanna' })
  const gone = await x.write('@NorthmoorHelp five')
  await x.control('POST', `posts/${gone}/edit`, { text: '@NorthmoorHelp six' })
  await x.control('POST', `posts/${gone}/delete`)
  const before = [await x.posts(), (await x.control('GET', 'users')).json]
  const seen = (await x.get(MENTIONS)).json
  await program.stop('SIGTERM')
  program = await run(t, '--data', file)
  x = new Client(program.url)
  assert.deepEqual([await x.posts(), (await x.control('GET', 'users')).json], before)
  assert.deepEqual((await x.get(MENTIONS)).json, seen)
  assert.equal(seen.data.length, 1)
  await program.stop('SIGTERM')
})

test('ids rise even if the file is from the future', async t => {
  const file = join(directory(t), 'posts.jsonl')
  const user = { id: '9000000000000000000', username: 'sam', name: 'Sam', created_at: '' }
  writeFileSync(file, JSON.stringify({ user }) + '\n')
  const program = await run(t, '--data', file)
  const x = new Client(program.url)
  const handle = { handle: 'sam' }
  assert.equal(await x.write('a', handle), '9000000000000000001')
  assert.equal(await x.write('b', handle), '9000000000000000002')
  await program.stop('SIGTERM')
})

test('a damaged data file is not touched', async t => {
  const file = join(directory(t), 'posts.jsonl')
  const text = 'no record\n{"deleted":"1"}\n'
  writeFileSync(file, text)
  const program = await run(t, '--data', file)
  assert.equal(program.code, 1)
  assert.match(program.stderr, /^sandbox: .*line 1: not a record of the sandbox\n$/)
  assert.equal(readFileSync(file, 'utf8'), text)
})
