// What the shipped knowledge base makes of messages by writers whom it doesn't know: the second opinion is trained without
// the lessons of a quarter of the writers and asked about theirs, four times, and no figure may fall below
// tests/corpus/floors.json. A writer is a file of tests/corpus, with labels, or one of kb/content/teach, whose classes are labels.
//
//   KERBSIDE=build/release/kerbside node tests/integration/corpus.test.mjs --print
//
// prints what is measured now, and the floors that would go with it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const kerbside = process.env.KERBSIDE
const root = fileURLToPath(new URL('../..', import.meta.url))
const corpus = join(root, 'tests/corpus')
const content = join(root, 'kb/content')
const folds = 4
const writerLeast = 200 // messages: fewer say little
const monday = '2026-11-23T10:00:00Z'
const margin = { good: 2, bad: 1 } // points of a hundred between what was measured and a floor; one message at least

assert.ok(kerbside, 'KERBSIDE must name the binary')

const sensitive = ['emergency', 'safeguarding', 'self_harm', 'homelessness', 'bereavement', 'personal_data',
  'discrimination', 'legal', 'press_politics', 'data_rights']

function readLines (text) {
  return text.split('\n').filter(l => l.trim()).map(l => JSON.parse(l))
}

// The label that a class of lessons stands for.
function labelOf (name) {
  const quiet = { troll: 'ignore', praise: 'thank', chatter: 'none' }
  if (quiet[name]) return { action: quiet[name], intents: [] }
  const person = [...sensitive, 'complaint', 'human', 'unresolved'].includes(name)
  return person ? { action: 'handoff', reason: name, intents: [] } : { action: 'answer', intents: [name] }
}

function readTaught (name) {
  return Object.entries(JSON.parse(readFileSync(join(content, 'teach', name), 'utf8')).teach)
    .flatMap(([of, texts]) => texts.map(text => ({ text, ...labelOf(of) })))
}

// { writer: labelled messages }
function readWriters () {
  const writers = {}
  for (const name of readdirSync(join(content, 'teach'))) writers[basename(name, '.json')] = readTaught(name)
  for (const name of readdirSync(corpus).filter(n => n.endsWith('.jsonl'))) {
    writers[basename(name, '.jsonl')] = readLines(readFileSync(join(corpus, name), 'utf8'))
  }
  return Object.fromEntries(Object.entries(writers).filter(([, m]) => m.length >= writerLeast).sort())
}

