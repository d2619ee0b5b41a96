// The accessibility statement, in the parts that the UK's rules for public bodies ask for. The
// council that runs the console puts its own name and contacts here.

export function Statement({ signedIn }: { signedIn: boolean }) {
  return (
    <div class="ks-text">
      {!signedIn && (
        <a class="govuk-back-link" href="#/queue">
          Back to signing in
        </a>
      )}
      <h1 class="govuk-heading-l" tabIndex={-1}>
        Accessibility statement
      </h1>
      <p class="govuk-body">
        This statement is about Kerbside's console: the pages in which Northmoor Council's staff
        answer what residents write to the council on X. We want everybody who works here to be able
        to use it, on whatever they work with. You should be able to:
      </p>
      <ul class="govuk-list govuk-list--bullet">
        <li>do everything with a keyboard, and see where you are</li>
        <li>do everything with a screen reader, and hear what is new and urgent</li>
        <li>enlarge the page to 400% without scrolling sideways</li>
        <li>use it on a telephone that is 320 pixels wide</li>
        <li>keep your own colours, and have nothing move</li>
        <li>switch single-key shortcuts, sounds and notifications off</li>
        <li>take as long as you need to write: what you have begun is kept</li>
      </ul>
      <h2 class="govuk-heading-m">How accessible it is</h2>
      <p class="govuk-body">
        The console is meant to meet the Web Content Accessibility Guidelines, version 2.2, at level
        AA. It meets them as far as our own tests can tell, and partly, as far as the gaps below go.
        Nobody outside the project has audited it yet.
      </p>
      <h2 class="govuk-heading-m">What we know isn't right</h2>
      <ul class="govuk-list govuk-list--bullet">
        <li>
          Residents' words are shown as they wrote them: emoji, fancy letters and hashtags without
          capitals can be tiring to hear, and the language of a message isn't marked. Changing what
          they wrote would be worse.
        </li>
        <li>
          Pictures and videos in residents' posts aren't shown here. On X they may lack a
          description, which we can't mend.
        </li>
        <li>
          When the number of waiting cases changes, only what is urgent is read out. The rest is in
          the page's title and beside “Queue”.
        </li>
        <li>
          A claim ends when nobody has worked on a case for some time. Writing in it counts as work,
          you are warned beforehand, and your draft is kept, but the time can't be switched off by
          one person alone.
        </li>
        <li>Alerts by notification depend on the browser, and on some telephones there are none.</li>
      </ul>
      <h2 class="govuk-heading-m">How it is tested</h2>
      <p class="govuk-body">
        Every change is tested in Chromium, in more than sixty pages and states. In each of them axe
        finds no violation; the Tab key comes to everything, in order, and out again, and you see
        where it is, in forced colours too; nothing moves for those who want no motion; and nothing
        scrolls sideways on 320 pixels, enlarged to 400%, or with more space between letters and
        lines. The daily tasks are done with the keyboard alone, and what is read out is checked:
        what is urgent, and what becomes of your own work, but not every ordinary message. Some of
        the messages in these tests are made to break a page. It hasn't been tested systematically
        with NVDA, JAWS, VoiceOver, TalkBack or Dragon yet, nor in Firefox or Safari, nor with
        people who use them every day; that is the next thing to do, and this page will say when.
      </p>
      <h2 class="govuk-heading-m">Tell us</h2>
      <p class="govuk-body">
        If something here keeps you from your work, or you need it in another way, tell your team
        leader or Northmoor Council's digital team: ring 01632 960123 or write to
        accessibility@northmoor.example. They answer within five working days. If that doesn't help,
        the Equality Advisory and Support Service (EASS) advises on your rights; the Equality and
        Human Rights Commission (EHRC) enforces the accessibility regulations of 2018 for public
        bodies.
      </p>
      <p class="govuk-body">This statement was written on 22 November 2026.</p>
    </div>
  );
}
