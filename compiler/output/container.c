/* Containers as C: before the first declaration that speaks of a list(T), set(T) or dict(K, V), the
 * struct that it is; before the first function that calls an operation of it, that operation as a
 * function of the right types. The structs hold pointers alone, so T need not be complete there.
 *
 * Types are found by walking what is about to be written. What was written already is known by its
 * name: that is unique, as type_tag is. A struct of that name that the program or the runtime's
 * headers define themselves is not written again. */
#include <string.h>

#include "output/node.h"
#include "output/pragma.h"

#include "source.h"
#include "support/arena.h"
#include "support/names.h"
#include "support/text.h"
#include "syntax/token.h"

struct written {
    const char *name; /* of a struct or function */
    struct written *next;
};

/* True the first time. */
static bool is_new(struct emitter *e, const char *name)
{
    for (const struct written *written = *e->written; written; written = written->next)
        if (!strcmp(written->name, name))
            return false;
    struct written *written = arena_alloc(e->lowered->arena, sizeof *written);
    *written = (struct written){name, *e->written};
    *e->written = written;
    return true;
}

/* Of headers several may write it, in each namespace once. */
static const char *guard_of(const struct emitter *e, const char *name)
{
    char *space =
        arena_copy(e->lowered->arena, e->space ? e->space : "", strlen(e->space ? e->space : ""));
    for (char *at = space; *at; at++)
        if (!is_word_byte(*at))
            *at = '_';
    return arena_format(e->lowered->arena, "%s%s__written", space, name);
}

static void start(struct emitter *e, const char *name)
{
    if (e->writer.out->length > e->writer.line_start)
        write_string(&e->writer, "\n");
    if (e->header)
        write_format(&e->writer, "#ifndef %1$s\n#define %1$s\n", guard_of(e, name));
    e->writer.place_file = NULL;
}

static void finish(struct emitter *e)
{
    if (!e->header)
        return;
    write_string(&e->writer, "#endif\n");
    e->writer.file = NULL; /* the compiler may not have seen a #line before it */
}

/* `T name`, as C. */
static const char *declared(struct emitter *e, const struct type *type, const char *name)
{
    struct text text = {0};
    type_print(&text, type, name, true, 0);
    const char *copy = arena_copy(e->lowered->arena, text.data, text.length);
    text_free(&text);
    return copy;
}

static const char *pointer_to(struct emitter *e, struct type *type, const char *name)
{
    return declared(e, type_pointer(e->check->types, type), name);
}

/* A parameter's name that is no type's. */
static const char *parameter(struct emitter *e, const char *wish)
{
    const struct symbol *symbol = check_file_symbol(e->check, name_of(e->check->names, wish));
    return symbol ? arena_format(e->lowered->arena, "%s_", wish) : wish;
}

static const char *tag_of(struct emitter *e, const struct type *type)
{
    struct text text = {0};
    text_puts(&text, "async_");
    type_tag(&text, type);
    const char *copy = arena_copy(e->lowered->arena, text.data, text.length);
    text_free(&text);
    return copy;
}

/* --- structs */

static void write_members(struct emitter *e, const struct type *type)
{
    if (type->kind == TYPE_LIST) {
        write_format(&e->writer, "    %s;\n", pointer_to(e, type->target, "data"));
        write_string(&e->writer, "    size_t len, capacity;\n"
                                 "    int error;\n");
        return;
    }
    write_format(&e->writer, "    %s;\n", pointer_to(e, type->target, "keys"));
    write_format(&e->writer, "    %s;\n",
                 type->kind == TYPE_DICT ? pointer_to(e, type->sent, "values") : "void *values");
    write_string(&e->writer, "    size_t len;\n"
                             "    int error;\n"
                             "    unsigned changes;\n"
                             "    uint32_t *hashes, *index, used, capacity;\n");
}

static void write_struct(struct emitter *e, const struct type *type, uint32_t place)
{
    const char *tag = tag_of(e, type);
    struct symbol *symbol = check_file_tag(e->check, name_of(e->check->names, tag));
    if (!is_new(e, tag) || (symbol && type_is_complete(symbol->type)))
        return;
    start(e, tag);
    write_place(&e->writer, place, false); /* the struct belongs to who needs it first */
    e->writer.place_file = NULL;
    write_format(&e->writer, "/* %s */\n", type_string(e->lowered->arena, type));
    unsigned pragmas = put_pragmas(e, PRAGMAS_OF_LAYOUT, 0, 0);
    write_format(&e->writer, "struct %s {\n", tag);
    write_members(e, type);
    write_string(&e->writer, "};\n");
    put_pragmas_end(e, pragmas);
    finish(e);
}

