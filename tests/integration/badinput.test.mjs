// What is wrong before the start is one line that says what, where and what would be right; the exit is not
// zero, and nothing is made or changed.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync
} from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { KB, run, sql, writeConfig } from './support/kerbside.mjs'

const NOBODY = 'http://127.0.0.1:9/' // nothing may be asked there anyhow

function folder (t) {
  const dir = mkdtempSync(join(tmpdir(), 'kerbside-bad-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

// What lies in a folder, but for the files that SQLite keeps beside an open database.
function contents (dir) {
  const names = readdirSync(dir).filter(name => !/-(wal|shm)$/.test(name)).sort()
  return names.map(name => {
    let bytes = ''
    try { bytes = readFileSync(join(dir, name)) } catch { /* a folder, or not for us to read */ }
    return [name, createHash('sha256').update(bytes).digest('hex')]
  })
}

// Starts it; it must say why it can't, on `lines` lines, and leave the folder as it is.
async function refuses (dir, patterns, { lines = 1, env } = {}) {
  const before = contents(dir)
  const { status, out, err } = await run(['serve', '--config', join(dir, 'kerbside.json')], { env })
  assert.equal(status, 1, err)
  assert.equal(out, '')
  const said = err.split('\n').filter(line => line !== '')
  assert.equal(said.length, lines, err)
  for (const line of said) assert.match(line, /^error: /)
  for (const pattern of patterns) assert.match(err, pattern)
  assert.deepEqual(contents(dir), before, 'something was made or changed')
  return err
}

const CONFIGS = [
  ['an unknown key', { colour: 'blue' }, [/kerbside\.json: unknown setting "colour"/]],
  ['an unknown key in a section', { x: { pol_every_ms: 200 } },
    [/unknown setting "x\.pol_every_ms"/, /kerbside config manual/]],
  ['a text for a number', { x: { poll_every_ms: 'often' } },
    [/"x\.poll_every_ms" must be a whole number from 100 to 3600000/]],
  ['a number out of its range', { x: { poll_every_ms: 5 } },
    [/"x\.poll_every_ms" must be a whole number from 100/]],
  ['a fraction', { console: { port: 80.5 } }, [/"console\.port" must be a whole number/]],
  ['a number for a text', { account: { handle: 7 } }, [/"accounts\[0\]\.handle" must be a text/]],
  ['a text for yes or no', { demo: 'true' }, [/"demo" must be true or false/]],
  ['null', { account: { handle: null } }, [/"accounts\[0\]\.handle" must be a text/]],
  ['hours that are none', { hours: { week: { mon: ['9-5'] } } }, [/hours\.week\.mon: "9-5"/]],
  ['a day that is none', { hours: { week: { moonday: ['09:00-17:00'] } } }, [/moonday/]],
  ['a zone that is none', { hours: { zone: 'Europe/Northmoor' } },
    [/unknown time zone "Europe\/Northmoor"/]],
  ['a demo on the real X', { demo: true, x: { api: 'https://api.x.com' } },
    [/"demo" goes only with an "x\.api" on this machine/]],
  ['a demo with a name that only begins like loopback',
    { demo: true, x: { api: 'https://127.0.0.1.elsewhere.example' } }, [/"demo" goes only with/]],
  ['a demo whose address hides another host',
    { demo: true, x: { api: 'http://127.0.0.1:80@elsewhere.example' } },
    [/"x\.api" must begin with https/, /"demo" goes only with/], { lines: 2 }],
  ['an API in the clear', { demo: false, x: { api: 'http://api.x.com' } },
    [/"x\.api" must begin with https:\/\//]],
  ['a handle with @', { account: { handle: '@NorthmoorHelp' } },
    [/"accounts\[0\]\.handle" is written without @/]],
  ['an account that is no number', { account: { id: 'Northmoor' } },
    [/"accounts\[0\]\.id" must be the account's number/]],
  ['a console beyond this machine without its origin', { console: { address: '0.0.0.0' } },
    [/console\.origin/]],
  ['an address that is none', { console: { address: 'teapot' } }, [/console\.address: "teapot"/]]
]

for (const [what, more, patterns, options] of CONFIGS) {
  test(`configuration: ${what}`, async t => {
    const dir = folder(t)
    writeConfig(dir, NOBODY, more)
    await refuses(dir, patterns, options)
  })
}

test('configuration: a section that is no object', async t => {
  const dir = folder(t)
  const file = writeConfig(dir, NOBODY)
  const config = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify({ ...config, console: 8080 }))
  await refuses(dir, [/"console"/])
})

test('configuration: two faults are two lines', async t => {
  const dir = folder(t)
  writeConfig(dir, NOBODY, { colour: 'blue', demo: 3 })
  await refuses(dir, [/"colour"/, /"demo"/], { lines: 2 })
})

test('configuration: missing, not JSON, a member twice', async t => {
  const dir = folder(t)
  await refuses(dir, [/kerbside\.json/, /No such file/])
  for (const [text, pattern] of [['{"demo": tru}', /kerbside\.json/], ['', /kerbside\.json/],
    ['[]', /must be a JSON object/], ['{"demo":true,"demo":false}', /"demo"/]]) {
    writeFileSync(join(dir, 'kerbside.json'), text)
    await refuses(dir, [pattern])
  }
})

// A copy of the knowledge base in which `file` was spoilt.
function spoilt (t, file, change) {
  const dir = folder(t)
  cpSync(KB, join(dir, 'kb'), { recursive: true })
  const path = join(dir, 'kb', file)
  const tree = JSON.parse(readFileSync(path, 'utf8'))
  const text = change(tree) ?? JSON.stringify(tree, null, 2)
  writeFileSync(path, text)
  writeConfig(dir, NOBODY, { kb: 'kb' })
  return dir
}

const KNOWLEDGE = [
  ['a broken pattern', 'bins.json',
    kb => { kb.intents[0].match.push({ pcre: 'bin (left|', weight: 50 }) },
    [/bins\.json: bins\.missed: match\[1\]/, /column 11/, /parenthesis/]],
  ['an unknown term', 'roads.json', kb => { kb.intents[0].match[0].pcre = '(?&potholes)' },
    [/roads\.json: roads\.pothole: match\[0\]/, /potholes/]],
  ['a member that does not exist', 'bins.json', kb => { kb.intents[0].replys = [] },
    [/bins\.json: bins\.missed/, /replys/]],
  ['a reply over the limit', 'bins.json',
    kb => { kb.intents[0].replies[0] = 'a'.repeat(280) + ' {link}' },
    [/bins\.json: bins\.missed: replies\[0\]: \d+ characters.*280/]],
  ['a reply without its link', 'bins.json', kb => { kb.intents[0].replies[1] = 'Sorry.' },
    [/bins\.json: bins\.missed: replies\[1\].*\{link\}/]],
  ['an unknown kind of rule', 'rules.json', kb => { kb.rules[0].kind = 'sensible' },
    [/rules\.json: risk\.child: "kind" must be one of/]],
  ['half a file', 'wording.json', kb => JSON.stringify(kb).slice(0, 40), [/wording\.json/]]
]

for (const [what, file, change, patterns] of KNOWLEDGE) {
  test(`knowledge base: ${what}`, async t => {
    await refuses(spoilt(t, file, change), patterns)
  })
}

test('knowledge base: none', async t => {
  const dir = folder(t)
  writeConfig(dir, NOBODY, { kb: 'nowhere' })
  await refuses(dir, [/nowhere: the knowledge base's folder can't be read: No such file/])
})

const TOKENS = [
  ['missing', path => rmSync(path), /token: .*can't be read: No such file/],
  ['for all the world to read', path => chmodSync(path, 0o644), /token: others may read.*chmod 600/],
  ['for the group to read', path => chmodSync(path, 0o640), /token: others may read.*chmod 600/],
  ['empty', path => writeFileSync(path, ''), /token: there must be one token in it/],
  ['two of them', path => writeFileSync(path, 'one\ntwo\n'), /token: there must be one token/]
]

for (const [what, change, pattern] of TOKENS) {
  test(`token file: ${what}`, async t => {
    const dir = folder(t)
    writeConfig(dir, NOBODY)
    change(join(dir, 'token'))
    await refuses(dir, [pattern])
  })
}

test('a busy port', async t => {
  const dir = folder(t)
  const server = net.createServer()
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address()
  writeConfig(dir, NOBODY, { console: { port } })
  await refuses(dir, [new RegExp(`can't listen on 127\\.0\\.0\\.1 port ${port}`), /in use/,
    /console\.port/])
})

// A database as Kerbside makes it, with nobody in it.
async function database (dir) {
  const config = writeConfig(dir, NOBODY)
  const { status, err } = await run(['staff', 'add', 'sam', '--name', 'Sam', '--initials', 'S',
    '--config', config], { input: 'bins before breakfast\n' })
  assert.equal(status, 0, err)
  return join(dir, 'kerbside.db')
}

for (const part of ['handoff', 'bot']) {
  test(`a database from a newer version (${part})`, async t => {
    const dir = folder(t)
    const file = await database(dir)
    await sql(file, `INSERT INTO schema_version VALUES('${part}', 99)` +
      ' ON CONFLICT(folder) DO UPDATE SET version=99')
    await sql(file, 'PRAGMA wal_checkpoint(TRUNCATE)')
    await refuses(dir, [/kerbside\.db: written by a newer Kerbside/])
    assert.deepEqual(
      await sql(file, `SELECT version FROM schema_version WHERE folder='${part}'`), [['99']])
    const { status, err } = await run(['staff', 'list', '--config', join(dir, 'kerbside.json')])
    if (part === 'handoff') assert.deepEqual([status, /newer/.test(err)], [1, true])
  })
}

test('a database that is none', async t => {
  const dir = folder(t)
  writeConfig(dir, NOBODY)
  writeFileSync(join(dir, 'kerbside.db'), 'Dear diary, '.repeat(1000))
  await refuses(dir, [/kerbside\.db/, /not a database/])
})

test('a database in a folder that is not there', async t => {
  const dir = folder(t)
  writeConfig(dir, NOBODY, { database: 'nowhere/kerbside.db' })
  await refuses(dir, [/nowhere\/kerbside\.db/])
  assert.ok(!existsSync(join(dir, 'nowhere')))
})

test('staff: a password that is too short, initials that are none, a login twice', async t => {
  const dir = folder(t)
  await database(dir)
  const before = contents(dir)
  const add = (login, initials, input) => run(['staff', 'add', login, '--name', 'Sam', '--initials',
    initials, '--config', join(dir, 'kerbside.json')], { input })
  for (const [answer, pattern] of [
    [await add('kim', 'K', 'short\n'), /10 to 200 bytes/],
    [await add('kim', 'K', ''), /10 to 200 bytes/],
    [await add('kim', 'kk', 'long enough it is\n'), /initials/],
    [await add('Kim Lee', 'K', 'long enough it is\n'), /login/],
    [await add('sam', 'S', 'long enough it is\n'), /taken/]
  ]) {
    assert.equal(answer.status, 1)
    assert.match(answer.err, pattern)
    assert.equal(answer.err.trim().split('\n').length, 1, answer.err)
  }
  assert.deepEqual(contents(dir), before)
})
