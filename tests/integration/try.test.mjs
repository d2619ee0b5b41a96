// kerbside try: the real binary, against the small knowledge base of tests/data. KERBSIDE is the binary.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const kerbside = process.env.KERBSIDE
const data = fileURLToPath(new URL('../data', import.meta.url))
const source = dirname(dirname(data))
const corpus = join(source, '..', 'shared', 'corpus')
const config = join(data, 'try.json')
const sunday = '2026-11-22T21:00:00Z'
const monday = '2026-11-23T10:00:00Z'

assert.ok(kerbside, 'KERBSIDE must name the binary')

function run (args, input = '', env = {}) {
  const r = spawnSync(kerbside, args, {
    input, env: { ...process.env, KERBSIDE_CONFIG: config, ...env }, maxBuffer: 1 << 28
  })
  assert.equal(r.error, undefined)
  assert.equal(r.signal, null, `killed by ${r.signal}: ${r.stderr}`)
  return { status: r.status, out: r.stdout.toString('utf8'), err: r.stderr.toString('utf8') }
}

// The decisions on @lines (strings or Buffers), one for each.
function decisions (lines, ...args) {
  const input = Buffer.concat(lines.flatMap(l => [Buffer.from(l), Buffer.from('\n')]))
  const r = run(['try', '--at', sunday, ...args, '--jsonl'], input)
  assert.equal(r.err, '')
  assert.equal(r.status, 0)
  assert.ok(r.out === '' || r.out.endsWith('\n'))
  return r.out.split('\n').slice(0, -1).map(l => JSON.parse(l))
}

function decide (text, ...args) {
  const r = run(['try', '--at', sunday, ...args, '--json', text])
  assert.equal(r.err, '')
  assert.equal(r.status, 0)
  assert.match(r.out, /^[^\n]*\n$/)
  return JSON.parse(r.out)
}

const members = ['text', 'action', 'intents', 'reason', 'reply', 'would', 'score', 'lead', 'residue', 'second', 'why', 'kb']
const actions = ['answer', 'handoff', 'ignore', 'thank', 'none']

function checkShape (d) {
  for (const name of members) assert.ok(Object.hasOwn(d, name), `${name} is missing in ${JSON.stringify(d)}`)
  for (const name of Object.keys(d)) assert.ok([...members, 'error'].includes(name), `${name} is not known`)
  assert.equal(typeof d.text, 'string')
  assert.ok(actions.includes(d.action), d.action)
  assert.ok(Array.isArray(d.intents) && d.intents.length <= 2 && d.intents.every(i => typeof i === 'string'))
  assert.equal(d.action === 'answer', d.intents.length > 0)
  assert.ok(d.reason === null || (typeof d.reason === 'string' && d.reason))
  assert.equal(d.action === 'handoff', d.reason !== null)
  assert.ok(d.reply === null || (typeof d.reply === 'string' && d.reply))
  if (d.action === 'answer') assert.ok(d.reply)
  for (const name of ['score', 'lead', 'residue', 'second']) {
    assert.equal(typeof d[name], 'number')
    assert.ok(d[name] >= 0 && d[name] <= 1, `${name} is ${d[name]}`)
  }
  assert.ok(Array.isArray(d.why))
  for (const w of d.why) {
    assert.equal(typeof w.rule, 'string')
    assert.ok(Array.isArray(w.words) && w.words.every(s => typeof s === 'string' && s))
    for (const [from, to] of w.spans ?? []) assert.ok(from >= 0 && from < to && to <= d.text.length)
  }
  assert.match(d.kb, /^[0-9a-f]{16}$/)
}

