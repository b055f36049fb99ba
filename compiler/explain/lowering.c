/* What the lowering passes found, as text: --dump=await, defer, flow, liveness, frame. */
#include <string.h>

#include "lower/flow.h"
#include "semantic/type.h"
#include "source.h"
#include "support/text.h"

static unsigned line_of(const struct lowered *lowered, const struct node *node)
{
    return source_line(lowered->check->source, node->start).line;
}

static void dump_awaits(struct text *out, const struct lowered *lowered,
                        const struct function *function)
{
    static const char *const forms[] = {[SUSPEND_CHILD] = "child",
                                        [SUSPEND_WAIT] = "wait",
                                        [SUSPEND_HANDLE] = "handle",
                                        [SUSPEND_ADVANCE] = "generator",
                                        [SUSPEND_YIELD] = "yield"};
    for (size_t i = 0; i < function->suspension_count; i++) {
        const struct suspension *suspension = function->suspensions[i];
        text_printf(out, "    %s line %u: %s", suspension->label,
                    line_of(lowered, suspension->node), forms[suspension->form]);
        if (suspension->callee)
            text_printf(out, " %s", suspension->callee->name);
        if (suspension->type) {
            text_puts(out, " gives ");
            type_print(out, suspension->type, NULL, false, 0);
        }
        text_put(out, '\n');
    }
}

static void dump_defers(struct text *out, const struct lowered *lowered,
                        const struct function *function)
{
    for (const struct deferred *d = function->deferred; d; d = d->next) {
        text_printf(out, "    line %u: %s", line_of(lowered, d->node),
                    d->label ? d->label : "reached at the end of its block alone");
        if (d->label)
            text_printf(out, ", where %u jump%s lead%s", d->jumps, d->jumps == 1 ? "" : "s",
                        d->jumps == 1 ? "s" : "");
        if (d->outer)
            text_printf(out, "; then line %u", line_of(lowered, d->outer->node));
        text_put(out, '\n');
    }
}

static void dump_flow(struct text *out, const struct lowered *lowered,
                      const struct function *function)
{
    const struct flow *flow = function->flow;
    for (uint32_t point = 0; point < flow->count; point++) {
        const struct node *node = flow->nodes[point];
        text_printf(out, "    %u", point);
        if (node)
            text_printf(out, " line %u %s", line_of(lowered, node), node_kind_names[node->kind]);
        else
            text_puts(out, point ? " join" : " entry");
        text_puts(out, " <-");
        for (uint32_t e = flow->predecessors[point]; e != NO_POINT; e = flow->edges[e].next)
            text_printf(out, " %u", flow->edges[e].point);
        text_put(out, '\n');
    }
}

static void dump_liveness(struct text *out, const struct function *function)
{
    for (size_t i = 0; i < function->variable_count; i++) {
        const struct variable *variable = function->variables[i];
        if (variable->kind == VARIABLE_RESULT || variable->kind == VARIABLE_RETURNED)
            continue;
        text_puts(out, "    ");
        type_print(out, variable->type, variable->symbol->name, false, 0);
        if (variable->crossed)
            text_printf(out, ": live across await_%u", variable->crossed);
        else
            text_puts(out, variable->is_early   ? ": named before it is declared"
                           : variable->in_frame ? ": a parameter"
                                                : ": not kept");
        text_puts(out, variable->symbol->is_address_taken ? ", address taken\n" : "\n");
    }
}

static void dump_frame(struct text *out, const struct function *function)
{
    unsigned number = 0;
    for (const struct lane *lane = function->lanes; lane; lane = lane->next) {
        text_printf(out, "    lane %u, %llu bytes:", number++, (unsigned long long)lane->size);
        for (const struct group *group = lane->groups; group; group = group->next) {
            text_puts(out, group == lane->groups ? "" : " |");
            for (const struct slot *slot = group->first; slot; slot = slot->next)
                text_printf(out, " %s", slot->path);
        }
        text_put(out, '\n');
    }
}

void lower_dump(struct text *out, const struct lowered *lowered, const char *pass)
{
    for (size_t i = 0; i < lowered->plain_count && !strcmp(pass, "defer"); i++) {
        text_printf(out, "%s:\n", lowered->plain[i]->name);
        dump_defers(out, lowered, lowered->plain[i]);
    }
    for (size_t i = 0; i < lowered->count; i++) {
        const struct function *function = lowered->functions[i];
        text_printf(out, "%s:\n", function->name);
        if (!strcmp(pass, "await"))
            dump_awaits(out, lowered, function);
        else if (!strcmp(pass, "defer"))
            dump_defers(out, lowered, function);
        else if (!strcmp(pass, "flow"))
            dump_flow(out, lowered, function);
        else if (!strcmp(pass, "liveness"))
            dump_liveness(out, function);
        else
            dump_frame(out, function);
    }
}
