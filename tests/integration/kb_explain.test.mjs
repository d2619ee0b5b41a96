// kerbside kb explain: an intent or a rule, its patterns and what they need, its examples.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { SMALL_KB, run } from './support/command.mjs'

const explain = (...args) => run(['kb', 'explain', '--kb', SMALL_KB, ...args])

function explained (...args) {
  const r = explain(...args)
  assert.deepEqual([r.status, r.err], [0, ''])
  return r.out
}

describe('an intent', () => {
  const out = explained('bins.missed')

  test('what it is and says', () => {
    assert.match(out, /^bins\.missed: Missed bin\nkind +intent of waste in bins\.json, to be reviewed by 2099-12-31$/m)
    assert.match(out, /^replies +Sorry about that\. Report it here: \{link\}\n +Tell us here/m)
    assert.match(out, /^link +https:\/\/council\.example\/missed-bin$/m)
    assert.match(out, /^answers +from a score of 0\.60 with a lead of 0\.15/m)
  })

  test('its patterns: weight, words, the example that needs each', () => {
    assert.match(out, new RegExp('^ {2}match\\[0\\] +80 \\(\\?&bin\\) \\(\\?&gap\\)\\(\\?&missed\\)\n' +
      ' +needs \\(\\?&bin\\), then \\(\\?&missed\\)\n' +
      ' +needed by "My green bin hasn\'t been emptied"$', 'm'))
    assert.match(out, /^ {2}match\[1\] +70 .*\n.*\n +needed by "missed our #recycling again"$/m)
    assert.match(out, /^ {2}unless\[0\] +missed the \(\?&day\)$/m)
  })

  test('its terms, once each', () => {
    assert.match(out, /^ {2}bin +.*green bin/m)
    assert.match(out, /^ {2}gap +\(\?:\[\^ \]\+ \)\{0,4\}$/m)
    assert.equal(out.match(/^ {2}missed /mg).length, 1)
  })

  test('its examples, with score and lead', () => {
    assert.match(out, /^examples\.yes\n {2}score +lead +text\n +0\.80 +0\.80 +"My green bin hasn't been emptied"$/m)
    assert.match(out, /^examples\.no\n.*\n +- +- +"when is my bin day\?"$/m)
  })
})

test('a phrase: as it was written, and what became of it', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kerbside-'))
  cpSync(SMALL_KB, dir, { recursive: true })
  const bins = JSON.parse(readFileSync(join(SMALL_KB, 'bins.json'), 'utf8'))
  bins.intents.find(intent => intent.id === 'bins.missed').phrases = ['bin vanished']
  writeFileSync(join(dir, 'bins.json'), JSON.stringify(bins))
  const r = run(['kb', 'explain', '--kb', dir, 'bins.missed'])
  rmSync(dir, { recursive: true })
  assert.deepEqual([r.status, r.err], [0, ''])
  assert.match(r.out, /^ {2}phrases\[0\] +84 "bin vanished"\n +\(\?&bin\) .*vanished\|vanished .*\n +needs /m)
})

test('a rule: its kind, its team, what it says', () => {
  const out = explained('sensitive.gas')
  assert.match(out, /^kind +sensitive: a person, before everything else; in rules\.json$/m)
  assert.match(out, /^reason +emergency\nteam +duty, marked for the duty officer\nsays +If you are in danger/m)
  assert.match(out, /^holds +from a score of 0\.50$/m)
})

test('the shipped base has a second opinion of every example', () => {
  const r = run(['kb', 'explain', 'bins.missed'])
  assert.deepEqual([r.status, r.err], [0, ''])
  assert.match(r.out, /^ +0\.\d\d +0\.\d\d +bins\.missed +0\.\d\d +"/m)
  assert.match(r.out, /^ +or from 0\.\d\d where the second opinion/m)
})

describe('--text: why, pattern by pattern', () => {
  const out = explained('--text', 'They MISSED my bin', 'bins.missed')

  test('what fits, and the words', () => {
    assert.match(out, /^read as +they missed my bin\nscore +0\.70$/m)
    assert.match(out, /^ {2}match\[1\].*\n +fits: missed … bin$/m)
  })

  test('the order, or the words that are missing', () => {
    assert.match(out, /^ {2}match\[0\].*\n +no: its words are there, but not in this order or not this near$/m)
    assert.match(out, /^ {2}unless\[0\].*\n +no: has no missed the$/m)
    assert.match(explained('--text', 'hello', 'bins.missed'), /^score +0\.00: not found$/m)
  })

  test('a text too long to be matched', () => {
    assert.match(explained('--text', 'missed my bin '.repeat(2000), 'bins.missed'), /^read as +too long to be matched$/m)
  })
})

describe('what is wrong is said', () => {
  test('an id that is not there, with those near it', () => {
    const r = explain('bin.misst')
    assert.deepEqual([r.status, r.out], [1, ''])
    assert.equal(r.err, 'error: no intent or rule "bin.misst"; near it: bins.missed\n')
  })

  test('nothing near: all there are', () => {
    const r = explain('x')
    assert.deepEqual([r.status, r.out], [1, ''])
    assert.match(r.err, /^error: no intent or rule "x"; there are: bins\.missed, bins\.day, /)
  })

  for (const args of [[], ['bins.day', 'bins.missed'], ['--show', '1', 'bins.day']]) {
    test(`usage: ${args.join(' ')}`, () => {
      const r = explain(...args)
      assert.deepEqual([r.status, r.out], [2, ''])
      assert.match(r.err, /usage: /)
    })
  }
})
