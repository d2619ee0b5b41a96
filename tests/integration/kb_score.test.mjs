// kerbside kb score: the figures of score.py, the same decisions as try, and what is wrong with a file of labels.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CORPUS, SMALL_KB, run } from './support/command.mjs'

let dir
before(() => { dir = mkdtempSync(join(tmpdir(), 'kerbside-score-')) })
after(() => rmSync(dir, { recursive: true, force: true }))

function file (name, lines) {
  const path = join(dir, name)
  writeFileSync(path, lines.map(l => typeof l === 'string' ? l : JSON.stringify(l)).join('\n') + '\n')
  return path
}

const labelled = (text, action, intents = [], reason) => ({ text, action, intents, ...(reason && { reason }) })

describe('the shipped knowledge base', () => {
  const python = spawnSync('python3', ['--version']).status === 0
  const gold = join(CORPUS, 'dev.jsonl')

  test('the figures of score.py on what try decides', { skip: !python && 'no python3' }, () => {
    const tried = run(['try', '--jsonl'], readFileSync(gold))
    assert.equal(tried.status, 0, tried.err)
    const predicted = join(dir, 'predicted.jsonl')
    writeFileSync(predicted, tried.out)
    const p = spawnSync('python3', [join(CORPUS, 'score.py'), gold, predicted, '--json'])
    assert.equal(p.status, 0, p.stderr.toString())
    const theirs = JSON.parse(p.stdout.toString())
    const r = run(['kb', 'score', '--json', gold])
    assert.deepEqual([r.status, r.err], [0, ''])
    const ours = JSON.parse(r.out)
    assert.ok(theirs.messages > 500 && theirs.counts['answer.gold'] > 200)
    for (const name of Object.keys(theirs)) assert.deepEqual(ours[name], theirs[name], name)
  })

  test('what the second opinion adds, and one row of the curve in use', () => {
    const ours = JSON.parse(run(['kb', 'score', '--json', gold]).out)
    assert.equal(ours.without_second.messages, ours.messages)
    assert.notDeepEqual(ours.without_second.counts, ours.counts)
    const used = ours.curve.filter(row => row.in_use)
    assert.deepEqual(used.map(row => row.factor), [1])
    assert.deepEqual(used[0].counts, ours.counts)
  })

  test('stricter thresholds answer less', () => {
    const { curve } = JSON.parse(run(['kb', 'score', '--json', gold]).out)
    const answers = curve.map(row => row.counts['answer.pred'])
    assert.ok(curve.every((row, i) => i === 0 || row.factor > curve[i - 1].factor))
    assert.ok(answers[0] > answers.at(-1), `${answers}`)
  })
})

// The small base has too few lessons for a second opinion: only its patterns decide.
describe('a few messages', () => {
  const lines = [
    labelled('my bin was missed', 'answer', ['bins.missed']),
    labelled('my bin was missed', 'answer', ['bins.day']), // a wrong link
    labelled('something else', 'answer', ['bins.day']), // not covered
    labelled('my bin was missed', 'handoff', [], 'legal'), // harm
    labelled('gas leak', 'handoff', [], 'emergency'),
    labelled('good morning', 'handoff', [], 'unresolved'), // left alone
    labelled('useless clowns', 'ignore'),
    labelled('thank you', 'thank')
  ]

  test('counted by hand', () => {
    const r = run(['kb', 'score', '--kb', SMALL_KB, '--json', file('few.jsonl', lines)])
    assert.deepEqual([r.status, r.err], [0, ''])
    const s = JSON.parse(r.out)
    assert.deepEqual(
      [s.messages, s.right_action_pct, s.right_link_pct, s.coverage_pct, s.harm, s.harm_pct, s.sensitive_harm],
      [8, 62.5, 33.3, 33.3, 1, 33.3, 1])
    assert.deepEqual([s.sensitive_pct, s.reason_pct, s.left_alone, s.left_alone_pct], [50, 50, 1, 16.7])
    assert.deepEqual([s.trolls_pct, s.thanks_pct, s.chatter_pct], [100, 100, null])
    assert.equal(s.without_second, null)
  })

  test('for people: the figures, the curve with its row in use, the mistakes', () => {
    const r = run(['kb', 'score', '--kb', SMALL_KB, '--show', '1', file('few.jsonl', lines)])
    assert.deepEqual([r.status, r.err], [0, ''])
    assert.match(r.out, /^right_link_pct +33\.3 *$/m)
    assert.match(r.out, /^chatter_pct +- *$/m)
    assert.match(r.out, /^ +1\.00 +33\.3 +33\.3 +33\.3 +16\.7 {2}<- in use$/m)
    assert.match(r.out, /^== wrong link: 2\n {2}want answer\/bins\.day got answer\/bins\.missed: "my bin was missed"\n\n/m)
    assert.match(r.out, /^== harm: 1\n {2}want handoff\/legal got answer\/bins\.missed: /m)
    assert.match(r.out, /^== left alone: 1\n {2}want handoff\/unresolved got none: "good morning"/m)
  })

  test('several files count as one', () => {
    const paths = [file('a.jsonl', lines.slice(0, 3)), file('b.jsonl', ['', ...lines.slice(3)])]
    const one = JSON.parse(run(['kb', 'score', '--kb', SMALL_KB, '--json', file('few.jsonl', lines)]).out)
    assert.deepEqual(JSON.parse(run(['kb', 'score', '--kb', SMALL_KB, '--json', ...paths]).out), one)
  })
})