static void write_structs_of(struct emitter *e, const struct type *type, uint32_t place)
{
    while (type) {
        type = type_resolve(type);
        switch (type->kind) {
        case TYPE_FUNCTION:
            for (size_t i = 0; !type->is_old_style && i < type->parameter_count; i++)
                write_structs_of(e, type->parameters[i].type, place);
            break;
        case TYPE_DICT:
            write_structs_of(e, type->sent, place);
            /* fall through */
        case TYPE_LIST:
        case TYPE_SET:
            write_structs_of(e, type->target, place);
            write_struct(e, type, place);
            return;
        case TYPE_POINTER:
        case TYPE_ARRAY:
            break;
        default:
            return;
        }
        type = type->target;
    }
}

/* --- operations */

/* The container, its C type, and the names of parameters. */
struct writing {
    const struct type *type;
    const char *tag, *name; /* name: of the function */
    const char *self, *item, *value;
};

static void write_append(struct emitter *e, const struct writing *w)
{
    bool copies = type_has_const_member(w->type->target);
    write_format(&e->writer, "static inline int %s(struct %s *%s, %s)\n{\n", w->name, w->tag,
                 w->self, declared(e, w->type->target, w->item));
    write_format(&e->writer,
                 "    if (%1$s->len == %1$s->capacity &&\n"
                 "        async_list_grow(%1$s, sizeof %2$s, __alignof__(%2$s)) < 0)\n"
                 "        return %1$s->error;\n",
                 w->self, w->item);
    write_format(
        &e->writer,
        copies ? "    __builtin_memcpy((void *)&%1$s->data[%1$s->len++], &%2$s, sizeof %2$s);\n"
               : "    %1$s->data[%1$s->len++] = %2$s;\n",
        w->self, w->item);
    write_string(&e->writer, "    return 0;\n}\n");
}

static void write_pop(struct emitter *e, const struct writing *w)
{
    const char *head =
        arena_format(e->lowered->arena, "%s(struct %s *%s, const char *file, int line)", w->name,
                     w->tag, w->self);
    write_format(&e->writer, "static inline %s\n{\n", declared(e, w->type->target, head));
    write_format(&e->writer,
                 "    %1$s->len = async_at(%1$s->len - 1, %1$s->len, file, line);\n"
                 "    return %1$s->data[%1$s->len];\n}\n",
                 w->self);
}

/* How the table's functions are told the sizes. */
static const char *shape(struct emitter *e, const struct writing *w)
{
    const char *format = w->type->kind == TYPE_SET
                             ? "\n        (struct async_shape){sizeof %1$s, 0, 1, %2$d}"
                             : "\n        (struct async_shape){sizeof %1$s, sizeof *%3$s->values, "
                               "__alignof__(*%3$s->values), %2$d}";
    return arena_format(e->lowered->arena, format, w->item, is_text_key(w->type->target), w->self);
}

static void write_head(struct emitter *e, const struct writing *w, const char *type, bool changes)
{
    const char *key = declared(e, w->type->target, w->item);
    write_format(&e->writer, "static inline %s%s(%sstruct %s *%s, %s", type, w->name,
                 changes ? "" : "const ", w->tag, w->self, key);
}

static void write_add(struct emitter *e, const struct writing *w)
{
    bool dict = w->type->kind == TYPE_DICT;
    write_head(e, w, "int ", true);
    if (dict)
        write_format(&e->writer, ", %s", declared(e, w->type->sent, w->value));
    write_string(&e->writer, ")\n{\n    size_t at;\n");
    write_format(&e->writer, "    int status = async_dict_enter(%s, &%s,%s, &at);\n", w->self,
                 w->item, shape(e, w));
    if (dict)
        write_string(&e->writer, "    if (status >= 0)\n");
    if (dict && type_has_const_member(w->type->sent))
        write_format(&e->writer,
                     "        __builtin_memcpy((void *)&%s->values[at], &%s, sizeof %s);\n",
                     w->self, w->value, w->value);
    else if (dict)
        write_format(&e->writer, "        %s->values[at] = %s;\n", w->self, w->value);
    write_string(&e->writer, "    return status;\n}\n");
}

static void write_has(struct emitter *e, const struct writing *w)
{
    write_head(e, w, "_Bool ", false);
    write_format(&e->writer, ")\n{\n    return async_dict_find(%s, &%s,%s) != (size_t)-1;\n}\n",
                 w->self, w->item, shape(e, w));
}

static void write_remove(struct emitter *e, const struct writing *w)
{
    write_head(e, w, "_Bool ", true);
    write_format(&e->writer, ")\n{\n    return async_dict_remove(%s, &%s,%s);\n}\n", w->self,
                 w->item, shape(e, w));
}

