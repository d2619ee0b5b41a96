// How X counts and reads a text: bot/x, and the sandbox's own count, against twitter-text's list of cases and
// against npm's twitter-text. KERBSIDE_READ_TEXT is the tool that reads texts as bot/x does.
//   TWITTER_TEXT_CONFORMANCE  the folder with twitter-text's validate.yml, extract.yml and tlds.yml
//   KERBSIDE_SEED, KERBSIDE_TEXTS  other random texts, and how many
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { shrink, textMaker, UNSETTLED } from './support/texts.mjs'
import { topLevelDomains } from '../peers/tables.mjs'
import { TOPS } from '../sandbox/tables.mjs'
import { byKerbside, byLibrary, bySandbox, tops } from './support/twitter_text.mjs'

assert.ok(process.env.KERBSIDE_READ_TEXT, 'KERBSIDE_READ_TEXT must name the tool')

const repository = fileURLToPath(new URL('../..', import.meta.url))
const folder = process.env.TWITTER_TEXT_CONFORMANCE ??
  join(repository, '..', 'shared', 'twitter-text-conformance')
const skip = existsSync(join(folder, 'validate.yml')) ? false : `${folder} is not there`
const require = createRequire(new URL('../peers/package.json', import.meta.url))
const read = name => skip ? {} : require('yaml').parse(readFileSync(join(folder, name), 'utf8')).tests

// Runs each case of a group of a file; @look makes of what was read, and the text, what the case expects.
function conforms (file, group, look, lookAtSandbox = look) {
  test(`${file}: ${group}`, { skip }, () => {
    const cases = read(file)[group]
    assert.ok(cases.length > 0)
    const ours = byKerbside(cases.map(c => c.text))
    for (const [i, { description, text, expected }] of cases.entries()) {
      assert.deepEqual(look(ours[i], text), expected, description)
      if (lookAtSandbox) assert.deepEqual(lookAtSandbox(bySandbox(text), text, expected), expected, `sandbox: ${description}`)
    }
  })
}

const cut = (text, [from, to]) => text.slice(from, to)
const urls = ({ links }, text) => links.map(link => cut(text, link))
const urlsWithIndices = ({ links }, text) => links.map(indices => ({ url: cut(text, indices), indices }))
const names = ({ mentions }, text) => mentions.map(mention => cut(text, mention).slice(1))
const namesWithIndices = ({ mentions }, text) =>
  mentions.map(indices => ({ screen_name: cut(text, indices).slice(1), indices }))
const counted = configuration => read => {
  const { weight: weightedLength, ...rest } = read[configuration]
  return { weightedLength, ...rest, displayRangeStart: 0, validRangeStart: 0 }
}
// The sandbox knows the weight only.
const weight = ({ weight }, text, expected) => ({ ...expected, weightedLength: weight })

describe('the cases of twitter-text', () => {
  conforms('validate.yml', 'WeightedTweetsCounterTest', counted('apart'), null)
  conforms('validate.yml', 'WeightedTweetsWithDiscountedEmojiCounterTest', counted('whole'), weight)
  conforms('validate.yml', 'UnicodeDirectionalMarkerCounterTest', counted('whole'), weight)
  conforms('extract.yml', 'urls', urls)
  conforms('extract.yml', 'urls_with_indices', urlsWithIndices)
  conforms('extract.yml', 'urls_with_directional_markers', urlsWithIndices)
  conforms('extract.yml', 'tco_urls_with_params', urls)
  conforms('extract.yml', 'mentions', names)
  conforms('extract.yml', 'mentions_with_indices', namesWithIndices)
  conforms('tlds.yml', 'country', urls)
  conforms('tlds.yml', 'generic', urls)
})

// Fails with the shortest text that is read otherwise than by the library.
function same (texts, note, names) {
  const ours = byKerbside(texts)
  const asSandbox = ({ whole, links, mentions }) => ({ weight: whole.weight, links, mentions })
  const readers = {
    'bot/x': { first: i => ours[i], again: text => byKerbside([text])[0], library: byLibrary },
    'the sandbox': { first: i => bySandbox(texts[i]), again: bySandbox, library: text => asSandbox(byLibrary(text)) }
  }
  for (const [i, text] of texts.entries()) {
    for (const name of names) {
      const { first, again, library } = readers[name]
      if (isDeepStrictEqual(first(i), library(text))) continue
      const short = shrink(text, part => !isDeepStrictEqual(again(part), library(part)))
      const points = [...short].map(c => 'U+' + c.codePointAt(0).toString(16).toUpperCase().padStart(4, '0'))
      assert.deepEqual(again(short), library(short),
        `${note}: ${name} reads ${JSON.stringify(short)} (${points.join(' ')}) otherwise`)
    }
  }
}

describe('the library', () => {
  test('knows the top-level domains of our tables, and no others', () => {
    assert.deepEqual(topLevelDomains(), tops)
    assert.deepEqual(TOPS, tops)
  })

  test('reads random texts the same way', () => {
    const seed = Number(process.env.KERBSIDE_SEED ?? 4)
    const count = Number(process.env.KERBSIDE_TEXTS ?? 8000)
    for (let from = 0; from < count; from += 4000) {
      const make = textMaker(seed + from, tops)
      same(Array.from({ length: Math.min(4000, count - from) }, make), `KERBSIDE_SEED=${seed + from}`,
        ['bot/x', 'the sandbox'])
    }
  })

  test('knows every character in every place as we do', () => {
    const stands = c => `${c}b.com/${c} http://a${c}b.com/x${c} d.co/${c}y e.co?${c}z ` +
      `${c}@a @b${c} x.${c}com a.co${c} l_${c}.m.co`
    const joins = c => `${c} ${c}\ufe0f ${c}\ufe0e ${c}🏽 ${c}\u20e3 ${c}\ufe0f\u20e3 ${c}\ufe0f🏽 👩‍${c} 👩🏽‍${c}\ufe0f 🕵${c}‍♀️ ` +
      `${c}‍♀️ ${c}🏽‍♂️ ${c}\ufe0f‍♀️ ${c}‍♂ 🏳️‍${c} 🇬${c}`
    // Of thousands that are all alike one in sixteen is enough.
    const alike = /\p{Ideographic}|\p{Script=Hangul}|\p{Co}|[\u{10000}-\u{1efff}]/u
    for (let from = 1; from < 0x20000; from += 0x1000) {
      const texts = []
      for (let point = from; point < from + 0x1000; point++) {
        const c = String.fromCodePoint(point)
        if (/\p{Surrogate}/u.test(c) || UNSETTLED.includes(point) || (point % 16 && alike.test(c))) continue
        texts.push(joins(c))
        if (point < 0x10000) texts.push(stands(c))
      }
      same(texts, 'every character', ['bot/x'])
    }
  })
})
