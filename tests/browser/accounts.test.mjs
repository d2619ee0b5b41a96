// Accounts in the hands of their owners and of an admin: without a mouse, on a narrow screen too.

import assert from 'node:assert/strict'
import jsQR from 'jsqr'
import { codeOf, stepNow } from '../integration/support/totp.mjs'
import { story } from './story.mjs'
import {
  assertAccessible, assertNoSidewaysScrolling, focusOn, focusOnHeading, STAFF, tabTo
} from './support.mjs'

const PASSWORD = 'browser-test-password'
const ADA = { login: 'ada', name: 'Ada Cole', initials: 'AC', role: 'admin' }

// At the width at which most goes wrong.
async function fits (page, where) {
  const { width, height } = page.viewportSize()
  await page.setViewportSize({ width: 320, height: 640 })
  await assertNoSidewaysScrolling(page, `${where} at 320 px`)
  await assertAccessible(page, `${where} at 320 px`)
  await page.setViewportSize({ width, height })
}

// Gives a code at each call that is right now and wasn't used before: the next one is, too.
function codesOf (secret) {
  let used = 0
  return () => codeOf(secret, used = Math.max(stepNow(), used + 1))
}

// Fills fields and presses the button as somebody does who has no mouse.
async function submit (page, fields, button) {
  for (const [field, text] of Object.entries(fields)) {
    await tabTo(page, page.getByTestId(field))
    await page.keyboard.type(text)
  }
  await tabTo(page, page.getByTestId(button))
  await page.keyboard.press('Enter')
}

const connected = page =>
  page.getByTestId('connection').filter({ hasText: /^Connected$/ }).waitFor()

const refusals = /\/api\/(sign-in|account\/\S+|staff\/\S+) .* 4\d\d /

// What a camera reads of it: its modules as pixels, eight by eight, and decoded by a library that didn't draw them.
async function scan (svg) {
  const [from, , side] = (await svg.getAttribute('viewBox')).split(' ').map(Number)
  const width = 8 * side
  const pixels = new Uint8ClampedArray(4 * width * width).fill(255)
  const path = await svg.locator('path').getAttribute('d')
  for (const [x, y, run] of [...path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)].map(found => found.slice(1).map(Number))) {
    for (let row = 8 * (y - from); row < 8 * (y - from + 1); row++) {
      for (let at = 8 * (x - from); at < 8 * (x - from + run); at++) pixels.fill(0, 4 * (row * width + at), 4 * (row * width + at) + 3)
    }
  }
  return jsQR(pixels, width, width)?.data
}

story('a second factor is set up, asked for, and ends sessions from elsewhere', async council => {
  council.forgiven.push(refusals)
  const page = await council.staffPage('ada')
  const { keyboard } = page

  // --- setting it up ---
  await tabTo(page, page.getByTestId('nav-account'))
  await keyboard.press('Enter')
  await page.getByTestId('begin-factor').waitFor()
  await focusOnHeading(page)
  await fits(page, 'an account without a second factor')
  await submit(page, { 'factor-password': 'not the password' }, 'begin-factor-submit')
  await page.getByTestId('error').filter({ hasText: "isn't your password" }).waitFor()
  await fits(page, 'an account with a wrong password')
  await submit(page, { 'factor-password': PASSWORD }, 'begin-factor-submit')
  await page.getByTestId('secret').waitFor()
  await fits(page, 'the secret of a second factor')
  const secret = (await page.getByTestId('secret').innerText()).replaceAll(' ', '')
  const scanned = new URL(await scan(page.getByTestId('qr')))
  assert.equal(`${scanned.protocol}//${scanned.host}`, 'otpauth://totp')
  assert.equal(scanned.searchParams.get('secret'), secret)
  await fits(page, 'the secret of a second factor, drawn')
  const nextCode = codesOf(secret)
  await submit(page, { 'factor-code': '12345' }, 'confirm-factor-submit')
  await page.getByTestId('error').filter({ hasText: "isn't right" }).waitFor()
  await submit(page, { 'factor-code': nextCode() }, 'confirm-factor-submit')
  await page.getByTestId('recovery-codes').waitFor()
  await focusOn(page, 'recovery-codes')
  await fits(page, 'recovery codes')
  const codes = await page.getByTestId('recovery-codes').locator('code').allInnerTexts()
  assert.equal(codes.length, 8)
  await tabTo(page, page.getByTestId('codes-kept'))
  await keyboard.press('Enter')
  await page.getByTestId('factor-on').filter({ hasText: '8 recovery codes' }).waitFor()
  await fits(page, 'an account with a second factor')

  // --- signing in with it ---
  const other = await council.newPage()
  await other.goto(council.consoleUrl)
  await other.getByTestId('sign-in').waitFor()
  await submit(other, { login: 'ada', password: PASSWORD }, 'sign-in-submit')
  await other.getByTestId('code').waitFor()
  await focusOn(other, 'code')
  await fits(other, 'being asked for a code')
  await other.keyboard.type('000000')
  await other.keyboard.press('Enter')
  await other.getByTestId('error').filter({ hasText: "isn't right" }).waitFor()
  await fits(other, 'a wrong code')
  await submit(other, { code: nextCode() }, 'sign-in-submit')
  await connected(other)

  // --- ending that session from the first ---
  await page.reload()
  await connected(page)
  await page.getByTestId('session').nth(1).waitFor()
  await tabTo(page, page.getByTestId('end-others'))
  await keyboard.press('Enter')
  await other.getByText("You've been signed out.").waitFor()
  await page.getByTestId('done').filter({ hasText: 'signed out everywhere else' }).waitFor()
  const words = [PASSWORD, secret, ...codes]
  assert.ok(words.every(word => !council.log.includes(word)), 'a secret is in the log')
}, { staff: [ADA] })

