// kerbside kb export, import, log, diff, rollback, items, show, set, discard, csv, publish and the like: what the
// console does to the knowledge base, done from a command line. Nothing is running until the end; each test file
// has a database of its own.

import assert from 'node:assert/strict'
import {
  cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Kerbside, PASSWORD, run, sql, writeConfig } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const SMALL = fileURLToPath(new URL('../data/kb', import.meta.url))
const SHIPPED = fileURLToPath(new URL('../../kb/content', import.meta.url))

let dir, config
before(() => {
  dir = mkdtempSync(join(tmpdir(), 'kerbside-kb-'))
  config = writeConfig(dir, 'http://127.0.0.1:9/')
})
after(() => rmSync(dir, { recursive: true, force: true }))

const kb = (name, args, input, options = ['--config', config]) => run(['kb', ...name.split(' '), ...options, ...args],
  { input, ms: 240000 }) // the shipped knowledge base takes its time to be checked, sanitized above all

async function done (name, args, input, options) {
  const r = await kb(name, args, input, options)
  assert.equal(r.status, 0, `kb ${name} ${args.join(' ')}: ${r.out}${r.err}`)
  return r.out
}

async function refused (name, args, words, input) {
  const before = await state()
  const r = await kb(name, args, input)
  assert.notEqual(r.status, 0, `kb ${name} ${args.join(' ')} was not refused: ${r.out}`)
  assert.match(r.err, words)
  assert.deepEqual(await state(), before, 'what is refused changes nothing')
  return r
}

const database = () => join(dir, 'kerbside.db')
const state = async () => existsSync(database())
  ? [...await sql(database(), 'SELECT id FROM kb_version'),
      ...await sql(database(), 'SELECT kind, item, revision, body FROM kb_draft ORDER BY kind, item')]
  : []

// What is in the draft is an editor's.
const hand = () => sql(database(), "UPDATE kb_draft SET by='Edie Hall'")

// Names and bytes of all files.
function files (folder) {
  const names = readdirSync(folder, { recursive: true }).filter(n => n.endsWith('.json')).sort()
  return names.map(n => [n, readFileSync(join(folder, n), 'utf8')])
}

// A copy of the small knowledge base, in which @change changes one file's object.
function changed (name, file, change) {
  const folder = join(dir, name)
  cpSync(SMALL, folder, { recursive: true })
  const tree = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  change(tree)
  writeFileSync(join(folder, file), JSON.stringify(tree))
  return folder
}

test('without a version there is nothing to look at, and it says what to do', async () => {
  await refused('export', [join(dir, 'none')], /no version of a knowledge base yet: a start of kerbside serve/)
})

test('import says what is different, and changes nothing until it is told to', async () => {
  assert.match(await done('import', [SMALL]),
    /^intent\/bins\.day \(Collection days\): new\n {2}title: New: “Collection days”\.\n[^]*\n\d+ differences?\. Nothing was changed/)
  assert.equal(await done('log', []), '')
  await refused('import', ['--publish', SMALL], /--note TEXT says why/)
  await refused('import', ['--publish', '--note', '', SMALL], /--note TEXT says why/)
  assert.match(await done('import', ['--publish', '--note', 'The first', SMALL]), /Version 1 is live\.\n$/)
  assert.match(await done('import', [SMALL]), /^Nothing to import: version 1 is the same\.\n$/)
  assert.match(await done('log', []),
    /^1 {2}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}[0-9a-f]{16} {2}import {2}command line: The first\n$/)
  assert.deepEqual(await sql(database(), 'SELECT act, about, text FROM audit'),
    [['kb_published', 'version 1', 'command line: The first']])
})

describe('export, import, export', () => {
  for (const [name, folder] of [['small', SMALL], ['shipped', SHIPPED]]) {
    test(`the ${name} knowledge base is the same byte for byte`, async () => {
      const out = join(dir, `out-${name}`)
      const again = join(dir, `again-${name}`)
      await done('import', ['--publish', '--note', name, '--yes-remove', folder])
      await done('export', [out])
      assert.deepEqual(files(out), files(folder))
      assert.match(await done('import', ['--publish', '--note', 'again', out]), /^Nothing to import/)
      await done('export', [again])
      assert.deepEqual(files(again), files(folder))
    })
  }

  test('the folder becomes the version: what it doesn\'t have goes, and nothing but JSON of a knowledge base', async () => {
    const out = join(dir, 'out-shipped')
    writeFileSync(join(out, 'README'), 'ours')
    assert.match(await done('export', ['--version', '1', out]), /: version 1, 7 files\n$/)
    assert.deepEqual(files(out), files(SMALL))
    assert.equal(readFileSync(join(out, 'README'), 'utf8'), 'ours')

    const other = join(dir, 'other')
    mkdirSync(other)
    writeFileSync(join(other, 'package.json'), '{}')
    await refused('export', [other], /has JSON files that are no knowledge base/)
    assert.deepEqual(readdirSync(other), ['package.json'])
    await refused('export', ['--version', '77', out], /there is no version 77; the newest is 2/)
  })
})

