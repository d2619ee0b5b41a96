// Nobody is kept out of editing the knowledge base: the overview, every kind of item and every state
// of one, looked at as in access.test.mjs, with all the words there are.

import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { anEntry, aProblem, aTried, frames } from '../../handoff/console/test/knowledge-samples.mjs'
import { obstacles } from './access.mjs'
import { EMOJI, ENDLESS, MARKUP, ZALGO } from './hostile.mjs'
import { Stage } from './stage.mjs'
import { story } from './story.mjs'
import { STAFF } from './support.mjs'

const LONGEST_MS = 840_000 // some twenty states
const LONG = ENDLESS.slice(0, 300)
const NOW = Math.floor(Date.now() / 1000)
const TIMES = { from: NOW - 3600, until: NOW + 3600 }
const WRITTEN = { from: '2026-12-21T00:00:00Z', until: '2027-01-04T00:00:00Z' }

const plain = fields => anEntry({ mode: null, use: null, link: null, review_by: null, owner: null, ...fields })
const terms = Array.from({ length: 80 }, (_, n) => plain({ kind: 'term', item: `term_${n}`, title: `term_${n}` }))
const entries = [
  anEntry({ title: MARKUP, change: 'changed', conflict: true, by: LONG, at: NOW, mode: 'shadow', review_by: '2020-01-01' }),
  anEntry({
    item: 'bins.day',
    title: LONG,
    change: 'added',
    owner: ZALGO,
    use: { used_at: null, used: 0, unhelped: 9, withheld: ENDLESS },
    link: { url: 'javascript:alert(1)', alive: false, status: 404, what: ENDLESS, checked_at: NOW }
  }),
  plain({ kind: 'rule', item: 'danger.gas', title: 'danger.gas', rule: 'sensitive', change: 'removed' }),
  plain({ kind: 'incident', item: 'flood', title: EMOJI, ...TIMES }),
  ...terms
]

const body = {
  id: 'bins.missed',
  title: MARKUP,
  phrases: ['bin not emptied', LONG],
  link: LONG,
  replies: [ENDLESS, EMOJI, ''],
  match: [{ pcre: LONG, weight: 80 }],
  unless: [{ pcre: '' }],
  examples: { yes: [ENDLESS], no: [] }
}
const draft = { ...body, replies: [MARKUP], examples: { yes: [ZALGO] }, unless: [] }

const weights = body.replies.map((text, index) =>
  ({ field: 'replies', index, weight: index ? 40 : 300, limit: 280, text }))
const phrases = body.phrases.map(phrase => ({
  phrase, pcre: LONG, weight: 80, enough: false, words: [{ text: phrase, term: 'bin' }, { text: LONG, term: null }]
}))
const problems = [
  aProblem({ text: MARKUP, next: LONG }),
  aProblem({ field: 'match', index: 0, column: 7, text: LONG }),
  aProblem({ field: null, index: null, text: LONG }),
  aProblem({ field: 'examples', index: null, severity: 'warning', text: LONG, next: MARKUP })
]

const bodies = {
  rule: { id: 'danger.gas', kind: 'sensitive', reason: 'emergency', on_call: true, holding: [LONG], match: [] },
  term: ['bin', LONG],
  common: ['the', LONG],
  notice: { id: 'christmas', intents: ['bins.missed', 'gone'], text: LONG, ...WRITTEN },
  incident: { id: 'flood', title: EMOJI, text: LONG, intents: [], ...WRITTEN },
  canned: { id: 'thanks', title: LONG, text: MARKUP },
  thresholds: { score: 80, lead: 'ten' },
  election: { team: LONG, names: [MARKUP], ...WRITTEN }
}

const answers = {
  kb: () => frames.kb({ items: entries }),
  kb_find: () => frames.kb_find({ items: [{ kind: 'intent', item: 'bins.day', title: LONG, score: 1, words: [MARKUP] }] }),
  kb_item: ({ kind, item }) => frames.kb_item({ kind, item, live: bodies[kind] ?? body, draft: null, revision: 0, base: null, by: null, at: null }),
  kb_check: () => frames.kb_check({ problems: [], phrases: [], weights: [] }),
  kb_try: ({ text }) => frames.kb_try({ text, draft: aTried({ titles: [MARKUP], reply: ENDLESS, would: EMOJI }), problem: undefined })
}

const drafted = (fields = {}) => () => frames.kb_item({ live: draft, draft: body, base: draft, by: LONG, ...fields })
const refused = (code, text, kb) => () => ({ type: 'refused', code, text, kb })