static void write_get(struct emitter *e, const struct writing *w)
{
    const char *head = arena_format(e->lowered->arena, "%s(const struct %s *%s, %s)", w->name,
                                    w->tag, w->self, declared(e, w->type->target, w->item));
    write_format(&e->writer, "static inline %s\n{\n", pointer_to(e, w->type->sent, head));
    write_format(&e->writer,
                 "    size_t at = async_dict_find(%s, &%s,%s);\n"
                 "    return at == (size_t)-1 ? 0 : &%s->values[at];\n}\n",
                 w->self, w->item, shape(e, w), w->self);
}

static void write_operation(struct emitter *e, const struct type *type,
                            enum container_operation operation, uint32_t place)
{
    static void (*const writers[])(struct emitter *, const struct writing *) = {
        [LIST_APPEND] = write_append, [LIST_POP] = write_pop,       [SET_ADD] = write_add,
        [SET_HAS] = write_has,        [SET_REMOVE] = write_remove,  [DICT_PUT] = write_add,
        [DICT_GET] = write_get,       [DICT_REMOVE] = write_remove, [CONTAINER_NONE] = NULL,
    };
    if (!writers[operation])
        return;
    struct writing w = {.type = type, .tag = tag_of(e, type)};
    w.name = container_function(e->lowered->arena, type, operation);
    if (!is_new(e, w.name))
        return;
    w.self = parameter(e, type->kind == TYPE_LIST  ? "list"
                          : type->kind == TYPE_SET ? "set"
                                                   : "dict");
    w.item = parameter(e, type->kind == TYPE_LIST ? "item" : "key");
    w.value = parameter(e, "value");
    write_structs_of(e, type, place);
    start(e, w.name);
    begin_own(e);
    writers[operation](e, &w);
    finish(e);
}

/* --- the walk */

static void find(struct emitter *e, const struct node *node)
{
    if (!node)
        return;
    const struct type *type;
    if (node->type)
        write_structs_of(e, node->type, node->start);
    if (node->kind == NODE_SPILL)
        write_structs_of(e, node->symbol->type, node->start);
    enum container_operation operation = container_operation(node, &type);
    if (operation != CONTAINER_NONE)
        write_operation(e, type, operation, node->start);
    for (uint32_t i = 0; i < node->count; i++)
        find(e, node->kid[i]);
}

void emit_containers(struct emitter *e, const struct node *node)
{
    size_t length = e->writer.out->length;
    find(e, node);
    if (e->writer.out->length == length)
        return;
    write_string(&e->writer, "\n");
    write_place(&e->writer, node->start, false);
}

/* --- subscripts of a list's data, which debug builds check */

/* Reads nothing but variables: it may be written twice. */
static bool is_plain_object(const struct emitter *e, const struct node *node)
{
    if (memchr(e->code + node->start, '\n', node->end - node->start))
        return false;
    switch (node->kind) {
    case NODE_IDENTIFIER:
        return true;
    case NODE_PAREN:
    case NODE_MEMBER:
    case NODE_DEREFERENCE:
        return !node->text && is_plain_object(e, node->kid[0]);
    default:
        return false;
    }
}

static bool is_list_data(const struct emitter *e, const struct node *node)
{
    if (node->kind != NODE_MEMBER || node->text || strcmp(node->name, "data") != 0)
        return false;
    const struct type *type = type_resolve(node->kid[0]->type);
    if (node->op == OP_ARROW)
        type = type->kind == TYPE_POINTER ? type_resolve(type->target) : type;
    return type->kind == TYPE_LIST && is_plain_object(e, node->kid[0]);
}

/* `odd.data[i]` becomes `odd.data[async_at(i, odd.len, __FILE__, __LINE__)]`. */
static bool emit_subscript(struct emitter *e, struct node *node, const char *more)
{
    if (node->kind != NODE_INDEX || node->text || !is_list_data(e, node->kid[0]))
        return false;
    struct node *data = node->kid[0];
    emit_node(e, data);
    write_string(&e->writer, "[async_at(");
    emit_node(e, node->kid[1]);
    write_string(&e->writer, ", ");
    emit_node(e, data->kid[0]);
    write_format(&e->writer, "%slen%s, __FILE__, __LINE__)]", data->op == OP_ARROW ? "->" : ".",
                 more);
    return true;
}

bool emit_list_subscript(struct emitter *e, struct node *node)
{
    if (node->kind != NODE_ADDRESS)
        return emit_subscript(e, node, "");
    struct node *operand = node->text ? NULL : node->kid[0];
    if (!operand || operand->kind != NODE_INDEX || operand->text ||
        !is_list_data(e, operand->kid[0]))
        return false;
    write_string(&e->writer, "&");
    return emit_subscript(e, operand, " + 1"); /* C lets it point behind the last */
}