story('an admin adds a trainee, who must choose a password of their own', async council => {
  council.forgiven.push(refusals)
  const page = await council.staffPage('ada')
  const other = await council.newPage()
  const { keyboard } = page
  await other.goto(council.consoleUrl)
  await tabTo(page, page.getByTestId('nav-people'))
  await keyboard.press('Enter')
  await page.getByTestId('person').first().waitFor()
  await fits(page, 'people')
  await tabTo(page, page.getByTestId('add-open'))
  await keyboard.press('Enter')
  await fits(page, 'adding somebody')
  await submit(page, { 'add-name': 'Tom Ives', 'add-login': 'Tom' }, 'add-submit')
  await page.getByTestId('error').filter({ hasText: 'a login is' }).waitFor()
  await submit(page, { 'add-login': 'tom', 'add-initials': 'ti' }, 'add-submit')
  const given = page.getByTestId('given-password')
  await given.waitFor()
  await fits(page, 'a password that was given')
  const tom = page.locator('[data-testid=person][data-login=tom]')
  await tabTo(page, tom.getByTestId('change-open'))
  await keyboard.press('Enter')
  await tabTo(page, tom.getByTestId('role'))
  await keyboard.press('T') // Trainee
  await tabTo(page, tom.getByTestId('save'))
  await keyboard.press('Enter')
  await tom.getByText('Trainee', { exact: true }).waitFor()
  await fits(page, 'changing an account')

  // --- who must choose a password ---
  const reset = page.getByRole('button', { name: 'Give a new password' })
  await tom.locator(reset).click()
  await page.getByTestId('done').filter({ hasText: 'has a new password' }).waitFor()
  const first = await given.innerText()
  await other.getByTestId('login').waitFor()
  await submit(other, { login: 'tom', password: first }, 'sign-in-submit')
  await other.getByTestId('must-password').waitFor()
  await focusOnHeading(other)
  await fits(other, 'having to choose a password')
  await submit(other, { 'old-password': first, 'new-password': 'Password2026' }, 'change-password')
  await other.getByTestId('error').filter({ hasText: 'first that somebody would try' }).waitFor()
  await submit(other, { 'old-password': first, 'new-password': 'gulls over the pier' }, 'change-password')
  await connected(other)
  assert.equal(await other.getByTestId('staff-name').innerText(), 'Tom Ives')
  assert.equal(await other.getByTestId('nav-people').count(), 0)
  assert.equal(await other.getByTestId('nav-audit').count(), 0)

  await other.getByTestId('sign-out').click()
  await other.getByTestId('sign-in').waitFor()
  await submit(other, { login: 'tom', password: 'not the password' }, 'sign-in-submit')
  await other.getByTestId('error').waitFor()

  // --- and what was written down of it ---
  await page.getByTestId('nav-audit').click()
  await page.getByTestId('audit-row').filter({ hasText: 'Added somebody: tom' })
    .filter({ hasText: 'Ada Cole' }).waitFor()
  await page.getByTestId('audit-row').filter({ hasText: 'Could not sign in: tom' }).waitFor()
  await fits(page, 'the audit log')
  const words = [PASSWORD, first, 'gulls over the pier']
  assert.ok(words.every(word => !council.log.includes(word)), 'a secret is in the log')
}, { staff: [ADA] })

story('where it is required, a second factor comes before anything else', async council => {
  const page = await council.newPage()
  await page.goto(council.consoleUrl)
  await page.getByTestId('sign-in').waitFor()
  await submit(page, { login: 'sam', password: PASSWORD }, 'sign-in-submit')
  await page.getByTestId('must-second_factor').waitFor()
  await fits(page, 'having to set up a second factor')
  await submit(page, { 'factor-password': PASSWORD }, 'begin-factor-submit')
  const secret = (await page.getByTestId('secret').innerText()).replaceAll(' ', '')
  await submit(page, { 'factor-code': codeOf(secret) }, 'confirm-factor-submit')
  await tabTo(page, page.getByTestId('codes-kept'))
  await page.keyboard.press('Enter')
  await connected(page)
}, { staff: [STAFF.sam], conf: { console: { second_factor: 'required' } } })