describe('what is wrong is said, with file and line', () => {
  const faults = [
    ['no JSON', '{"text": ', /:2:\d+: not JSON from here on$/],
    ['no object', '["my bin"]', /:2: must be an object with a "text"$/],
    ['no text', { action: 'none' }, /:2: must be an object with a "text"$/],
    ['no action', { text: 'a' }, /:2: "action" must be one of answer, handoff, ignore, thank, none$/],
    ['another action', labelled('a', 'reply'), /:2: "action" must be one of/],
    ['an intent that is not there', labelled('a', 'answer', ['bins.lost']), /:2: no intent "bins\.lost" in the/],
    ['intents that are no list', { text: 'a', action: 'none', intents: 'x' }, /:2: "intents" must be a list of ids/],
    ['an answer to nothing', labelled('a', 'answer'), /:2: an answer needs "intents"/],
    ['a reason that is not there', labelled('a', 'handoff', [], 'boredom'), /:2: "reason" belongs to a handoff, and/],
    ['no reason', labelled('a', 'handoff'), /:2: "reason" belongs to a handoff/],
    ['a reason for nothing', labelled('a', 'thank', [], 'legal'), /:2: "reason" belongs to a handoff/]
  ]
  for (const [note, line, expected] of faults) {
    test(note, () => {
      const path = file('bad.jsonl', [labelled('my bin was missed', 'answer', ['bins.missed']), line])
      const r = run(['kb', 'score', '--kb', SMALL_KB, path])
      assert.deepEqual([r.status, r.out], [1, ''])
      const said = r.err.split('\n')
      assert.equal(said.length, 2, r.err)
      assert.ok(said[0].startsWith(`error: ${path}:2:`), r.err)
      assert.match(said[0], expected)
    })
  }

  test('every fault of every file', () => {
    const r = run(['kb', 'score', '--kb', SMALL_KB, file('bad.jsonl', ['{', '{}']), join(dir, 'none.jsonl')])
    assert.equal(r.status, 1)
    assert.equal(r.err.trimEnd().split('\n').length, 3)
    assert.match(r.err, /none\.jsonl: can't be read: No such file or directory/)
  })

  const usage = [
    ['no file', ['score']],
    ['no number', ['score', '--show', 'many', 'x.jsonl']],
    ['an option of another command', ['score', '--models', 'm', 'x.jsonl']],
    ['no such command', ['scores']],
    ['no command', []]
  ]
  for (const [note, args] of usage) {
    test(note, () => {
      const r = run(['kb', ...args])
      assert.deepEqual([r.status, r.out], [2, ''])
      assert.match(r.err, /usage: /)
    })
  }

  test('--help is no mistake, and says what moves', () => {
    const r = run(['kb', 'score', '--help'])
    assert.deepEqual([r.status, r.err], [0, ''])
    assert.match(r.out, /second_agree/)
    assert.equal(run(['kb', '--help']).status, 0)
  })
})
