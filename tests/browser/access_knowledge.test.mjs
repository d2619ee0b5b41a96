// Nobody is kept out of the knowledge pages: every view in every state, looked at as in
// access.test.mjs. What the server would only say after hours of work is said in its place, and held
// against the protocol first.

import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import {
  aDifference, anEntry, aProblem, aProposal, aReplay, aReplayed, aTried, aVersion, edie, frames
} from '../../handoff/console/test/knowledge-samples.mjs'
import { obstacles } from './access.mjs'
import { EMOJI, ENDLESS, MARKUP, ZALGO } from './hostile.mjs'
import { Stage } from './stage.mjs'
import { story } from './story.mjs'
import { STAFF } from './support.mjs'

const LONGEST_MS = 840_000 // some thirty states

const refused = (code, text) => () => ({ type: 'refused', code, text })
const gas = { kind: 'rule', item: 'danger.gas' }
const others = { id: 2, name: 'Asha Malik', initials: 'AM' }

// What a second person's word is needed for, with all the words that there are.
const entries = [
  anEntry({ change: 'changed', title: MARKUP, by: 'Edie Hall', at: 1_795_000_000 }),
  anEntry({ ...gas, title: 'Smell of gas', rule: 'sensitive', mode: null, change: 'changed', use: null, link: null }),
  anEntry({ item: 'tip.skip', title: ENDLESS.slice(0, 200), change: 'added' }),
  anEntry({ item: 'bus.pass', title: 'A bus pass' })
]
const differences = [
  aDifference({ title: MARKUP, lines: [{ field: 'replies', what: ENDLESS }, { field: 'phrases', what: EMOJI }] }),
  aDifference({ ...gas, title: 'Smell of gas', change: 'removed', lines: [{ field: 'reply', what: ZALGO }] }),
  aDifference({ item: 'tip.skip', title: ENDLESS.slice(0, 200), change: 'added' })
]
const states = ['waiting', 'scheduled', 'queued', 'published', 'refused', 'withdrawn']
const proposals = [
  ...states.map((state, n) => aProposal(n + 1, {
    state,
    by: n === 1 ? edie : others,
    note: n % 2 ? ENDLESS.slice(0, 500) : MARKUP,
    publish_at: state === 'scheduled' ? 1_895_000_000 : null,
    version: state === 'published' ? 4 : null,
    agreed_by: state === 'published' ? 'Asha Malik' : null,
    error: state === 'refused' ? `${MARKUP}\n${ENDLESS}` : null
  })),
  aProposal(7, { origin: 'rollback', from: 3, items: [] })
]

const answers = {
  kb: () => frames.kb({ items: entries, proposals }),
  kb_diff: () => frames.kb_diff({ items: differences }),
  kb_check: () => frames.kb_check({ problems: [aProblem({ severity: 'warning', text: MARKUP, next: ENDLESS })] }),
  kb_versions: () => frames.kb_versions({ items: [aVersion(4, { note: ENDLESS.slice(0, 500) }), aVersion(3, { note: MARKUP, agreed_by: 'Asha Malik' }), aVersion(2)] }),
  kb_replay: refused('taken', 'A replay is running already.'),
  kb_replay_state: () => frames.kb_replay(),
  kb_replay_list: ({ group }) => frames.kb_replay_list({
    group,
    next: 'more',
    items: [MARKUP, ENDLESS, EMOJI, ZALGO].map((text, n) => aReplayed(70 + n, { text, better: n === 1 ? true : null, draft: aTried({ titles: [MARKUP], reply: ENDLESS, would: n === 2 ? EMOJI : null }) }))
  }),
  kb_mark: () => ({ type: 'ok' }),
  kb_learn: () => frames.kb_learn({
    groups: [['skip', 'hire'], [ENDLESS.slice(0, 120), '<b>']].map(words => ({ words, count: 14, examples: [MARKUP, ENDLESS, EMOJI].map((text, n) => ({ message: n + 1, text })) })),
    by_hand: [{ text: ENDLESS, count: 5, examples: [{ message: 9, text: ZALGO }] }]
  })
}

story('nobody is kept out of the knowledge pages', async (council, t) => {
  council.forgiveLostConnections()
  const stage = await Stage.open(council, 'edie')
  const check = async where => t.test(where, async () => {
    await stage.atRest()
    assert.deepEqual(await obstacles(stage.page), [], `${where} keeps somebody out`)
  })
  const open = (view, more = {}) => stage.openKnowledge(`/${view}`, { ...answers, ...more })
  await publishing(stage.page, open, check)
  await versions(stage.page, open, check)
  await replaying(stage.page, open, check)
  await learning(stage.page, open, check)
  await open('publish')
  await stage.page.getByTestId('publish-form').waitFor()
  await stage.lose()
  await stage.page.getByTestId('connection').filter({ hasText: 'lost' }).waitFor()
  await check('publishing without a connection')
}, {
  timeout: LONGEST_MS,
  staff: Object.values(STAFF),
  conf: { kb: fileURLToPath(new URL('../data/kb', import.meta.url)) }
})

