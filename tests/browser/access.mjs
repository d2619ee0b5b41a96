// Looks at a page as those do who can't see it, can't use a mouse, enlarge it or keep their own
// colours. Each check gives what it found as sentences; nothing found is well.

import axe from 'axe-core'

const WIDE = { width: 1280, height: 900 }
const ENLARGED = { width: 320, height: 256 } // 1280 x 1024 at 400 %
const TELEPHONE = { width: 320, height: 640 }

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

// WCAG 1.4.12: what a reader's own style sheet may ask for.
const SPACED = '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; ' +
  'word-spacing: 0.16em !important } p { margin-bottom: 2em !important }'

async function violations (page) {
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe.source)
  const { violations, ran } = await page.evaluate(async runOnly => {
    const found = await window.axe.run(document, { runOnly, resultTypes: ['violations'], preload: false })
    const ran = ['passes', 'violations', 'incomplete', 'inapplicable']
      .some(kind => found[kind].some(one => one.id === 'target-size'))
    return { violations: found.violations, ran }
  }, RULES)
  if (!ran) return ['axe has not measured the targets']
  return violations.map(one => `${one.id}: ${one.help}\n` +
    one.nodes.map(node => `    ${node.html.slice(0, 300)}\n    ${node.failureSummary}`).join('\n'))
}

// One heading of the first rank, a title, landmarks, nothing of a resident's as markup, nothing
// that moves, and an order on the screen that is the order in the page.
const structure = () => {
  const found = []
  const count = selector => document.querySelectorAll(selector).length
  const only = { h1: 1, main: 1, header: 1, footer: 1 }
  for (const [what, times] of Object.entries(only)) {
    if (count(what) !== times) found.push(`${what} is there ${count(what)} times`)
  }
  if (!/^\S.+ – Kerbside$/.test(document.title)) found.push(`the title is "${document.title}"`)
  if (/owned/.test(document.title)) found.push("a resident's markup has run")
  const foreign = document.querySelectorAll(
    ':is(main, section) :is(img, script, iframe, b, style, [onerror], [style]), a[href^="javascript"]')
  for (const one of foreign) found.push(`this is no element of ours: ${one.outerHTML.slice(0, 80)}`)
  if (document.getAnimations().length > 0) found.push('something moves')
  for (const one of document.querySelectorAll('body *')) {
    const style = getComputedStyle(one)
    const moves = style.animationName !== 'none' || /[1-9]/.test(style.transitionDuration)
    if (moves) found.push(`this would move: ${one.outerHTML.slice(0, 80)}`)
    if (one.tabIndex > 0) found.push(`this has an order of its own: ${one.outerHTML.slice(0, 80)}`)
    if (style.order !== '0' || /reverse/.test(style.flexDirection + style.flexWrap)) {
      found.push(`this isn't shown where it stands: ${one.outerHTML.slice(0, 80)}`)
    }
  }
  return found
}

// In colours of the reader's own, what was only a background is gone.
const withoutColours = () => {
  const drawn = style => ['outlineStyle', 'borderTopStyle', 'borderBottomStyle', 'borderLeftStyle']
    .some(side => style[side] !== 'none') || style.textDecorationLine.includes('underline')
  return [...document.querySelectorAll('.govuk-tag, [aria-current], .govuk-button, mark')]
    .filter(one => one.checkVisibility() && !drawn(getComputedStyle(one)))
    .map(one => `this is gone in forced colours: ${one.outerHTML.slice(0, 100)}`)
}

const sideways = () => {
  const { scrollWidth } = document.scrollingElement
  const { clientWidth } = document.documentElement
  const over = [...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > clientWidth + 1 && !one.children.length)
    .map(one => one.outerHTML.slice(0, 100)).slice(0, 3)
  return scrollWidth > clientWidth
    ? [`${scrollWidth} px wide where ${clientWidth} are seen: ${over.join(' ')}`]
    : []
}

