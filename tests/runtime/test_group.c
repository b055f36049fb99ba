/* Task groups. Time is virtual (sim). */
#include "lowered.h"

static void use_sim(void)
{
    setenv("ASYNC_LOOP", "sim", 1);
}

TestSuite(group, .init = use_sim, .fini = no_block_is_left);

static char trace[256];

static void note(const char *text, int number)
{
    char line[32];
    snprintf(line, sizeof line, "%s%d ", text, number);
    strncat(trace, line, sizeof trace - strlen(trace) - 1);
}

static int reports;
static struct async_report last_report;
static void count_report(const struct async_report *report, void *arg)
{
    (void)arg;
    reports++;
    last_report = *report;
}

struct job {
    int id;
    double seconds;
    int result;
};

FUNCTION(step, struct job *s; int r;)
{
    BEGIN(step);
    self->s = self->arg;
    WAIT(async_sleep, self->r, self->s->seconds);
    note(self->r ? "x" : "d", self->s->id);
    END(self->r ? self->r : self->s->result);
}

static struct async_future *child(struct async_group *group, int id, double seconds, int result)
{
    static struct job steps[64];
    static int used;
    struct job *s = &steps[used++ % 64];
    *s = (struct job){id, seconds, result};
    return async_group_spawn_at(group, step(s), __FILE__, __LINE__);
}

/* ---- failure ---- */

FUNCTION(fail_main, struct async_group__frame g; int r;)
{
    BEGIN(fail_main);
    ENTER(async_group, g, self->r);
    async_release(child(self->g.value, 1, 0.1, 0));
    async_release(child(self->g.value, 2, 0.3, -EPROTO));
    async_release(child(self->g.value, 3, 10, 0));
    WAIT(async_sleep, self->r, 10);
    cr_assert_eq(self->r, -ECANCELED);
    LEAVE(g, self->r, 0);
    cr_assert_eq(async_cancelled(), 0);
    END(self->r);
}

Test(group, a_child_that_fails_cancels_the_rest)
{
    cr_assert_eq(run(fail_main(NULL)), -EPROTO);
    cr_assert_str_eq(trace, "d1 d2 x3 ");
}

/* Several at once: the first one is the group's error, others that are no cancellation are
 * reported. */
FUNCTION(several_main, struct async_group__frame g; int r;)
{
    BEGIN(several_main);
    ENTER(async_group, g, self->r);
    async_release(child(self->g.value, 1, 1, -EPROTO));
    async_release(child(self->g.value, 2, 1, -EIO));
    async_release(child(self->g.value, 3, 1, -ECANCELED));
    LEAVE(g, self->r, 0);
    END(self->r);
}

Test(group, several_failures_at_once)
{
    async_set_exception_handler(count_report, NULL);
    cr_assert_eq(run(several_main(NULL)), -EPROTO);
    cr_assert_eq(reports, 1);
    cr_assert_eq(last_report.error, -EIO);
    cr_assert_str_eq(last_report.name, "step");
    cr_assert_gt(last_report.line, 0);
}

/* The body fails by `try`: with an error of its own, or with what the group told it. */
FUNCTION(body_main, struct async_group__frame g; int r;)
{
    BEGIN(body_main);
    ENTER(async_group, g, self->r);
    async_release(child(self->g.value, 1, 10, 0));
    WAIT(async_sleep, self->r, 1);
    LEAVE(g, self->r, -EIO);
    cr_assert_eq(self->r, -EIO);
    ENTER(async_group, g, self->r);
    async_release(child(self->g.value, 2, 10, 0));
    async_release(child(self->g.value, 3, 1, -EPROTO));
    WAIT(async_sleep, self->r, 10);
    LEAVE(g, self->r, self->r);
    cr_assert_eq(self->r, -EPROTO);
    END(0);
}

Test(group, the_body_fails)
{
    cr_assert_eq(run(body_main(NULL)), 0);
    cr_assert_str_eq(trace, "x1 d3 x2 ");
}

/* ---- other ends ---- */

FUNCTION(jump_main, struct async_group__frame g; double start; int r;)
{
    BEGIN(jump_main);
    self->start = async_time();
    ENTER(async_group, g, self->r);
    async_release(child(self->g.value, 1, 10, 0));
    async_release(child(self->g.value, 2, 10, 0));
    LEAVE(g, self->r, 1); /* the children start all the same */
    cr_assert_eq(self->r, 0);
    ENTER(async_group, g, self->r);
    async_release(child(self->g.value, 3, 10, 0));
    async_group_cancel(self->g.value);
    async_release(child(self->g.value, 4, 10, 0)); /* born cancelled */
    WAIT(async_sleep, self->r, 10);
    cr_assert_eq(self->r, -ECANCELED);
    LEAVE(g, self->r, self->r); /* no error: the group gave rise to it */
    cr_assert_eq(self->r, 0);
    cr_assert_eq(async_time(), self->start);
    ENTER(async_group, g, self->r);
    async_release(child(self->g.value, 5, 3, 5));
    async_release(child(self->g.value, 6, 2, 5));
    LEAVE(g, self->r, 0);
    cr_assert_float_eq(async_time() - self->start, 3, 1e-6);
    ENTER(async_group, g, self->r); /* without children */
    LEAVE(g, self->r, 0);
    END(self->r);
}