const rows = [
  ['My green bin hasn’t been emptied, Elm Close', 'answer', ['bins.missed'], null],
  ['@CouncilHelp when is my bin day?', 'answer', ['bins.day'], null],
  ['POTHOLES everywhere', 'answer', ['roads.pothole'], null],
  ['my bin was missed. when is my bin day?', 'answer', ['bins.missed', 'bins.day'], null],
  ['missed the bin in the pothole', 'handoff', [], 'unresolved'],
  ['I can smell gas and my bin was missed', 'handoff', [], 'emergency'],
  ['my dad died', 'handoff', [], 'bereavement'],
  ['get me a real person', 'handoff', [], 'human'],
  ['stop replying', 'handoff', [], 'human'],
  ['bin missed for the third time', 'handoff', [], 'complaint'],
  ['what about the other thing', 'handoff', [], 'unresolved'],
  ['', 'handoff', [], 'unresolved'],
  ['thank you 👏', 'thank', [], null],
  ['useless clowns', 'ignore', [], null],
  ['Good morning!', 'none', [], null]
]

describe('one message', () => {
  for (const [text, action, intents, reason] of rows) {
    test(`${action}: ${text}`, () => {
      const d = decide(text)
      checkShape(d)
      assert.equal(d.text, text)
      assert.equal(d.action, action)
      assert.deepEqual(d.intents, intents)
      assert.equal(d.reason, reason)
    })
  }

  test('a reply holds the link, and no placeholder', () => {
    const d = decide('my bin was missed')
    assert.match(d.reply, /https:\/\/council\.example\/missed-bin/)
    assert.doesNotMatch(d.reply, /[{}]/)
  })

  test('nothing is said to trolls and in passing', () => {
    assert.equal(decide('useless clowns').reply, null)
    assert.equal(decide('good morning').reply, null)
  })

  test('why: the rule, its words, and where they stand in what was written', () => {
    const d = decide('😡 Café: our Green Bin was missed')
    assert.deepEqual(d.why.map(w => w.rule), ['bins.missed'])
    assert.deepEqual(d.why[0].words, ['green bin', 'missed'])
    assert.deepEqual(d.why[0].spans.map(([a, b]) => d.text.slice(a, b)), ['Green Bin', 'missed'])
  })

  test('a text that is not UTF-8 is repaired', () => {
    const r = spawnSync('/bin/sh', ['-c', `"$1" try --json "$(printf 'bin missed caf\\351')"`, 'sh', kerbside],
      { env: { ...process.env, KERBSIDE_CONFIG: config } })
    assert.equal(r.status, 0)
    const d = JSON.parse(r.stdout.toString('utf8'))
    checkShape(d)
    assert.equal(d.text, 'bin missed caf\ufffd')
    assert.equal(d.action, 'answer')
  })

  test('for people: the message, the action, the reply', () => {
    const r = run(['try', '--at', sunday, 'My bin was missed'])
    assert.equal(r.status, 0)
    assert.match(r.out, /»bin« was »missed«/)
    assert.match(r.out, /answer bins\.missed/)
    assert.match(r.out, /https:\/\/council\.example\/missed-bin/)
  })

  test('for people: what it rests on, and what else was found', () => {
    const { out } = run(['try', '--at', sunday, 'my bin was missed, there is a gas leak'])
    assert.match(out, /^message {3}my bin was missed, there is a »gas leak«$/m)
    assert.match(out, /^because {3}sensitive\.gas: gas leak$/m)
    assert.match(out, /^besides {3}bins\.missed 0\.80$/m)
  })

  test('two requests: a paragraph each', () => {
    const text = 'my bin was missed. when is my bin day?'
    const [first, between, second] = decide(text).reply.split('\n')
    assert.match(first, /https:\/\/council\.example\/missed-bin/)
    assert.equal(between, '')
    assert.match(second, /https:\/\/council\.example\/bin-day/)
    const r = run(['try', '--at', sunday, text])
    assert.match(r.out, /^action {4}answer bins\.missed and bins\.day$/m)
    assert.match(r.out, /^reply {5}[^\n]+missed-bin\n {10}Your days/m)
  })

  test('two that fit equally well: the question', () => {
    const text = 'missed the bin in the pothole'
    assert.equal(decide(text).reply, 'Do you mean a pothole or a missed bin?')
    assert.match(run(['try', '--at', sunday, text]).out, /^question {2}roads\.pothole or bins\.missed$/m)
  })

  test('a notice, while it holds', () => {
    const at = when => run(['try', '--at', when, 'when is my bin day']).out
    const snow = 'No rounds today because of the snow. Your days are here: https://council.example/bin-day'
    assert.ok(at('2026-12-01T00:00:00Z').includes(`\nnotice    snow, until 2026-12-03T00:00:00Z\nreply     ${snow}\n`))
    assert.doesNotMatch(at('2026-12-03T00:00:00Z'), /snow/)
  })

  test('a text that begins with a dash', () => {
    const r = run(['try', '--json', '--', '--jsonl'])
    assert.equal(r.status, 0)
    assert.equal(JSON.parse(r.out).text, '--jsonl')
  })

  test('the same message gets the same decision', () => {
    assert.deepEqual(decide('my bin was missed'), decide('my bin was missed'))
  })
})