// What the Tab key should come to, each as it looks without the focus; and ears for where it goes.
const prepareWalk = forced => {
  const root = document.querySelector('dialog:modal') ?? document
  const named = one => one.outerHTML.slice(0, 120)
  const box = one => /^(checkbox|radio)$/.test(one.type) ? one.labels[0] : one
  const looks = one => [getComputedStyle(one), getComputedStyle(box(one), '::before')]
    .map(style => [style.outline, style.boxShadow, style.borderColor, style.backgroundColor].join())
    .join()
  const isDrawn = one => {
    const styles = [getComputedStyle(one), getComputedStyle(box(one), '::before')]
    const outlined = style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
    const shadowed = style => style.boxShadow !== 'none'
    return styles.some(style => outlined(style) || (!forced && shadowed(style)))
  }
  const isStop = one => one.tabIndex >= 0 && !one.disabled && one.checkVisibility() &&
    !(one.type === 'radio' && !one.checked && document.querySelector(`[name="${one.name}"]:checked`))
  const stops = [...root.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
    .filter(isStop)
  document.activeElement.blur()
  const atRest = new Map(stops.map(one => [one, looks(one)]))
  const walk = { found: [], came: [] }

  const focused = ({ target }) => {
    if (walk.came.includes(target) || target === root) return // a dialog that scrolls takes it too
    walk.came.push(target)
    if (!atRest.has(target)) walk.found.push(`the focus comes to ${named(target)}`)
    else if (looks(target) === atRest.get(target) || !isDrawn(target)) {
      walk.found.push(`the focus can't be seen on ${named(target)}`)
    }
  }
  // Asked for at the next key: the browser has scrolled to it by then.
  const leaving = () => {
    const one = document.activeElement
    if (!atRest.has(one)) return
    const { left, right, top, bottom } = box(one).getBoundingClientRect()
    const hit = [[left + right, top + bottom], [2 * left + 6, 2 * top + 6], [2 * right - 6, 2 * bottom - 6]]
      .map(([x, y]) => document.elementFromPoint(x / 2, y / 2))
    const seen = hit.some(at => at && (one.contains(at) || box(one).contains(at) || at.contains(one)))
    if (!seen) walk.found.push(`something covers ${named(one)}`)
  }
  addEventListener('focusin', focused)
  addEventListener('keydown', leaving, true)
  walk.end = () => {
    removeEventListener('focusin', focused)
    removeEventListener('keydown', leaving, true)
    document.activeElement.blur()
    const missed = stops.filter(one => one.isConnected && !walk.came.includes(one))
    walk.found.push(...missed.map(one => `the Tab key doesn't come to ${named(one)}`))
    const order = walk.came.filter(one => atRest.has(one)).map(one => stops.indexOf(one))
    const first = order.indexOf(0)
    const inOrder = [...order.slice(first), ...order.slice(0, first)]
    if (inOrder.some((at, n) => n > 0 && at < inOrder[n - 1])) {
      walk.found.push(`the Tab key goes about like this: ${order}`)
    }
    return walk.found
  }
  walk.byScript = () => {
    for (const one of stops) one.focus({ preventScroll: true })
    return walk.end()
  }
  window.walk = walk
  // From the top of the page on, or of the dialog.
  const start = document.createElement('span')
  start.tabIndex = -1
  const top = root === document ? document.body : root
  top.prepend(start)
  start.focus()
  start.remove()
  walk.came = []
  walk.found = []
  // A date is several stops of the browser's own: day, month, year, hour, minute, its calendar.
  return stops.length + 6 * stops.filter(one => /^date/.test(one.type)).length
}

// Tab by Tab through the whole page and round again: there is no trap, nothing is left out.
async function walk (page) {
  const stops = await page.evaluate(prepareWalk, false)
  await Promise.all(Array.from({ length: stops + 2 }, () => page.keyboard.press('Tab')))
  return page.evaluate(() => window.walk.end())
}

// Box shadows and backgrounds are gone when colours are forced. Comes after a walk: the browser shows
// where the focus is as long as the keyboard was used last.
async function forced (page) {
  await page.emulateMedia({ forcedColors: 'active' })
  const found = await page.evaluate(withoutColours)
  await page.evaluate(prepareWalk, true)
  found.push(...await page.evaluate(() => window.walk.byScript()))
  await page.emulateMedia({ forcedColors: 'none' })
  return found
}

async function spaced (page) {
  await page.evaluate(css => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
    document.adoptedStyleSheets = [sheet]
  }, SPACED)
  const found = await page.evaluate(sideways)
  await page.evaluate(() => { document.adoptedStyleSheets = [] })
  return found
}

// All that keeps somebody out of the page as it is now.
export async function obstacles (page) {
  const before = page.viewportSize()
  const found = []
  const say = (how, sentences) => found.push(...sentences.map(one => `${how}: ${one}`))
  await page.setViewportSize(WIDE)
  say('axe', await violations(page))
  say('page', await page.evaluate(structure))
  await page.setViewportSize(TELEPHONE)
  say('320 x 640', await page.evaluate(sideways))
  say('320 x 640, spaced out', await spaced(page))
  await page.setViewportSize(ENLARGED)
  say('400 %', await page.evaluate(sideways))
  say('400 %', await walk(page))
  say('forced colours', await forced(page))
  await page.setViewportSize(before)
  return found
}

// Collects what a screen reader would be told, from the page's first moment on.
export const listen = () => {
  window.heard = []
  const live = '[aria-live]:not([aria-live=off]), [role=status], [role=alert]'
  new MutationObserver(changes => {
    for (const { target, addedNodes } of changes) {
      const place = target.nodeType === 1 ? target : target.parentElement
      if (place?.closest(live)) {
        const text = addedNodes.length ? [...addedNodes].map(one => one.textContent).join('') : place.textContent
        if (text.trim()) window.heard.push(text.trim())
      } else {
        for (const one of addedNodes) {
          const alerts = one.querySelectorAll ? [one, ...one.querySelectorAll('*')] : []
          window.heard.push(...alerts.filter(part => part.matches('[role=alert]'))
            .map(part => part.textContent.trim()))
        }
      }
    }
  }).observe(document, { childList: true, characterData: true, subtree: true })
}