Test(group, leaving_by_a_jump_cancelled_and_normally)
{
    cr_assert_eq(run(jump_main(NULL)), 0);
    cr_assert_str_eq(trace, "x1 x2 x3 x4 d6 d5 ");
}

FUNCTION(own_main, struct async_group__frame g; struct async_future * f; int r;)
{
    BEGIN(own_main);
    ENTER(async_group, g, self->r);
    self->f = child(self->g.value, 1, 10, 0);
    async_release(child(self->g.value, 2, 5, 0));
    WAIT(async_sleep, self->r, 1);
    async_cancel(self->f); /* cancelled by its own handle: the group goes on */
    CALL(self->f, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    WAIT(async_sleep, self->r, 1);
    cr_assert_eq(self->r, 0);
    LEAVE(g, self->r, 0);
    END(self->r);
}

/* The body waits for the very child that fails, in both ways. */
FUNCTION(watching_main, struct async_group__frame g; struct async_future * f[2]; ssize_t d; int r;)
{
    BEGIN(watching_main);
    ENTER(async_group, g, self->r);
    self->f[0] = self->f[1] = child(self->g.value, 1, 1, -EPROTO);
    WAIT(async_wait, self->d, self->f, 2, ASYNC_ALL_COMPLETED, -1);
    cr_assert(self->d == -ECANCELED || self->d == 2, "%zd", self->d);
    async_release(self->f[0]);
    LEAVE(g, self->r, 0);
    cr_assert_eq(self->r, -EPROTO);
    ENTER(async_group, g, self->r);
    self->f[0] = child(self->g.value, 2, 1, -EPROTO);
    CALL(self->f[0], self->r);
    cr_assert_eq(self->r, -EPROTO);
    cr_assert_eq(async_cancelled(), -ECANCELED);
    LEAVE(g, self->r, 0);
    END(self->r);
}

Test(group, the_body_waits_for_the_child_that_fails)
{
    cr_assert_eq(run(watching_main(NULL)), -EPROTO);
}

Test(group, a_child_cancelled_by_its_handle)
{
    cr_assert_eq(run(own_main(NULL)), 0);
    cr_assert_str_eq(trace, "x1 d2 ");
}

/* ---- scopes around ---- */

FUNCTION(around_main, struct async_timeout__frame t; struct async_group__frame g; double start;
         int r;)
{
    BEGIN(around_main);
    self->start = async_time();
    ENTER(async_timeout, t, self->r, 1);
    ENTER(async_group, g, self->r);
    async_release(child(self->g.value, 1, 10, 0));
    LEAVE(g, self->r, 0);
    cr_assert_eq(self->r, -ETIMEDOUT); /* the children inherit the scopes around the group */
    LEAVE(t, self->r, self->r);
    cr_assert_eq(self->r, -ETIMEDOUT);
    cr_assert_float_eq(async_time() - self->start, 1, 1e-6);
    END(0);
}

FUNCTION(cancelled_main, struct async_group__frame g; int r;)
{
    BEGIN(cancelled_main);
    ENTER(async_group, g, self->r);
    async_release(child(self->g.value, 2, 10, 0));
    async_cancel(async_current_task());
    LEAVE(g, self->r, 0);
    END(self->r);
}

Test(group, what_is_around_the_group_cancels_the_children)
{
    cr_assert_eq(run(around_main(NULL)), 0);
    cr_assert_eq(run(cancelled_main(NULL)), -ECANCELED);
    cr_assert_str_eq(trace, "x1 x2 ");
}

/* A child with scopes of its own: shielded from the group, then not. */
FUNCTION(shielded, struct async_shield__frame s; struct async_timeout__frame t; int r;)
{
    BEGIN(shielded);
    ENTER(async_timeout, t, self->r, 100);
    ENTER(async_shield, s, self->r, 3);
    WAIT(async_sleep, self->r, 2);
    note(self->r ? "x" : "s", 1);
    LEAVE(s, self->r, 0);
    WAIT(async_sleep, self->r, 10);
    note(self->r == -ECANCELED ? "x" : "d", 2);
    LEAVE(t, self->r, 0);
    END(self->r);
}

FUNCTION(shield_main, struct async_group__frame g; int r;)
{
    BEGIN(shield_main);
    ENTER(async_group, g, self->r);
    async_release(async_group_spawn(self->g.value, shielded(NULL)));
    async_release(child(self->g.value, 3, 1, -EPROTO));
    LEAVE(g, self->r, 0);
    END(self->r);
}

Test(group, children_with_scopes_of_their_own)
{
    cr_assert_eq(run(shield_main(NULL)), -EPROTO);
    cr_assert_str_eq(trace, "d3 s1 x2 ");
}

/* ---- children in children ---- */

FUNCTION(tree, struct async_group__frame g; struct async_group * parents; int depth; int r;)
{
    BEGIN(tree);
    self->depth = (int)(intptr_t)self->arg;
    ENTER(async_group, g, self->r);
    if (self->depth > 0) {
        async_release(async_group_spawn(self->g.value, tree((void *)(intptr_t)(self->depth - 1))));
        async_release(async_group_spawn(self->g.value, tree((void *)(intptr_t)(self->depth - 1))));
    } else {
        async_release(child(self->g.value, 1, 100, 0));
    }
    WAIT(async_sleep, self->r, 50);
    LEAVE(g, self->r, self->r < 0 ? self->r : 0);
    END(self->r);
}

FUNCTION(tree_main, struct async_timeout__frame t; int r;)
{
    BEGIN(tree_main);
    ENTER(async_timeout, t, self->r, 1);
    CALL(tree((void *)3), self->r);
    cr_assert_eq(self->r, -ETIMEDOUT);
    LEAVE(t, self->r, 0);
    END(self->r);
}

Test(group, groups_in_groups)
{
    cr_assert_eq(run(tree_main(NULL)), -ETIMEDOUT);
    cr_assert_str_eq(trace, "x1 x1 x1 x1 x1 x1 x1 x1 ");
}

/* So deep that nothing may recurse on the C stack. */
FUNCTION(ladder, struct async_group__frame g; int depth; int r; int told;)
{
    BEGIN(ladder);
    self->depth = (int)(intptr_t)self->arg;
    ENTER(async_group, g, self->r);
    if (self->depth > 0)
        async_release(
            async_group_spawn(self->g.value, ladder((void *)(intptr_t)(self->depth - 1))));
    WAIT(async_sleep, self->told, 50);
    LEAVE(g, self->r, 0);
    cr_assert_eq(self->r, self->depth ? -ECANCELED : 0);
    END(self->told);
}

FUNCTION(ladder_main, struct async_future *f; int r;)
{
    BEGIN(ladder_main);
    self->f = SPAWN(ladder((void *)DEPTH));
    WAIT(async_sleep, self->r, 1);
    async_cancel(self->f);
    CALL(self->f, self->r);
    END(self->r);
}

Test(group, a_hundred_thousand_levels)
{
    cr_assert_eq(run(ladder_main(NULL)), -ECANCELED);
}

FUNCTION(sibling, struct async_group *g; int r;)
{
    BEGIN(sibling);
    self->g = self->arg;
    async_release(child(self->g, 2, 1, 0));
    END(0);
}

FUNCTION(sibling_main, struct async_group__frame g; int r;)
{
    BEGIN(sibling_main);
    ENTER(async_group, g, self->r);
    async_release(async_group_spawn(self->g.value, sibling(self->g.value)));
    LEAVE(g, self->r, 0); /* waits for those, too, that come meanwhile */
    END(self->r);
}

Test(group, a_child_spawns_a_sibling)
{
    cr_assert_eq(run(sibling_main(NULL)), 0);
    cr_assert_str_eq(trace, "d2 ");
}

/* ---- odd children ---- */

static struct job ended = {2, 0, -EDOM};

FUNCTION(odd_main, struct async_group__frame g, h; struct async_future * f, *t; int r;)
{
    BEGIN(odd_main);
    ENTER(async_group, g, self->r);
    self->f = async_future_new(sizeof(int), _Alignof(int));
    async_release(async_group_spawn(self->g.value, async_retain(self->f)));
    async_release(self->f);
    self->t = child(self->g.value, 1, 10, 0); /* a child of two groups */
    ENTER(async_group, h, self->r);
    async_release(async_group_spawn(self->h.value, async_retain(self->t)));
    self->r = 4;
    WAIT(async_sleep, self->r, 1);
    LEAVE(h, self->r, 1); /* cancels it */
    cr_assert_eq(self->r, 0);
    CALL(self->t, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    async_group_cancel(self->g.value); /* a pure future ends */
    LEAVE(g, self->r, 0);
    cr_assert_eq(self->r, 0);
    cr_assert_eq(async_set_error(self->f, -EIO), -ECANCELED);
    self->t = SPAWN(step(&ended)); /* one that has ended already */
    WAIT(async_sleep, self->r, 1);
    ENTER(async_group, g, self->r);
    async_release(async_group_spawn(self->g.value, self->t));
    LEAVE(g, self->r, 0);
    cr_assert_eq(self->r, -EDOM);
    END(0);
}

Test(group, futures_and_borrowed_tasks_as_children)
{
    async_set_exception_handler(count_report, NULL);
    cr_assert_eq(run(odd_main(NULL)), 0);
}