describe('the hour', () => {
  test('out of hours the acknowledgement says when', () => {
    assert.match(decide('something else').reply, /from 9 tomorrow/)
  })

  test('another hour, other words', () => {
    const at = when => JSON.parse(run(['try', '--at', when, '--json', 'something else']).out).reply
    assert.match(at('2026-11-20T18:00:00Z'), /from 9 on Monday/)
    assert.match(at('2026-11-23T07:00:00+00:00'), /from 9 today/)
    assert.match(at('2026-12-23T18:00:00Z'), /from 9 on Tuesday/)
    assert.match(at('2027-07-05T07:59:59Z'), /from 9 today/) // 8:59 in summer
    assert.equal(at('2027-07-05T08:00:00Z'), null)
  })

  test('in hours a person is there, and nothing is said', () => {
    const r = JSON.parse(run(['try', '--at', monday, '--json', 'something else']).out)
    assert.equal(r.action, 'handoff')
    assert.equal(r.reply, null)
  })

  test('a holding reply is said at any hour', () => {
    assert.match(JSON.parse(run(['try', '--at', monday, '--json', 'gas leak']).out).reply, /shortly/)
    assert.match(decide('gas leak').reply, /from 9 tomorrow/)
  })

  test('without --at it is now', () => {
    checkShape(JSON.parse(run(['try', '--json', 'something else']).out))
  })
})