story('nobody is kept out of editing the knowledge base', async (council, t) => {
  council.forgiveLostConnections()
  const stage = await Stage.open(council, 'edie')
  const { page } = stage
  const check = async where => t.test(where, async () => {
    await stage.atRest()
    assert.deepEqual(await obstacles(page), [], `${where} keeps somebody out`)
  })
  const open = (view, more = {}) => stage.openKnowledge(view, { ...answers, ...more })
  await lists(page, open, check)
  await kinds(page, open, check)
  await states(stage, open, check)
}, {
  timeout: LONGEST_MS,
  staff: Object.values(STAFF),
  conf: { kb: fileURLToPath(new URL('../data/kb', import.meta.url)) }
})

async function lists (page, open, check) {
  await open('', { kb: () => null })
  await page.getByText('Fetching the knowledge base').waitFor()
  await check('an overview on its way')
  await open('', { kb: refused('failed', LONG) })
  await page.getByTestId('kb-problem').waitFor()
  await check('an overview that cannot be shown')
  await open('')
  await page.getByTestId('running-incidents').waitFor()
  await page.getByTestId('kb-text').fill('bin')
  await page.getByTestId('kb-found').waitFor()
  await check('a search by the words of residents')
  await page.getByTestId('kb-text').fill('')
  await page.getByTestId('kb-show').selectOption('care')
  await page.getByTestId('incident-end').click()
  await page.getByTestId('error').waitFor()
  await check('the overview of what needs care')
  await open('/term')
  await page.getByTestId('kb-row').nth(79).waitFor()
  await check('the vocabulary')
  await open('/canned')
  await page.getByText('There are none yet.').waitFor()
  await check('a kind of which there is nothing')
  await open('/new/intent?phrases=skip+hire')
  await page.getByTestId('new-go').click()
  await page.getByText('Enter a few words.').waitFor()
  await check('a new answer with nothing filled in')
  await open('/try')
  await page.getByTestId('try-go').click()
  await page.getByTestId('error').waitFor()
  await page.getByTestId('try-text').fill(LONG)
  await page.getByTestId('try-go').click()
  await page.getByTestId('tried').waitFor()
  for (const more of await page.locator('main details > summary').all()) await more.click()
  await check('a message that was tried')
}

async function kinds (page, open, check) {
  for (const kind of Object.keys(bodies)) {
    await open(`/${kind}/${bodies[kind].id ?? kind}`)
    await page.getByTestId('saving').waitFor()
    for (const more of await page.locator('main details > summary').all()) await more.click()
    await check(`an item of the kind ${kind}`)
  }
}

async function states (stage, open, check) {
  const { page } = stage
  const saving = text => page.getByTestId('saving').filter({ hasText: text }).waitFor()
  await open('/intent/gone', { kb_item: () => frames.kb_item({ item: 'gone', live: null, draft: null, base: null, revision: 0 }) })
  await page.getByTestId('nowhere').waitFor()
  await check('an answer that is not there')
  await open('/intent/bins.missed', { kb_item: refused('failed', LONG) })
  await page.getByTestId('error').waitFor()
  await check('an answer that cannot be shown')

  await open('/intent/bins.missed', {
    kb_item: drafted(), kb_check: () => frames.kb_check({ problems, phrases, weights })
  })
  await page.getByTestId('kb-errors').waitFor()
  await page.evaluate(() => document.querySelectorAll('main details').forEach(one => { one.open = true }))
  await page.getByTestId('discard').click()
  await check('an answer in which all is wrong that can be')
  await page.getByTestId('confirm-no').click()
  await page.getByTestId('remove').click()
  await check('an answer to be removed, asked for')

  const theirs = { ...drafted({ revision: 9, draft: { ...draft, title: ZALGO } })(), id: 'c9' }
  await open('/intent/bins.missed', {
    kb_item: drafted(), kb_save: refused('stale', 'Somebody was before you.', theirs)
  })
  await page.getByTestId('kb-called').fill(LONG)
  await page.getByTestId('conflict').waitFor()
  await check('an answer that two have changed')
  await page.getByTestId('take-theirs').click()
  await open('/intent/bins.missed', { kb_item: drafted({ conflict: true }) })
  await page.getByTestId('conflict').waitFor()
  await check('a draft of what is not live any more')
  await open('/intent/bins.missed', { kb_item: drafted({ draft: null, removed: true }) })
  await page.getByTestId('removed').waitFor()
  await check('an answer that is to go')

  await open('/incident/flood', { kb_incident: refused('failed', LONG) })
  await page.getByTestId('incident-go').click()
  await page.getByText('Say why, in a sentence').waitFor()
  await check('an incident without a note')
  await page.getByTestId('incident-note').fill('Mill Lane is under water.')
  await page.getByTestId('incident-go').click()
  await page.getByTestId('error').waitFor()
  await check('an incident that was not published')

  await open('/intent/bins.missed')
  await saving('As it is live')
  await stage.lose()
  await page.getByTestId('connection').filter({ hasText: 'lost' }).waitFor()
  await page.getByTestId('kb-title').fill(LONG)
  await saving('Not saved')
  await check('an answer without a connection')
}
