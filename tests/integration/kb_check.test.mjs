// kerbside kb check: errors end it with 1, warnings don't; the shipped knowledge base is fit.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { faultsOfFolder } from '../peers/knowledge.mjs'
import { SMALL_KB, run } from './support/command.mjs'
import { kbFolder } from './support/kbfolder.mjs'

let kb
before(() => { kb = kbFolder() })
after(() => kb.remove())

const check = dir => run(['kb', 'check', '--kb', dir])

test('the shipped base is fit, and says how many warnings it has', () => {
  const r = run(['kb', 'check'])
  assert.equal(r.status, 0, r.err)
  const warnings = r.err.split('\n').filter(Boolean)
  assert.ok(warnings.every(l => l.startsWith('warning: ')), r.err)
  assert.match(r.out, new RegExp(`: \\d+ intents, \\d+ rules, \\d+ patterns, ${warnings.length} warnings: ` +
    'knowledge base [0-9a-f]{16} is fit\\n$'))
})

test('the small base has nothing to warn of', () => {
  const r = check(SMALL_KB)
  assert.deepEqual([r.status, r.err], [0, ''])
})

test('both are as the schema has it, which knows no other members', () => {
  const content = fileURLToPath(new URL('../../kb/content', import.meta.url))
  for (const dir of [content, SMALL_KB]) assert.deepEqual(faultsOfFolder(dir), [])
  kb.write('bins.json', t => { t.intents[0].mood = 'cheerful' })
  assert.deepEqual(faultsOfFolder(kb.dir), ['bins.json: /intents/0 must NOT have additional properties'])
})

describe('warnings: what could be better', () => {
  test('a pattern that no example needs, one that can never match: still fit', () => {
    kb.write('roads.json', t => {
      t.intents[0].match.push({ pcre: 'hole (?&gap)', weight: 50 }, { pcre: 'crater', weight: 50 })
    })
    const r = check(kb.dir)
    assert.equal(r.status, 0)
    assert.equal(r.err, 'warning: roads.json: roads.pothole: match: no example needs [1], [2]; none even fits ' +
      '[1], [2]\nwarning: roads.json: roads.pothole: match[1]: column 12: can never match: a text has single ' +
      'spaces, and a match begins and ends with a word\n')
    assert.match(r.out, / 2 warnings: knowledge base /)
  })

  test('not before its errors are mended', () => {
    kb.write('roads.json', t => {
      t.intents[0].match.push({ pcre: 'hole ', weight: 50 })
      t.intents[0].examples.yes.push('a crater')
    })
    const r = check(kb.dir)
    assert.deepEqual([r.status, r.out], [1, ''])
    assert.equal(r.err, 'error: roads.json: roads.pothole: examples.yes[2]: "a crater" isn\'t matched, read as ' +
      `"a crater"\n${kb.dir}: 1 errors, 0 warnings\n`)
  })
})