describe('lines', () => {
  test('one for each, in order', () => {
    const out = decisions(rows.map(([text]) => JSON.stringify({ text })))
    assert.equal(out.length, rows.length)
    out.forEach((d, i) => {
      checkShape(d)
      assert.deepEqual([d.text, d.action, d.intents, d.reason], rows[i])
      assert.ok(!Object.hasOwn(d, 'error'))
    })
  })

  test('the same as one by one', () => {
    const out = decisions(rows.map(([text]) => JSON.stringify({ text })))
    rows.forEach(([text], i) => assert.deepEqual(out[i], decide(text)))
  })

  test('other members are ignored', () => {
    const [d] = decisions(['{"action":"ignore","text":"my bin was missed","id":5,"deep":{"text":[]}}'])
    assert.deepEqual([d.text, d.action], ['my bin was missed', 'answer'])
  })

  test('lines of a text stay one line', () => {
    const text = 'my bin\nwas\r\nmissed\u2028 "again" \\ \u0001 \u007f'
    const [d] = decisions([JSON.stringify({ text })])
    checkShape(d)
    assert.equal(d.text, text)
  })

  test('empty lines say nothing', () => {
    assert.deepEqual(decisions(['', '', '   ', '\t\r']), [])
    assert.equal(decisions(['', '{"text":"x"}', ' ', '{"text":"y"}', '']).length, 2)
    const r = run(['try', '--jsonl'], '')
    assert.deepEqual([r.status, r.out, r.err], [0, '', ''])
  })

  test('carriage returns at the end, no line feed at the end', () => {
    assert.deepEqual(decisions(['{"text":"bin missed"}\r']).map(d => d.action), ['answer'])
    const r = run(['try', '--jsonl'], '{"text":"a"}\n{"text":"b"}')
    assert.deepEqual(r.out.trim().split('\n').map(l => JSON.parse(l).text), ['a', 'b'])
  })

  test('whatever its bytes: unreadable lines go to a person, and the rest is decided', () => {
    const bad = [
      'my bin was missed', '{', '{"text":', '{"text":"a"} x', '[]', '5', 'null', '"my bin was missed"',
      '{}', '{"text":null}', '{"text":5}', '{"text":["a"]}', '{"Text":"a"}',
      '{"text":"a","text":"b"}', '{"text":"a\\u0000b"}', '{"text":"a\\uzzzz"}', '{"text":"\\ud800"}',
      '{"text":"a\tb"}', '{"n":1e999,"text":"a"}', '['.repeat(100000), '{"text":"' + 'a'.repeat(100),
      Buffer.from([0xff, 0xfe, 0x41]), Buffer.from([0]), Buffer.from('{"text":"a\0b"}'),
      Buffer.from('{"text":"caf\xe9"}', 'latin1'), Buffer.from('\ufeff\ufeff{"text":"a"}')
    ]
    const out = decisions(bad.flatMap(b => [b, '{"text":"my bin was missed"}']))
    assert.equal(out.length, bad.length * 2)
    out.forEach((d, i) => {
      checkShape(d)
      const what = bad[i >> 1].toString('latin1').slice(0, 60)
      if (i % 2) {
        assert.equal(d.action, 'answer', what)
      } else {
        assert.deepEqual([d.action, d.reason, d.reply], ['handoff', 'unresolved', null], what)
        assert.equal(typeof d.error, 'string', what)
      }
    })
  })

  test('any bytes at all, the same every time', () => {
    let seed = 12345
    const next = below => { // a linear congruential generator is random enough here
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      return (seed >>> 8) % below
    }
    const lines = []
    for (let i = 0; i < 300; i++) {
      const line = Buffer.from(Array.from({ length: 1 + next(60) }, () => next(256)).map(b => b === 10 ? 11 : b))
      lines.push(Buffer.concat([Buffer.from('x'), line]))
    }
    const out = decisions(lines)
    assert.equal(out.length, lines.length)
    out.forEach(checkShape)
  })

  test('a long message is for a person, a long line is no trouble', () => {
    const [a, b] = decisions([
      JSON.stringify({ text: 'my bin was missed '.repeat(2000) }),
      JSON.stringify({ text: 'my bin was missed', more: 'x'.repeat(500000) })
    ])
    checkShape(a)
    assert.deepEqual([a.action, a.reason], ['handoff', 'unresolved'])
    assert.equal(b.action, 'answer')
  })

  test('output that fails is an error', { skip: !existsSync('/dev/full') }, () => {
    const r = spawnSync('/bin/sh', ['-c', '"$1" try --jsonl >/dev/full', 'sh', kerbside],
      { input: '{"text":"a"}\n', env: { ...process.env, KERBSIDE_CONFIG: config } })
    assert.equal(r.status, 1)
    assert.match(r.stderr.toString(), /^error: /)
  })
})