// Decisions on @messages, by a knowledge base without the lessons of @strangers.
function decide (strangers, messages) {
  const dir = mkdtempSync(join(tmpdir(), 'kerbside-corpus-'))
  try {
    const kb = join(dir, 'kb')
    const config = join(dir, 'try.json')
    cpSync(content, kb, { recursive: true })
    for (const writer of strangers) rmSync(join(kb, 'teach', `${writer}.json`), { force: true })
    checkStranger(kb, messages)
    const settings = JSON.parse(readFileSync(join(root, 'tests/data/try.json'), 'utf8'))
    writeFileSync(config, JSON.stringify({ ...settings, models: join(dir, 'models') }))
    const r = spawnSync(kerbside, ['try', '--config', config, '--jsonl', '--at', monday, '--kb', kb], {
      input: messages.map(m => JSON.stringify({ text: m.text }) + '\n').join(''), maxBuffer: 1 << 28
    })
    assert.equal(r.status, 0, `${r.error ?? r.signal ?? ''} ${r.stderr}`)
    assert.equal(r.stderr.toString(), '')
    return readLines(r.stdout.toString())
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

// Two writers may say "thanks"; lessons that were this writer's messages would make memory of the test.
function checkStranger (kb, messages) {
  const taught = new Set(readdirSync(join(kb, 'teach')).flatMap(name =>
    Object.values(JSON.parse(readFileSync(join(kb, 'teach', name), 'utf8')).teach).flat()))
  const known = messages.filter(m => taught.has(m.text)).length
  assert.ok(known <= messages.length / 50, `${known} of ${messages.length} messages were taught by others`)
}

// { value, step }: hundredths, and how many of them one message is. Counted as tests/corpus/score.py does.
function figuresOf (labels, decisions) {
  const pairs = labels.map((label, i) => ({ label, got: decisions[i] }))
  const of = (all, part) => {
    const counted = pairs.filter(all)
    return counted.length && { value: 100 * counted.filter(part).length / counted.length, step: 100 / counted.length }
  }
  const wants = action => p => p.label.action === action
  const does = action => p => p.got.action === action
  const right = ({ label, got }) => label.action === 'answer' && got.action === 'answer' &&
    got.intents.length >= 1 && got.intents.length <= 2 &&
    label.intents.includes(got.intents[0]) && got.intents.includes(label.intents[0])
  const left = p => ['ignore', 'thank', 'none'].includes(p.got.action)
  const figures = {
    right_link: of(does('answer'), right),
    coverage: of(wants('answer'), right),
    harm: of(wants('handoff'), does('answer')),
    sensitive: of(p => p.label.action === 'handoff' && sensitive.includes(p.label.reason), does('handoff')),
    left_alone: of(p => ['answer', 'handoff'].includes(p.label.action), left),
    trolls: of(wants('ignore'), does('ignore')),
    thanks: of(wants('thank'), does('thank')),
    chatter: of(wants('none'), does('none'))
  }
  return Object.fromEntries(Object.entries(figures).filter(([, figure]) => figure))
}

const bad = ['harm', 'left_alone'] // the less the better: their floor is a ceiling

// The figures of each writer of the fold.
function measure (writers, fold) {
  const strangers = Object.keys(writers).filter((_, i) => i % folds === fold)
  const labels = strangers.flatMap(name => writers[name])
  const decisions = decide(strangers, labels)
  assert.equal(decisions.length, labels.length)
  decisions.forEach((d, i) => assert.equal(d.text, labels[i].text))
  let at = 0
  return Object.fromEntries(strangers.map(name =>
    [name, figuresOf(writers[name], decisions.slice(at, at += writers[name].length))]))
}

const tenths = value => Math.round(10 * value) / 10

function floorOf (name, { value, step }) {
  const slack = Math.max(bad.includes(name) ? margin.bad : margin.good, step)
  return tenths(bad.includes(name) ? Math.min(100, value + slack) : Math.max(0, value - slack))
}

const eachOf = (figures, make) => Object.fromEntries(Object.entries(figures).map(([name, f]) => [name, make(name, f)]))

function print (title, rows) {
  const lines = Object.entries(rows).map(([writer, row]) => `  ${JSON.stringify(writer)}: ${JSON.stringify(row)}`)
  console.log(`${title}\n{\n${lines.join(',\n')}\n}`)
}

const writers = readWriters()

if (process.argv.includes('--print')) {
  const all = Object.assign({}, ...Array.from({ length: folds }, (_, fold) => measure(writers, fold)))
  const figures = Object.fromEntries(Object.entries(all).sort())
  print('measured', eachOf(figures, (_, f) => eachOf(f, (_, { value }) => tenths(value))))
  print('floors.json', eachOf(figures, (_, f) => eachOf(f, floorOf)))
} else {
  const floors = JSON.parse(readFileSync(join(corpus, 'floors.json'), 'utf8'))
  const skip = process.env.KERBSIDE_SANITIZED ? 'training takes too long with sanitizers' : false

  test('every writer has floors, and every floor a writer', () => {
    assert.deepEqual(Object.keys(floors).sort(), Object.keys(writers).sort())
  })

  for (let fold = 0; fold < folds; fold++) {
    test(`strangers, ${fold + 1} of ${folds}`, { skip }, () => {
      const fallen = Object.entries(measure(writers, fold)).flatMap(([writer, figures]) => {
        assert.deepEqual(Object.keys(floors[writer]), Object.keys(figures))
        return Object.entries(figures).filter(([name, { value }]) =>
          bad.includes(name) ? tenths(value) > floors[writer][name] : tenths(value) < floors[writer][name])
          .map(([name, { value }]) => `${writer}: ${name} is ${tenths(value)}, the floor ${floors[writer][name]}`)
      })
      assert.deepEqual(fallen, [])
    })
  }
}
