// What the shipped knowledge base makes of messages by writers whom it doesn't know: for each file of tests/corpus the
// second opinion is trained without that writer's lessons, and no figure may fall below tests/corpus/floors.json.
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
const monday = '2026-11-23T10:00:00Z'
const margin = { good: 2, bad: 1 } // points of a hundred between what was measured and a floor; one message at least

assert.ok(kerbside, 'KERBSIDE must name the binary')

const sensitive = ['emergency', 'safeguarding', 'self_harm', 'homelessness', 'bereavement', 'personal_data',
  'discrimination', 'legal', 'press_politics', 'data_rights']

function readLines (text) {
  return text.split('\n').filter(l => l.trim()).map(l => JSON.parse(l))
}

// Decisions on @messages, by a knowledge base without the lessons of @writer.
function decide (writer, messages) {
  const dir = mkdtempSync(join(tmpdir(), 'kerbside-corpus-'))
  try {
    const kb = join(dir, 'kb')
    const config = join(dir, 'try.json')
    cpSync(content, kb, { recursive: true })
    rmSync(join(kb, 'teach', `${writer}.json`), { force: true })
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

function measure (file) {
  const labels = readLines(readFileSync(join(corpus, file), 'utf8'))
  const decisions = decide(basename(file, '.jsonl'), labels)
  assert.equal(decisions.length, labels.length)
  decisions.forEach((d, i) => assert.equal(d.text, labels[i].text))
  return figuresOf(labels, decisions)
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

const files = readdirSync(corpus).filter(name => name.endsWith('.jsonl')).sort()

if (process.argv.includes('--print')) {
  const figures = Object.fromEntries(files.map(file => [basename(file, '.jsonl'), measure(file)]))
  print('measured', eachOf(figures, (_, f) => eachOf(f, (_, { value }) => tenths(value))))
  print('floors.json', eachOf(figures, (_, f) => eachOf(f, floorOf)))
} else {
  const floors = JSON.parse(readFileSync(join(corpus, 'floors.json'), 'utf8'))
  const skip = process.env.KERBSIDE_SANITIZED ? 'training takes too long with sanitizers' : false

  test('every writer has floors, and every floor a writer', () => {
    assert.deepEqual(Object.keys(floors).sort(), files.map(f => basename(f, '.jsonl')).sort())
  })

  for (const file of files) {
    test(`a stranger: ${file}`, { skip }, () => {
      const floor = floors[basename(file, '.jsonl')]
      const figures = measure(file)
      assert.deepEqual(Object.keys(floor), Object.keys(figures))
      const fallen = Object.entries(figures).filter(([name, { value }]) =>
        bad.includes(name) ? tenths(value) > floor[name] : tenths(value) < floor[name])
      assert.deepEqual(fallen.map(([name, { value }]) => `${name} is ${tenths(value)}, the floor ${floor[name]}`), [])
    })
  }
}
