// kerbside kb suggest: what nothing explains, in groups by its words.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CORPUS, SMALL_KB, run } from './support/command.mjs'

let dir
before(() => { dir = mkdtempSync(join(tmpdir(), 'kerbside-suggest-')) })
after(() => rmSync(dir, { recursive: true, force: true }))

function file (name, texts) {
  const path = join(dir, name)
  writeFileSync(path, texts.map(text => JSON.stringify({ text, id: 5 })).join('\n') + '\n')
  return path
}

const messages = [
  'my bin was missed', 'thank you', 'gas leak', 'useless clowns', // explained
  ...['Bath Lane', 'Elm Close', 'the park'].map(where => `wasps have a nest in ${where}`),
  ...['Monday', 'Tuesday', 'Friday', 'the weekend'].map(when => `is the swimming pool open on ${when}?`),
  'what about the other thing'
]

test('groups, the largest first, with words and messages', () => {
  const r = run(['kb', 'suggest', '--kb', SMALL_KB, file('m.jsonl', messages)])
  assert.deepEqual([r.status, r.err], [0, ''])
  const [head, pool, wasps, rest] = r.out.split('\n\n')
  assert.equal(head, '12 messages, of which nothing explains 8: 8 fit no intent\'s pattern, 0 not surely enough')
  assert.match(pool, /^ +4 {2}\w+\+,.*\n {6}"is the swimming pool open on Monday\?"\n/)
  assert.equal(pool.split('\n').length, 4) // three of them
  assert.match(wasps, /^ +3 {2}\w+\+.*\n {6}"wasps have a nest in Bath Lane"\n/)
  assert.match(rest, /^ +1 {2}in no group above\n$/)
})

test('--show: so many groups', () => {
  const r = run(['kb', 'suggest', '--kb', SMALL_KB, '--show', '1', file('m.jsonl', messages)])
  assert.match(r.out, /^ +4 {2}in no group above$/m)
})

test('the shipped base: what its second opinion takes a group for', () => {
  const r = run(['kb', 'suggest', ...['dev', 'dev-2', 'dev-3', 'dev-4'].map(n => join(CORPUS, `${n}.jsonl`))])
  assert.deepEqual([r.status, r.err], [0, ''])
  const [, all, unexplained] = r.out.match(/^(\d+) messages, of which nothing explains (\d+):/)
  assert.ok(+all > 2000 && +unexplained > 50 && +unexplained < +all)
  assert.match(r.out, /^ {6}second opinion: [a-z_.]+ 0\.\d\d$/m)
  const counts = [...r.out.matchAll(/^ *(\d+) {2}/mg)].map(m => +m[1])
  assert.equal(counts.reduce((a, b) => a + b), +unexplained) // each is in one group, or in none
})

describe('what is wrong is said', () => {
  test('a line that is no message, and its place', () => {
    const path = join(dir, 'bad.jsonl')
    writeFileSync(path, '{"text":"a"}\n\n{"text":5}\nmy bin was missed\n')
    const r = run(['kb', 'suggest', '--kb', SMALL_KB, path])
    assert.deepEqual([r.status, r.out], [1, ''])
    assert.equal(r.err, `error: ${path}:3: must be an object with a "text"\n` +
      `error: ${path}:4:1: not JSON from here on\n`)
  })

  test('nothing there', () => {
    const r = run(['kb', 'suggest', '--kb', SMALL_KB, file('none.jsonl', [])])
    assert.equal(r.status, 0)
    assert.match(r.out, /^0 messages, of which nothing explains 0/)
  })

  for (const args of [[], ['--json', 'x.jsonl']]) {
    test(`usage: ${args.join(' ')}`, () => {
      const r = run(['kb', 'suggest', '--kb', SMALL_KB, ...args])
      assert.deepEqual([r.status, r.out], [2, ''])
      assert.match(r.err, /usage: /)
    })
  }
})