describe('what is wrong is said', () => {
  const usage = [
    ['an unknown option', ['try', '--nonsense', 'text']],
    ['no text', ['try']],
    ['two texts', ['try', 'a', 'b']],
    ['a text beside --jsonl', ['try', '--jsonl', 'a']],
    ['an option without its value', ['try', 'a', '--at']],
    ['no time', ['try', '--at', 'yesterday', 'a']],
    ['a day without a time', ['try', '--at', '2026-11-22', 'a']],
    ['an unknown command', ['tyr', 'a']],
    ['no command', []]
  ]
  for (const [note, args] of usage) {
    test(note, () => {
      const r = run(args)
      assert.equal(r.status, 2)
      assert.equal(r.out, '')
      assert.notEqual(r.err, '')
    })
  }

  test('--help is no mistake', () => {
    const r = run(['try', '--help'])
    assert.deepEqual([r.status, r.err], [0, ''])
    assert.match(r.out, /--jsonl/)
  })

  test('a knowledge base that is not there', () => {
    const r = run(['try', '--kb', join(data, 'none'), '--json', 'a'])
    assert.equal(r.status, 1)
    assert.equal(r.out, '')
    assert.equal(r.err, `error: ${join(data, 'none')}: the knowledge base's folder can't be read: ` +
      'No such file or directory\n')
  })

  test('a configuration that is not there', () => {
    const r = run(['try', '--config', join(data, 'none.json'), '--json', 'a'])
    assert.deepEqual([r.status, r.out], [1, ''])
    assert.match(r.err, /^error: .*none\.json: can't be read/)
  })

  test('--config wins over KERBSIDE_CONFIG', () => {
    const r = run(['try', '--config', config, '--json', 'a'], '', { KERBSIDE_CONFIG: '/none' })
    assert.equal(r.status, 0)
  })
})

describe('a knowledge base of its own', () => {
  let dir
  before(() => { dir = mkdtempSync(join(tmpdir(), 'kerbside-try-')) })
  after(() => rmSync(dir, { recursive: true, force: true }))

  function write (change = {}) {
    for (const name of ['terms', 'rules', 'wording', 'thresholds', 'notices', 'bins', 'roads']) {
      const text = readFileSync(join(data, 'kb', `${name}.json`), 'utf8')
      writeFileSync(join(dir, `${name}.json`), change[name] ? change[name](text) : text)
    }
  }

  test('--kb names it, and its hash tells it apart', () => {
    write()
    const same = decide('my bin was missed', '--kb', dir)
    assert.deepEqual(same, decide('my bin was missed'))
    write({ bins: t => t.replaceAll('council.example', 'other.example') })
    const other = decide('my bin was missed', '--kb', dir)
    assert.match(other.reply, /other\.example/)
    assert.notEqual(other.kb, same.kb)
  })

  test('a fault in it: a line that says where', () => {
    write({ bins: t => t.replace('when (?&gap)(?&day)', 'when (?&gap)(?&dya)') })
    const r = run(['try', '--kb', dir, '--jsonl'], '{"text":"a"}\n')
    assert.deepEqual([r.status, r.out], [1, ''])
    assert.equal(r.err, 'error: bins.json: bins.day: match[0]: column 13: no term "dya" in terms.json; there is one called "day"\n')
  })
})

describe('the labelled corpus', () => {
  const python = spawnSync('python3', ['--version']).status === 0
  const missing = !python ? 'no python3' : !existsSync(join(corpus, 'score.py')) ? 'no corpus beside the source' : false

  test('the scorer takes what comes out', { skip: missing }, () => {
    const dir = mkdtempSync(join(tmpdir(), 'kerbside-score-'))
    try {
      const gold = join(corpus, 'dev.jsonl')
      const lines = readFileSync(gold, 'utf8').split('\n').filter(Boolean)
      const predicted = join(dir, 'predicted.jsonl')
      const out = decisions(lines)
      assert.equal(out.length, lines.length)
      out.forEach((d, i) => {
        checkShape(d)
        assert.equal(d.text, JSON.parse(lines[i]).text)
      })
      writeFileSync(predicted, out.map(d => JSON.stringify(d)).join('\n') + '\n')
      const r = spawnSync('python3', [join(corpus, 'score.py'), gold, predicted, '--json'])
      assert.equal(r.status, 0, r.stderr.toString())
      assert.doesNotThrow(() => JSON.parse(r.stdout.toString()))
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  })
})