test('a folder is written in one form, and says the same', async () => {
  const folder = changed('formatted', 'bins.json', () => {})
  const was = files(folder)
  assert.match(await done('format', [folder], undefined, []), /^\S+\/formatted\/bins\.json\n/)
  assert.notDeepEqual(files(folder), was)
  assert.deepEqual(files(folder).map(([n, text]) => [n, JSON.parse(text)]), was.map(([n, text]) => [n, JSON.parse(text)]))
  assert.equal(await done('format', [folder], undefined, []), '')
  const r = await run(['kb', 'format', join(dir, 'other')])
  assert.match(r.err, /no knowledge base/)
})

describe('versions', () => {
  test('a rollback is a new version of the same files', async () => {
    assert.equal(await done('rollback', ['--note', 'As it was', '1']), 'Version 1 is live again, as version 3.\n')
    assert.equal(await done('diff', ['1', '3']), 'They are the same, byte for byte.\n')
    assert.match(await done('log', []), /^3 {2}\S+ {2}[0-9a-f]{16} {2}rollback to 1 {2}command line: As it was\n2 {2}/)
    await refused('rollback', ['--note', 'x', '3'], /version 3 is live already/)
    await refused('rollback', ['--note', 'x', '9'], /there is no version 9/)
    await refused('rollback', ['1'], /--note TEXT says why/)
  })

  test('a difference is told in words, between versions, folders and the draft', async () => {
    const folder = changed('reworded', 'bins.json', t => {
      t.intents[0].replies[1] = 'Tell us: {link}'
      t.intents[1].examples.yes.push('what day is my bin day')
    })
    const words = 'intent/bins.day (Collection days): changed\n  examples.yes: New: “what day is my bin day”.\n' +
      'intent/bins.missed (Missed bin): changed\n  replies: “Tell us here and we will come back: {link}” became ' +
      '“Tell us: {link}”.\n'
    assert.equal(await done('diff', ['live', folder]), words)
    assert.equal(await done('diff', ['1', folder]), words)
    assert.equal(await done('diff', ['live', 'draft']), 'They are the same, byte for byte.\n')
    const form = changed('form', 'bins.json', () => {})
    assert.equal(await done('diff', [SMALL, form]), 'bins.json: written in another form, and says the same\n')
    await refused('diff', ['1', join(dir, 'nowhere')], /neither a version's number, nor "live", nor "draft"/)
  })
})

describe('import is all or nothing', () => {
  test('a folder with an error is refused, and every error is named', async () => {
    const folder = changed('broken', 'bins.json', t => {
      t.intents[0].match.push({ pcre: '(', weight: 50 })
      t.intents[1].link = 'http://council.example'
    })
    const r = await refused('import', ['--publish', '--note', 'x', folder], /bins\.day: "link" must begin with https/)
    assert.match(r.err, /bins\.missed: match\[2\]/)
    await refused('import', [join(dir, 'nowhere')], /the knowledge base's folder can't be read/)
  })

  test('much that would be gone must be meant', async () => {
    const folder = changed('small', 'rules.json', t => { t.rules = t.rules.filter(r => r.id.startsWith('opt')) })
    const edit = (name, change) => {
      const tree = JSON.parse(readFileSync(join(folder, name), 'utf8'))
      change(tree)
      writeFileSync(join(folder, name), JSON.stringify(tree))
    }
    edit('terms.json', t => { delete t.terms.hole })
    edit('bins.json', t => { t.intents.pop() })
    edit('wording.json', t => { delete t.clarify; delete t.private_footer })
    rmSync(join(folder, 'roads.json'))
    rmSync(join(folder, 'notices.json'))
    await refused('import', ['--publish', '--note', 'x', folder], /of \d+ items would be gone.*--yes-remove; nothing was/s)
    await done('import', ['--publish', '--note', 'Less', '--yes-remove', folder])
    await done('rollback', ['--note', 'More again', '1'])
  })
})

describe('the draft', () => {
  const item = async name => JSON.parse(await done('show', [name]))

  test('an item is shown, changed, taken away, and as live again', async () => {
    const day = await item('intent/bins.day')
    assert.equal(day.title, 'Collection days')
    assert.equal(await done('set', ['intent/bins.day', '-'], JSON.stringify({ ...day, title: 'Bin days' })),
      'It is in the draft.\n')
    assert.equal((await item('intent/bins.day')).title, 'Bin days')
    assert.match(await done('items', []), /^intent\/bins\.day {2,}changed {2}Collection days$/m)
    assert.equal(await done('diff', ['live', 'draft']),
      'intent/bins.day (Bin days): changed\n  title: “Collection days” became “Bin days”.\n')
    assert.deepEqual(await sql(database(), 'SELECT kind, item, text FROM event ORDER BY seq DESC LIMIT 1'),
      [['kb.saved', 'intent/bins.day', '“Bin days” is changed in the draft.']])
    const gone = await done('discard', ['intent/bins.day'])
    assert.equal(JSON.parse(gone).title, 'Bin days')
    assert.equal((await item('intent/bins.day')).title, 'Collection days')

    const file = join(dir, 'snow.json')
    writeFileSync(file, 'null')
    assert.equal(await done('set', ['notice/snow', file]), 'It is to go: the draft says so.\n')
    assert.match(await done('items', []), /^notice\/snow {2,}gone/m)
    await done('discard', ['notice/snow'])
    assert.equal(await done('set', ['intent/bins.day', '-'], JSON.stringify(day)), 'It is that already: nothing to do.\n')
  })

  test('what somebody has changed is not written over unseen', async () => {
    const day = await item('intent/bins.day')
    const put = (title, more = []) => [[...more, 'intent/bins.day', '-'], JSON.stringify({ ...day, title })]
    await done('set', ...put('One'))
    await done('set', ...put('One and a half')) // its own
    await hand()
    const [args, input] = put('Two')
    const r = await refused('set', args, /Edie Hall has changed it in the draft: look at it with kerbside kb show/, input)
    const [, revision] = /--revision (\d+)/.exec(r.err)
    await done('set', ...put('Two', ['--revision', revision]))
    assert.equal((await item('intent/bins.day')).title, 'Two')
    await done('discard', ['intent/bins.day'])
  })

  test('what is no item is refused in words', async () => {
    await refused('show', ['bins.day'], /"bins\.day" names no item: it must be a kind and an id/)
    await refused('show', ['intent/bins.none'], /there is no intent\/bins\.none/)
    await refused('set', ['intent/bins.day', '-'], /its "id" must be the item's name/, '{"id":"bins.night"}')
    await refused('set', ['intent/bins.day', '-'], /not JSON/, '{"id":')
    await refused('set', ['intent/bins.day', join(dir, 'nowhere')], /can't be read/)
    await refused('discard', ['intent/bins.day'], /isn't in the draft/)
  })

  test('an item as it was in a version', async () => {
    assert.equal(JSON.parse(await done('show', ['--version', '1', 'term/hole']))[0], 'pothole*')
    await refused('show', ['--version', '4', 'term/hole'], /version 4 has no term\/hole/)
  })
})

describe('csv', () => {
  const table = () => join(dir, 'intents.csv')
  const HEAD = 'intent,title,phrases,reply,link,department,owner,review_by'
  const POTHOLE = 'roads.pothole,Potholes,,Please put it on the map: {link},https://council.example/potholes,highways,,2099-12-31'
  const DAY = 'bins.day,Collection days,,Your days are here: {link},https://council.example/bin-day,waste,,2099-12-31'
  const MISSED = 'bins.missed,Missed bin,,"Sorry about that. Report it here: {link}\nTell us here and we will come back: ' +
    '{link}",https://council.example/missed-bin,waste,,2099-12-31'
  const rows = (...lines) => [HEAD, ...lines, ''].join('\r\n')

  test('there and back changes nothing', async () => {
    const text = await done('csv export', ['-'])
    assert.equal(text, '\uFEFF' + rows(MISSED, DAY, POTHOLE))
    await done('csv export', [table()])
    assert.equal(readFileSync(table(), 'utf8'), text)
    const before = await state()
    assert.match(await done('csv import', [table()]), /changed in the draft: 0, of which are to go: 0/)
    assert.deepEqual(await state(), before)
  })

  test('a cell is no formula of the spreadsheet that opens it', async () => {
    const tie = title => `roads.tie,${title},'@home,- {link},https://council.example/tie,+1,=A1,2099-12-31`
    const safe = `roads.tie,''=1+1,''@home,'- {link},https://council.example/tie,'+1,'=A1,2099-12-31`
    await done('csv import', ['-'], rows(MISSED, DAY, POTHOLE, safe))
    assert.equal(await done('csv export', ['-']), '\uFEFF' + rows(MISSED, DAY, POTHOLE, safe))
    const body = JSON.parse(await done('show', ['intent/roads.tie']))
    assert.deepEqual([body.title, body.phrases, body.replies, body.department, body.owner],
      ["'=1+1", ["'@home"], ['- {link}'], '+1', '=A1'])
    await done('csv import', ['-'], rows(MISSED, DAY, POTHOLE, tie("''Tis here")))
    assert.match(await done('csv export', ['-']), /\r\nroads\.tie,''Tis here,'@home,'- \{link\},/)
    await done('csv import', ['--yes-remove', '-'], rows(MISSED, DAY, POTHOLE))
  })

  test('what it changes is in the draft, and nothing else of an intent', async () => {
    const phrases = 'roads.pothole,"Potholes, big","hole in road\ncrater",Please put it on the map: {link},' +
      'https://council.example/potholes,highways,Edie Hall,2099-12-31'
    const ice = 'roads.ice,Ice,icy road,"We grit: {link}\nSay where\\nand when: {link}",https://council.example/ice,highways,,2099-12-31'
    assert.match(await done('csv import', ['-'], rows(MISSED, DAY, phrases, ice)), /draft: 2, of which are to go: 0/)
    assert.equal(await done('diff', ['live', 'draft']),
      'intent/roads.ice (Ice): new\n  title: New: “Ice”.\n  phrases: New: “icy road”.\n  replies: New: “We grit: {link}”.\n' +
      '  replies: New: “Say where and when: {link}”.\n  link: New: “https://council.example/ice”.\n' +
      '  department: New: “highways”.\n  review_by: New: “2099-12-31”.\n' +
      'intent/roads.pothole (Potholes, big): changed\n  title: “Potholes” became “Potholes, big”.\n' +
      '  phrases: New: “hole in road”, “crater”.\n  owner: New: “Edie Hall”.\n')
    assert.equal(await done('csv export', ['-']), '\uFEFF' + rows(MISSED, DAY, phrases, ice))
    await hand()
    await refused('csv import', ['--yes-remove', '-'], /line 5, intent: Edie Hall has changed roads\.pothole in the draft: publish/,
      rows(MISSED, DAY, POTHOLE))
    await done('csv import', ['--over', '--yes-remove', '-'], rows(MISSED, DAY, POTHOLE))
    assert.equal(await done('diff', ['live', 'draft']), 'They are the same, byte for byte.\n')
  })

  test('columns in any order, and only some of them', async () => {
    await done('csv import', ['-'], 'owner,intent\nEdie Hall,bins.day\n,bins.missed\n,roads.pothole\n')
    assert.equal(await done('diff', ['live', 'draft']),
      'intent/bins.day (Collection days): changed\n  owner: New: “Edie Hall”.\n')
    await done('discard', ['intent/bins.day'])
  })

  for (const [what, text, words] of [
    ['no heads', '', /line 1: there must be a line with the columns' names/],
    ['an unknown column', 'intent,colour\n', /line 1: there is no column "colour"; known are intent, title/],
    ['semicolons', 'intent;title\n', /line 1: there is no column "intent;title".*separated by commas/],
    ['a column twice', 'intent,title,title\n', /line 1: the column "title" stands twice/],
    ['no intents', 'title\nx\n', /line 1: the column "intent" is missing/],
    ['an intent twice', rows(MISSED, DAY, POTHOLE, DAY), /line 6, intent: "bins\.day" stands on line 4 too/],
    ['an open quotation mark', rows('bins.day,"Days'), /line 2: a quotation mark opens here and nothing closes it/],
    ['no title', rows(DAY.replace('Collection days', '')), /line 2, title: must not be empty/],
    ['no reply', rows(DAY.replace(/Your days[^,]*/, ' ')), /line 2, reply: there must be at least one/],
    ['no day', rows(DAY.replace('2099-12-31', '31/12/2099')), /line 2, review_by: must be a day like 2027-03-31/],
    ['no link', rows(DAY.replace('https:', 'http:')), /line 2, link: must begin with https:/],
    ['no name', rows(DAY.replace('bins.day', 'bin day')), /line 2, intent: not a name for an intent/],
    ['a new one with too little', 'intent,title\nroads.ice,Ice\n', /line 2, reply: there must be at least one/],
    ['too many cells', rows(DAY + ',x'), /line 2: more cells than columns/],
    ['no UTF-8', Buffer.from('intent,title\nbins.day,Caf\xe9\n', 'latin1'), /isn't text in UTF-8: save it as "CSV UTF-8"/],
    ['much left out', rows(MISSED), /2 of 3 intents and .* would be gone.*--yes-remove/s]
  ]) {
    test(`${what} is refused, with its line and column`, () => refused('csv import', ['-'], words, text))
  }

  test('much that goes must be meant', async () => {
    assert.match(await done('csv import', ['--yes-remove', '-'], rows(MISSED)), /draft: 2, of which are to go: 2/)
    assert.match(await done('items', []), /^intent\/bins\.day {2,}gone/m)
    await done('discard', ['intent/bins.day'])
    await done('discard', ['intent/roads.pothole'])
  })
})

describe('an editor\'s word', () => {
  const day = async change => {
    const body = JSON.parse(await done('show', ['--version', '1', 'intent/bins.day']))
    await done('set', ['intent/bins.day', '-'], JSON.stringify({ ...body, ...change }))
  }
  const gas = async yes => {
    const body = JSON.parse(await done('show', ['rule/sensitive.gas']))
    body.examples.yes.push(yes)
    await done('set', ['rule/sensitive.gas', '-'], JSON.stringify(body))
  }
  // The number of the newest proposal, and the lines about it.
  async function proposal () {
    const [first] = (await done('proposals', [])).split(/\n(?=\d)/)
    return [/^\d+/.exec(first)[0], first]
  }
  const spoken = () => sql(database(), "SELECT about, text FROM audit WHERE act='kb_spoken_for' AND staff_id IS NULL ORDER BY id")

  before(async () => {
    const people = [['edie', 'Edie Hall', 'EH', 'editor'], ['priya', 'Priya Nair', 'PN', 'editor'], ['sam', 'Sam Reed', 'SR', 'agent']]
    for (const [login, name, initials, role] of people) {
      const { status, err } = await run(['staff', 'add', login, '--name', name, '--initials', initials, '--role', role,
        '--config', config], { input: PASSWORD + '\n' })
      assert.equal(status, 0, err)
    }
  })

  test('is somebody\'s who may give it', async () => {
    const note = ['--note', 'Days']
    assert.equal((await refused('publish', note, /--as LOGIN says whose word it is/)).status, 2)
    assert.equal((await refused('publish', ['--as', 'edie'], /--note TEXT says why/)).status, 2)
    await refused('publish', ['--as', 'edie', ...note], /edie: There is nothing in the draft to publish\./)
    await day({ title: 'Bin days' })
    await refused('publish', ['--as', 'nobody', ...note], /nobody of the login "nobody"/)
    await refused('publish', ['--as', 'sam', ...note], /sam: Your role may not do that\./)
    await refused('publish', ['--as', 'edie', '--at', '2026-01-01T00:00:00Z', ...note], /The time to publish it has passed/)
    await refused('agree', ['--as', 'edie', 'x'], /a proposal's number is wanted/)
    await refused('withdraw', ['--as', 'edie', '99'], /There is no such proposal/)
    await refused('incident', ['--as', 'edie', '--end', 'flood', ...note], /no incident "flood" is live/)
    assert.equal(await done('proposals', []), '')
    assert.deepEqual(await spoken(), [])
  })

  test('waits for a Kerbside, and says so if there is none', async () => {
    await refused('publish', ['--as', 'edie', '--note', 'Days', '--wait', '1'],
      /after 1 s proposal 1 is not published yet.* is there one, on this database\?/)
    assert.match((await proposal())[1], /^1 {2}\S+ {2}queued {2}Edie Hall: Days\n {4}intent\/bins\.day\n$/)
    await refused('publish', ['--as', 'priya', '--note', 'Days'], /All of this is proposed already, as number 1/)
    assert.equal(await done('withdraw', ['--as', 'priya', '1']), 'Proposal 1 is withdrawn; the draft stays.\n')
    await refused('withdraw', ['--as', 'priya', '1'], /That is withdrawn already/)
    assert.equal(await done('publish', ['--as', 'edie', '--note', 'Days', '--at', '2099-01-01T00:00:00Z']),
      'Proposal 2 is to be live at 2099-01-01T00:00:00Z.\n')
    assert.match(await done('proposals', []),
      /^2 {2}\S+ {2}scheduled for 2099-01-01T00:00:00Z {2}Edie Hall: Days\n {4}intent\/bins\.day\n1 {2}\S+ {2}withdrawn /)
    await done('withdraw', ['--as', 'edie', '2'])
    assert.deepEqual(await spoken(), [
      ['edie', 'command line: kb_publish, proposal 1'], ['priya', 'command line: kb_withdraw, proposal 1'],
      ['edie', 'command line: kb_publish, proposal 2'], ['edie', 'command line: kb_withdraw, proposal 2']])
  })

  test('the draft is checked and tried before', async () => {
    const message = 'When is my bin day?'
    assert.match(await done('check', ['--draft']), /^the draft: 3 intents, .* is fit$/m)
    assert.match(await done('try', [message]), /^live {3}answer bins\.day\n {7}Your days are here: \S+\ndraft {2}the same\n$/)
    await day({ replies: ['All days: {link}'] })
    assert.match(await done('try', [message]),
      /^live {3}answer bins\.day\n {7}Your days are here: \S+\ndraft {2}answer bins\.day\n {7}All days: \S+\n$/)
    const { text, live, draft, opinion } = JSON.parse(await done('try', ['--json', message]))
    assert.deepEqual([text, live.intents, draft.intents, opinion], [message, ['bins.day'], ['bins.day'], 'trained'])
    await day({ match: [{ pcre: '(', weight: 50 }] })
    await refused('check', ['--draft'], /bins\.day: match\[0\]/)
    await refused('try', [message], /bins\.day: match\[0\]/)
    await day({ teach: Array.from({ length: 600 }, (_, i) => `when do you come to number ${i}`) })
    const untaught = join(dir, 'untaught.json') // models that nobody has trained yet
    writeFileSync(untaught, JSON.stringify({ ...JSON.parse(readFileSync(config, 'utf8')), models: join(dir, 'models') }))
    const learning = await kb('try', ['--json', message], '', ['--config', untaught])
    assert.match(learning.err, /^The second opinion learns the draft first/m)
    assert.equal(JSON.parse(learning.out).opinion, 'trained')
    const learnt = await kb('try', [message], '', ['--config', untaught])
    assert.doesNotMatch(learnt.err, /second opinion/)
    await done('discard', ['intent/bins.day'])
    assert.match(await done('try', [message]), /\ndraft {2}nothing is in it, over version \d+\n$/)
    assert.equal((await run(['kb', 'check', '--draft', '--kb', SMALL])).status, 2)
  })

  describe('beside a running Kerbside', () => {
    let kerbside
    before(async () => {
      kerbside = new Kerbside(dir, config)
      assert.ok(await kerbside.start(), kerbside.log)
    })
    after(() => kerbside.stop())

    test('what is made live is taken over', async () => {
      const folder = changed('beside', 'bins.json', t => { t.intents[0].title = 'A missed bin' })
      const out = await done('import', ['--publish', '--note', 'Beside it', folder])
      const [, version] = /Version (\d+) is live/.exec(out)
      await until(`version ${version} decides`, () => kerbside.log.includes(`kb.live version=${version} `))
      await done('rollback', ['--note', 'As before', String(version - 1)])
      await until('the one after it decides', () => kerbside.log.includes(`kb.live version=${Number(version) + 1} `))
    })

    test('the draft is published, and it ends when that is done', async () => {
      await day({ title: 'Bin days' })
      const [, version] = /^Version (\d+) is live\.\n$/.exec(await done('publish', ['--as', 'edie', '--note', 'Days']))
      assert.match(await done('log', []), new RegExp(`^${version} {2}.* console {2}Edie Hall: Days\n`))
      assert.match((await proposal())[1], new RegExp(`published as version ${version} {2}Edie Hall: Days\n`))
      assert.equal(await done('diff', ['live', 'draft']), 'They are the same, byte for byte.\n')
    })

    test('what somebody else wrote moves no terminal, and makes no line', async () => {
      await day({ title: 'Bin\u001b[2J days\u009b31m', owner: 'Edie\n1  Hall' })
      const shown = await done('diff', ['live', 'draft']) + await done('items', [])
      await done('publish', ['--as', 'edie', '--note', 'Days\u001b]0;x\u0007\n9  again'])
      const all = shown + await done('log', []) + await done('proposals', [])
      assert.doesNotMatch(all, /[\0-\x09\x0b-\x1f\x7f-\x9f]|\n[19] {2}(Hall|again)/)
      assert.match(all, /Bin \[2J days {2}31m/)
      assert.match(all, /Edie Hall: Days \]0;x {2}9 {2}again\n/)
    })

    test('a second person agrees where one is needed', async () => {
      await gas('I smell gas here')
      assert.match(await done('publish', ['--as', 'edie', '--note', 'Gas']),
        /^Proposal \d+ waits for a second person: \S.*\nTheir word is kerbside kb agree \d+ --as LOGIN\.\n$/)
      const [id, lines] = await proposal()
      assert.match(lines, /waiting {2}Edie Hall: Gas\n {4}\S.*sensitive.*\n {4}rule\/sensitive\.gas$/)
      await refused('agree', ['--as', 'edie', id], /You proposed it yourself, so somebody else must agree/)
      assert.match(await done('agree', ['--as', 'priya', id]), /^Version \d+ is live\.\n$/)
      assert.match(await done('log', []), /^\d+ {2}.* Edie Hall with Priya Nair: Gas\n/)
    })

    test('what is wrong in it is said, and nothing is live', async () => {
      await day({ title: 'Bin days', examples: { yes: ['good morning'] } })
      await refused('publish', ['--as', 'edie', '--note', 'Wrong'],
        /^error: .*bins\.day: examples\.yes\[0\]: "good morning" isn't matched.*\nerror: .*proposal \d+ was refused: nothing of it is live/)
      assert.match((await proposal())[1], /refused {2}Edie Hall: Wrong\n {4}error: .*isn't matched/)
      await done('discard', ['intent/bins.day'])
    })

    test('an incident is live at once, and over when it is ended', async () => {
      const incident = {
        id: 'flood',
        title: 'Flooded depot',
        text: 'The depot is flooded, so rounds are late today.',
        variants: ['Rounds are late today: the depot is flooded.'],
        intents: ['bins.missed'],
        from: '2026-01-01T00:00:00Z',
        until: '2099-01-01T00:00:00Z'
      }
      await refused('incident', ['--as', 'edie', '--note', 'Flood', '-'], /edie: The incident can't be so/, '{"id":"Flood!"}')
      await day({ title: 'Days, later' })
      assert.match(await done('incident', ['--as', 'edie', '--note', 'Flood', '-'], JSON.stringify(incident)), /^Version \d+ is live\.\n$/)
      assert.deepEqual(JSON.parse(await done('show', ['incident/flood'])), incident)
      assert.match(await done('items', []), /^intent\/bins\.day {2,}changed/m)
      assert.match(await done('incident', ['--as', 'edie', '--note', 'Dry', '--end', 'flood']), /^Version \d+ is live\.\n$/)
      const { until: over, ...rest } = JSON.parse(await done('show', ['incident/flood']))
      assert.ok(Date.parse(over) <= Date.now())
      assert.deepEqual({ ...rest, until: incident.until }, incident)
      await refused('incident', ['--as', 'edie', '--note', 'Dry', '--end', 'flood'], /"flood" is over already/)
      await done('discard', ['intent/bins.day'])
    })
  })
})

test('every command says what it does', async () => {
  const { out } = await run(['kb', '--help'])
  for (const name of ['agree', 'check', 'csv', 'diff', 'discard', 'export', 'format', 'import', 'incident', 'items', 'log', 'proposals', 'publish',
    'rollback', 'set', 'show', 'try', 'withdraw']) {
    assert.match(out, new RegExp(`^ {2}kerbside kb ${name} +\\S`, 'm'))
    const help = await run(['kb', name, '--help'])
    assert.equal(help.status, 0)
    assert.match(help.out, new RegExp(`^usage: kerbside kb ${name} `))
    assert.equal((await run(['kb', name, '--no-such-option'])).status, 2)
  }
})