async function publishing (page, open, check) {
  const error = () => page.getByTestId('error').first().waitFor()
  const never = () => null
  await open('publish', { kb: never })
  await page.getByText('Fetching what has changed').waitFor()
  await check('changes on their way')
  await open('publish', { kb: () => frames.kb({ proposals: [] }) })
  await page.getByTestId('no-changes').waitFor()
  await check('nothing to publish')
  await open('publish', { kb_diff: never, kb_check: never })
  await page.getByText('Checking the draft').waitFor()
  await check('a draft that is being checked')

  await open('publish', { kb_publish: refused('stale', 'The draft has changed since.') })
  await page.getByTestId('publish-form').waitFor()
  await page.getByTestId('under-way').locator('summary').last().click()
  await page.getByTestId('under-way').getByTestId('read-proposal').first().click()
  await page.getByTestId('agree').waitFor()
  await check('a draft to be published')
  await page.getByTestId('publish-later').check()
  await page.getByTestId('publish-at').fill('')
  await page.getByTestId('publish-do').click()
  await page.getByText('Say why, in a sentence').waitFor()
  await check('a draft without a note and a time')
  await page.getByTestId('publish-now').check()
  await page.getByTestId('publish-note').fill('x'.repeat(490))
  await page.getByTestId('publish-do').click()
  await error()
  await check('a publication that was refused')

  const problems = [aProblem(), aProblem({ ...gas, text: MARKUP, next: ENDLESS }), aProblem({ severity: 'warning' })]
  await open('publish', {
    kb: () => frames.kb({ items: entries.map(one => ({ ...one, conflict: one.change !== null })), proposals: [] }),
    kb_check: () => frames.kb_check({ problems })
  })
  await page.getByTestId('draft-errors').waitFor()
  await check('a draft that cannot be published')
  await open('publish', { kb_diff: refused('failed', ENDLESS), kb_check: refused('failed', 'No.') })
  await error()
  await check('a draft that cannot be shown')
}

async function versions (page, open, check) {
  await open('versions')
  await page.getByTestId('version-row').first().waitFor()
  await check('the versions')
  await open('versions', { kb_versions: refused('failed', MARKUP) })
  await page.getByTestId('error').waitFor()
  await check('versions that cannot be shown')
  await open('versions/9')
  await page.getByTestId('no-version').waitFor()
  await check('a version that there is none of')
  await open('versions/3', { kb_rollback: refused('already', 'Somebody has done so.') })
  await page.getByTestId('differences').waitFor()
  await check('a version')
  await page.getByTestId('compare-other').check()
  await check('a version to be compared with another')
  await page.getByTestId('again').click()
  await page.getByTestId('rollback-do').click()
  await page.getByText('Say why, in a sentence').waitFor()
  await check('a version to be live again')
  await page.getByTestId('rollback-note').fill('It was right before.')
  await page.getByTestId('rollback-do').click()
  await page.getByTestId('error').waitFor()
  await check('a version that cannot be live again')
}

async function replaying (page, open, check) {
  await open('replay', { kb_replay_state: () => frames.kb_replay({ replay: null }) })
  await page.getByTestId('span-days').check()
  await page.getByTestId('replay-from').fill('')
  await page.getByTestId('replay-do').click()
  await page.getByText('Enter the first day').waitFor()
  await check('a replay of no days')
  await page.getByTestId('span-week').check()
  await page.getByTestId('replay-do').click()
  await page.getByTestId('error').waitFor()
  await check('a replay that was refused')
  const running = aReplay({ state: 'running', done: 4000 })
  await open('replay', { kb_replay_state: () => frames.kb_replay({ replay: running }) })
  await page.getByTestId('running').waitFor()
  await check('a replay that runs')
  await open('replay')
  await page.getByTestId('replayed-row').first().waitFor()
  await page.getByTestId('mark-worse').first().check()
  await check('what a replay found')
  const stopped = aReplay({ state: 'stopped', done: 4000, revision: 7 })
  await open('replay', {
    kb_replay_state: () => frames.kb_replay({ replay: stopped }),
    kb_replay_list: refused('failed', ENDLESS)
  })
  await page.getByTestId('error').waitFor()
  await check('a stopped replay whose list cannot be shown')
}

async function learning (page, open, check) {
  await open('learn', { kb_learn: () => null })
  await page.getByText('Reading what residents wrote').waitFor()
  await check('messages that are being read')
  await open('learn', { kb_learn: () => frames.kb_learn({ messages: 0, groups: [], by_hand: [] }) })
  await page.getByTestId('learn-said').waitFor()
  await check('nothing to learn')
  await open('learn', { kb_learn: refused('failed', MARKUP) })
  await page.getByTestId('error').waitFor()
  await check('learning that failed')
  await open('learn')
  await page.getByTestId('add-to-do').first().click()
  await page.getByText('Choose the answer').waitFor()
  for (const more of await page.locator('main details > summary').all()) await more.click()
  await check('what nothing explained')
  await page.getByTestId('make-intent').first().click()
  await page.getByTestId('beside').waitFor()
  await check('what is to be read beside a new answer')
}
