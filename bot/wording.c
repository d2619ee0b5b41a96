#include "bot/wording.h"

/* What is said about one thing. */
struct part {
    const struct kb_list *variants; /* NULL: nothing */
    struct str notice;              /* stands before it; empty: none */
    struct kb_filling fillings[2];
    size_t filling_count;
};

/* A whole reply: the choices there are for it. */
struct reply {
    struct part parts[2];
    size_t part_count;
    size_t choices;
    struct str footer; /* behind it all; empty: none */
    struct buf when;
};

static const struct kb_wording *voice_of(const struct kb *kb, const struct wording_context *c)
{
    return c->voice ? c->voice : &kb->wording;
}

static struct part answer_part(const struct kb *kb, const struct kb_intent *intent, int64_t now)
{
    const struct kb_notice *notice = kb_notice_of(kb, intent, now);
    const struct kb_incident *incident = kb_incident_of(kb, intent, now);
    if (incident)
        return (struct part){ .variants = &incident->said };
    return (struct part){ .variants = &intent->replies,
                          .notice = notice ? notice->text : STR(""),
                          .fillings = { { "{link}", intent->link } },
                          .filling_count = 1 };
}

static struct part timed_part(const struct kb_list *variants, struct reply *r,
                              const struct wording_context *c)
{
    if (c->unmanned)
        (void)buf_addc(&r->when, "as soon as we can");
    else
        (void)hours_when(c->hours, c->now, &r->when);
    return (struct part){ .variants = variants,
                          .fillings = { { "{when}", buf_str(&r->when) } },
                          .filling_count = 1 };
}

static struct part part_of(const struct kb *kb, const struct policy_decision *d,
                           const struct wording_context *c, struct reply *r)
{
    const struct kb_wording *w = voice_of(kb, c);
    switch (d->say) {
    case SAY_NOTHING:
        break;
    case SAY_ANSWER:
        return answer_part(kb, d->intent, c->now);
    case SAY_HOLDING:
        return timed_part(&d->rule->holding, r, c);
    case SAY_DANGER:
        return timed_part(&w->danger, r, c);
    case SAY_ACKNOWLEDGE:
        return c->unmanned ? (struct part){ .variants = &w->acknowledge_open }
                           : timed_part(&w->acknowledge, r, c);
    case SAY_THANKS:
        return (struct part){ .variants = &w->thanks };
    case SAY_STOPPED:
        return (struct part){ .variants = &w->stopped };
    case SAY_STARTED:
        return (struct part){ .variants = &w->started };
    case SAY_CLARIFY:
        return (struct part){ .variants = &w->clarify.ask,
                              .fillings = { { "{first}", d->asked[0]->called },
                                            { "{second}", d->asked[1]->called } },
                              .filling_count = 2 };
    }
    return (struct part){ .variants = NULL };
}

static struct reply reply_of(const struct kb *kb, const struct policy_decision *d,
                             const struct wording_context *c)
{
    struct reply r = { .when = BUF_INIT(1000), .part_count = 1 };
    r.parts[0] = part_of(kb, d, c, &r);
    if (d->say == SAY_ANSWER && d->also) {
        r.parts[1] = answer_part(kb, d->also, c->now);
        r.part_count = 2;
        if (str_eq(r.parts[0].notice, r.parts[1].notice)) /* said once */
            r.parts[1].notice = STR("");
        if (r.parts[0].variants == r.parts[1].variants) /* one incident */
            r.part_count = 1;
    }
    if (c->private_rules && c->first_private)
        r.footer = voice_of(kb, c)->private_footer;
    r.choices = 1;
    for (size_t i = 0; i < r.part_count; i++)
        r.choices *= r.parts[i].variants ? r.parts[i].variants->count : 0;
    return r;
}

/* The loader let only known placeholders in. */
static int write_choice(const struct reply *r, uint64_t choice, struct str handle, struct buf *out)
{
    buf_clear(out);
    if (handle.len)
        (void)buf_addf(out, "@%.*s ", STR_ARG(handle));
    for (size_t i = 0; i < r->part_count; i++) {
        const struct part *part = &r->parts[i];
        (void)buf_addc(out, i ? "\n\n" : "");
        if (part->notice.len)
            (void)buf_addf(out, "%.*s ", STR_ARG(part->notice));
        (void)kb_fill(out, part->variants->items[choice % part->variants->count], part->fillings,
                      part->filling_count);
        choice /= part->variants->count;
    }
    if (r->footer.len)
        (void)buf_addf(out, "\n\n%.*s", STR_ARG(r->footer));
    return out->err;
}

static bool fits(const struct kb *kb, const struct wording_context *c, const struct buf *text)
{
    const struct text_rules *rules = c->private_rules ? c->private_rules : kb->rules;
    return rules->weight(buf_str(text)) <= rules->limit;
}

int wording_fits(const struct kb *kb, const struct policy_decision *d,
                 const struct wording_context *c)
{
    struct reply reply = reply_of(kb, d, c);
    struct buf text = BUF_INIT(65536);
    int r = 0;
    for (size_t i = 0; i < reply.choices && r == 0; i++) {
        r = write_choice(&reply, i, STR(""), &text);
        if (r == 0)
            r = fits(kb, c, &text);
    }
    buf_release(&reply.when);
    buf_release(&text);
    return r;
}

int wording_write(const struct kb *kb, const struct policy_decision *d,
                  const struct wording_context *c, struct buf *out)
{
    struct reply reply = reply_of(kb, d, c);
    struct buf text = BUF_INIT(65536), last = BUF_INIT(65536);
    /* a direct message has nobody else to address */
    size_t tries = reply.choices * (c->handle.len && !c->private_rules ? 2 : 1);
    int r = 0;
    for (size_t i = 0; i < tries; i++) {
        r = write_choice(&reply, (c->seed + i) % reply.choices,
                         i < reply.choices ? STR("") : c->handle, &text);
        if (r == 0 && !fits(kb, c, &text))
            continue;
        if (r == 0 && c->taken)
            r = c->taken(c->taken_data, buf_str(&text));
        buf_clear(&last);
        (void)buf_add(&last, buf_str(&text));
        if (r <= 0)
            break;
    }
    if (r >= 0) /* all taken: the last is still better than silence */
        r = buf_add(out, buf_str(&last));
    buf_release(&reply.when);
    buf_release(&text);
    buf_release(&last);
    return r;
}
